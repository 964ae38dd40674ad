"""Papers: what is graded, printed as a company files it, signs it and hands it out.

A paper is a QWeb report of Odoo: its model in report/ says who may print it and what stands on
it, its template how it looks. What other addons add to *Why this grade?* stands on the papers
that repeat it.
"""

from . import models, report, wizard
