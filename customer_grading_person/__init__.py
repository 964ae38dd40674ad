from . import models, tools
from .hooks import uninstall_hook
