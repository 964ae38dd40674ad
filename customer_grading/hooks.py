def uninstall_hook(env):
    """Leave none of the settings that are kept as parameters, and no activity of its own type."""
    minimum = env.ref("customer_grading.mail_activity_type_minimum", False)
    if minimum:
        env["mail.activity"].search([("activity_type_id", "=", minimum.id)]).unlink()
    env["ir.config_parameter"].search([("key", "=like", "customer\\_grading.%")]).unlink()
