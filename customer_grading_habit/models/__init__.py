"""What is kept for the reports on habits: the grade that was computed when another was set by hand."""

from . import customer_grading_change, customer_grading_change_writer
