def uninstall_hook(env):
    """Leave nothing of what was set."""
    own = [("key", "=like", "customer\\_grading\\_visit\\_plan.%")]
    env["ir.config_parameter"].search(own).unlink()
