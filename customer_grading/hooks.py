def uninstall_hook(env):
    """Leave none of the settings that are kept as parameters."""
    env["ir.config_parameter"].search([("key", "=like", "customer\\_grading.%")]).unlink()
