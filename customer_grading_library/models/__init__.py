"""The systems of real companies as cards, found by search.

In: the policy files of all addons. Out: a record for each, and how a policy of one's own differs from it.
"""

from . import customer_grading_library_policy
from . import customer_grading_policy
