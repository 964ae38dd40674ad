def uninstall_hook(env):
    """Archive the rules that nothing would run any more."""
    rules = env["base.automation"].search([])
    rules.filtered(lambda rule: rule.watches_grade and rule.is_run_by_grades).active = False
