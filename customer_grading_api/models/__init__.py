"""What other programs ask and do by Odoo's JSON-2 API: public methods with plain answers.

In: ids of contacts or opportunities, codes of dimensions, grades and questions, ISO dates. Out:
lists of dicts as docs/api.md shows them. Who asks sees what he sees on the screens.
"""

from . import (
    customer_grading_api,
    customer_grading_api_grades,
    customer_grading_api_why,
    customer_grading_mixin,
    customer_grading_change,
    customer_grading_question,
)
