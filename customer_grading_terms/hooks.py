def post_init_hook(env):
    """Take the benefits that policy files named before, and add up what terms come to."""
    env.ref("customer_grading_terms.ir_cron_keep_figures")._trigger()
    if "customer.grading.policy.file" in env:
        env["customer.grading.policy.file"]._take_kept_of_grades("benefits")


def uninstall_hook(env):
    """Give back what stood before, where it was chosen; leave nothing of what was set or asked."""
    parameters = env["ir.config_parameter"]
    if parameters.get_param("customer_grading_terms.removed") == "give_back":
        env["customer.grading.terms"].search([("state", "!=", "draft")]).action_take_back()
        env["customer.grading.terms.giver"]._give()
    parameters.search([("key", "=like", "customer\\_grading\\_terms.%")]).unlink()
    kind = env.ref("customer_grading_terms.mail_activity_type_look", False)
    if kind:
        activities = env["mail.activity"].with_context(active_test=False)
        activities.search([("activity_type_id", "=", kind.id)]).unlink()
