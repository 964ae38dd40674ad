from . import customer_grading_library_policy
from . import customer_grading_policy
