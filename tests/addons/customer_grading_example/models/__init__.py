from . import customer_grading_change_review
from . import customer_grading_measure
from . import customer_grading_policy
from . import customer_grading_run
