from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.addons.customer_grading.models.policy.customer_grading_subject import (
    CustomerGradingSubject,
)
from odoo.tools import sql

from .tools.group import GROUP

ADDON = "customer_grading_group"


def uninstall_hook(env):
    """Take away what is kept about groups, and let the rest be of one of two kinds again.

    The column of groups would take with it the check that names it.
    """
    env = env(context={**env.context, "active_test": False, MODULE_UNINSTALL_FLAG: True})
    dimensions = env["customer.grading.dimension"].search([("subject", "=", GROUP.name)])
    of_groups = [("dimension_id", "in", dimensions.ids)]
    for name in ("result", "policy"):
        env[f"customer.grading.{name}"].search(of_groups).unlink()
    dimensions.unlink()
    _restore_checks(env)


def _restore_checks(env):
    """Let the check of the core be in force where that of this addon took its place."""
    check = CustomerGradingSubject._subject_check
    for model in (env[name] for name in env):
        name = check.full_name(model)
        replaced = model._table_objects.get(name)
        if not model._abstract and replaced and replaced._module == ADDON:
            sql.drop_constraint(env.cr, model._table, name)
            sql.add_constraint(env.cr, model._table, name, check.get_definition(env.registry))
