def post_init_hook(env):
    """Take the cadences that policy files named before this addon was there."""
    if "customer.grading.policy.file" in env:
        env["customer.grading.policy.file"]._take_kept_of_grades("follow_up")


def uninstall_hook(env):
    """Leave none of the activities made here, and nothing of what was set."""
    env["customer.grading.follow.up"].search([("activity_id", "!=", False)]).activity_id.unlink()
    own = [("key", "=like", "customer\\_grading\\_follow\\_up.%")]
    env["ir.config_parameter"].search(own).unlink()
