from . import person, texts
