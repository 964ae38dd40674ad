from . import prediction_export
