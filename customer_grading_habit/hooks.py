from odoo.tools import SQL


def post_init_hook(env):
    """Take for the computed grade of what was decided before the grade that stood before it."""
    env["customer.grading.change"]._note_computed(SQL("change.from_grade_id"), SQL("TRUE"))
