"""What keeps a draft from deciding, in words, each with the way to mend it.

In: a policy. Out: the bar above its form; activating refuses while something is in it.
"""

from . import customer_grading_policy, customer_grading_rule, customer_grading_criterion
