def uninstall_hook(env):
    """Leave no note of up to what moment the digests told."""
    own = [("key", "=like", "customer\\_grading\\_notification.%")]
    env["ir.config_parameter"].search(own).unlink()
