from . import customer_grading_adoption
from . import customer_grading_guide
from . import customer_grading_library_difference
from . import customer_grading_library_preview
