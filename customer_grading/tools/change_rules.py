"""What policies and requirements say of how grades change."""

TIMINGS = [("now", "at once"), ("month_end", "at month end"), ("confirmed", "when confirmed")]
# How grades change may be changed while a policy is in force: it decides no grade.
CHANGE_FIELDS = {
    "upgrade_timing",
    "upgrade_days",
    "downgrade_timing",
    "downgrade_days",
    "grace_days",
    "counts_working_days",
    "one_step",
    "probation_months",
    "window_ids",
    "stop_percent",
    "manual_months",
}
# The same of a requirement.
RULE_CHANGE_FIELDS = {"change_timing", "change_days", "review_months", "expiry_months"}
