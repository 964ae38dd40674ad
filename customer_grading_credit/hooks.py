def uninstall_hook(env):
    """Leave no activity of a kind that goes, and no rule that keeps groups or people in use."""
    kind = env.ref("customer_grading_credit.mail_activity_type_credit", False)
    if kind:
        activities = env["mail.activity"].with_context(active_test=False)
        activities.search([("activity_type_id", "=", kind.id)]).unlink()
    env["customer.grading.credit.rule"].search([]).unlink()
