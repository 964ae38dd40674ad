from . import usual_grading_change, usual_grading_result
