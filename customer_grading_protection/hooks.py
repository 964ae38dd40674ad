def uninstall_hook(env):
    """Leave none of the activities made here, done ones neither: their type goes."""
    kind = env.ref("customer_grading_protection.mail_activity_type_decide", False)
    if kind:
        activities = env["mail.activity"].with_context(active_test=False)
        activities.search([("activity_type_id", "=", kind.id)]).unlink()
