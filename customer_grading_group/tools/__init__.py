from . import group, texts
