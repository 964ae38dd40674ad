MODEL = "customer.grading.decision"


def uninstall_hook(env):
    """Leave nothing that waits for steps of approval: officers decide on it from now on.

    What is in approval becomes proposed by the field's own rule; what was put off would not
    come back by itself.
    """
    put_off = env["customer.grading.change"].search(
        [("state", "=", "held"), ("keeps_step", "=", True)]
    )
    put_off.write({"state": "proposed", "date_due": False})
    # A step that names a group would keep it, and who is in it, from being deleted.
    env["customer.grading.approval"].search([]).unlink()
    decide = env.ref("customer_grading_approval.mail_activity_type_decide", False)
    if decide:
        activities = env["mail.activity"].with_context(active_test=False)
        activities.search([("activity_type_id", "=", decide.id)]).unlink()
    env["base_import.mapping"].search([("res_model", "=", MODEL)]).unlink()
