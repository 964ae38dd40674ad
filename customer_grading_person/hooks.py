from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .tools.person import PERSON


def uninstall_hook(env):
    """Take away what is kept about people: the rest is about a customer or an opportunity again."""
    env = env(context={**env.context, "active_test": False, MODULE_UNINSTALL_FLAG: True})
    dimensions = env["customer.grading.dimension"].search([("subject", "=", PERSON.name)])
    of_people = [("dimension_id", "in", dimensions.ids)]
    for name in ("result", "policy"):
        env[f"customer.grading.{name}"].search(of_people).unlink()
    dimensions.unlink()
    env["customer.grading.answer"].search([("subject", "=", PERSON.name)]).unlink()
