"""The dashboard of grades, as it is opened.

In: its file in data/files. Out: the same, beginning with the main dimension of the company.
"""

from . import spreadsheet_dashboard
