"""The page behind *New*: what a policy starts from.

In: a name, and a file, a policy of the library or a plain start. Out: a draft policy.
"""

from . import customer_grading_new_policy
