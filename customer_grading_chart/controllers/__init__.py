from . import trial_export
