def uninstall_hook(env):
    """Give back what stood before, where it was chosen; leave nothing of what was set or asked.

    No activity of a kind that goes is left, and no rule that keeps groups or people in use.
    """
    parameters = env["ir.config_parameter"]
    if parameters.get_param("customer_grading_credit.removed") == "give_back":
        # What a credit replaced is approved again as that is taken back.
        while approved := env["customer.grading.credit.proposal"].search(
            [("state", "=", "approved")]
        ):
            for proposal in approved:
                proposal._take_back()
    parameters.search([("key", "=like", "customer\\_grading\\_credit.%")]).unlink()
    kind = env.ref("customer_grading_credit.mail_activity_type_credit", False)
    if kind:
        activities = env["mail.activity"].with_context(active_test=False)
        activities.search([("activity_type_id", "=", kind.id)]).unlink()
    env["customer.grading.credit.rule"].search([]).unlink()
