"""People: contact persons, each graded apart from the company that he or she works for.

In: what is asked about a person, the person's own fields, the figures of the customer that he or
she belongs to. Out: grades, results and changes as those of customers have them.
"""

from . import (
    customer_grading_answer,
    customer_grading_dimension,
    customer_grading_engine,
    customer_grading_measure,
    customer_grading_policy,
    customer_grading_question,
    customer_grading_subject,
    customer_grading_trial,
    res_partner,
)
