def uninstall_hook(env):
    """Leave none of the activities made here, done ones neither, and nothing of what was set."""
    names = ("mail_activity_type_thanks", "mail_activity_type_request")
    kinds = [env.ref(f"customer_grading_referral.{name}", False) for name in names]
    activities = env["mail.activity"].with_context(active_test=False)
    ids = [kind.id for kind in kinds if kind]
    activities.search([("activity_type_id", "in", ids)]).unlink()
    own = [("key", "=like", "customer\\_grading\\_referral.%")]
    env["ir.config_parameter"].search(own).unlink()
