def post_init_hook(env):
    """Take the cadences that policy files named before this addon was there."""
    if files := env.get("customer.grading.policy.file"):
        files._take_kept_of_grades("follow_up")
