"""From a card of the library to a draft: found, looked at, adopted, compared.

In: a policy of the library, and answers. Out: a draft policy, or what one would give or differs in.
"""

from . import customer_grading_adoption
from . import customer_grading_guide
from . import customer_grading_library_difference
from . import customer_grading_library_preview
