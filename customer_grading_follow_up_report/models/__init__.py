"""What follow-up knows of customers, in the report of grades."""

from . import customer_grading_figures_engine, customer_grading_report
