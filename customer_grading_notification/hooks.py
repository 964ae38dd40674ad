def uninstall_hook(env):
    """Leave no note of up to what moment the digests told, and no activity of a type that goes."""
    own = [("key", "=like", "customer\\_grading\\_notification.%")]
    env["ir.config_parameter"].search(own).unlink()
    too_few = env.ref("customer_grading_notification.mail_activity_type_too_few", False)
    if too_few:
        env["mail.activity"].search([("activity_type_id", "=", too_few.id)]).unlink()
