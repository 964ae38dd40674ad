"""Policies as files: text in, a draft policy out; a policy in, its text out.

One table of keys (tools/policy_format.py), to which addons add theirs, says what a file holds.
It drives what is read, found, made, checked and exported.
"""

from . import customer_grading_band, customer_grading_rule
from . import customer_grading_measure, customer_grading_policy_file, customer_grading_policy
