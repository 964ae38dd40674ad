"""Odoo's own work on all opportunities: predictive lead scoring, as its cron does it."""

import databases
from measure import get_seconds

BEFORE_ALL = "2000-01-01"


def count_all(name):
    """Let the scoring of a database look at every opportunity, however old."""
    with databases.environment(name) as env:
        env["ir.config_parameter"].set_param("crm.pls_start_date", BEFORE_ALL)
        env.cr.commit()


def score(name):
    """Score the open opportunities anew and return the seconds of it."""
    with databases.environment(name) as env:
        seconds = get_seconds(env["crm.lead"]._cron_update_automated_probabilities)
        env.cr.commit()
    return seconds
