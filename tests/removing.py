"""Takes an addon out of a database, looks at what is left, and puts it back.

Run on a copy by test_addons_removed.py: ``python -m tests.removing ADDON DATABASE CONFIGURATION``
"""

import sys
from contextlib import contextmanager
from unittest import TestCase

from odoo import SUPERUSER_ID, api, tools
from odoo.modules.module import Manifest
from odoo.modules.registry import Registry
from odoo.tests import Form
from odoo.tests.common import new_test_user
from odoo.tools import SQL

from .common import CustomerGradingCommon, get_today

# What people open, with the views they open it in.
SCREENS = {
    "customer.grading.policy": ("form", "list", "search"),
    "customer.grading.run": ("form", "list", "search"),
    "customer.grading.trial": ("form", "search"),
    "customer.grading.change": ("form", "list", "search"),
    "customer.grading.result": ("list", "search"),
    "customer.grading.dimension": ("form", "list"),
    "customer.grading.measure": ("form", "list", "search"),
    "customer.grading.question": ("form", "list", "search"),
    "customer.grading.answer": ("form", "list", "search"),
    "customer.grading.assessment": ("list", "kanban", "form", "search"),
    "customer.grading.checklist": ("form",),
    "customer.grading.new.policy": ("form",),
    "customer.grading.waiver": ("form", "list", "search"),
    "customer.grading.follow.up": ("list", "kanban", "search"),
    "customer.grading.pool.entry": ("list", "kanban", "search", "pivot"),
    "customer.grading.visit": ("list", "kanban", "search"),
    "customer.grading.deadline.case": ("list", "kanban", "search"),
    "customer.grading.grant": ("list", "kanban", "pivot", "search"),
    "customer.grading.terms": ("form", "list"),
    "customer.grading.capacity.report": ("list", "kanban", "search", "pivot"),
    "customer.grading.capacity.proposal": ("list", "kanban", "search"),
    "customer.grading.intake.target": ("list", "form", "search"),
    "customer.grading.intake.report": ("list", "kanban", "search", "pivot"),
    "customer.grading.reception": ("list", "kanban", "search"),
    "customer.grading.visitor.report": ("list", "search", "pivot"),
    "customer.grading.report": ("pivot", "graph", "list", "kanban", "search"),
    "customer.grading.move.report": ("pivot", "graph", "list", "kanban", "search"),
    "customer.grading.month": ("pivot", "graph", "list", "search"),
    "customer.grading.outlook": ("list", "kanban", "pivot", "search"),
    "customer.grading.outlook.run": ("list",),
    "customer.grading.habit.answer": ("list", "kanban", "pivot", "graph", "search"),
    "customer.grading.habit.override": ("list", "kanban", "pivot", "graph", "search"),
    "customer.grading.habit.contact": ("list", "kanban", "pivot", "graph", "search"),
    "customer.grading.terms.cost": ("list", "kanban", "pivot", "graph", "search"),
    "customer.grading.former.grade": ("list", "kanban", "form", "search"),
    "customer.grading.former.import": ("list",),
    "spreadsheet.dashboard": ("form", "list"),
    "base.automation": ("form", "list"),
    "sale.report": ("graph", "search"),
    "account.invoice.report": ("graph", "search"),
    "crm.team.member": ("list", "form"),
    "customer.grading.credit.proposal": ("form", "list", "kanban", "search"),
    "customer.grading.credit.release": ("form", "list", "kanban", "search"),
    "customer.grading.credit.special": ("form", "list", "kanban", "search"),
    "customer.grading.receivable.age": ("list", "kanban", "pivot", "search"),
    "customer.grading.support.plan": ("list", "kanban", "form", "search"),
    "customer.grading.print.lists": ("form",),
    "customer.grading.print.month": ("form",),
    "customer.grading.referral": ("list", "kanban", "search", "pivot", "graph"),
    "customer.grading.referral.quota": ("list", "kanban", "search", "pivot"),
    "customer.grading.referral.kind": ("list", "search"),
    "customer.grading.order.request": ("list", "form", "kanban", "search"),
    "customer.grading.evaluation.report": ("list", "form", "kanban", "search"),
    "customer.grading.agreement": ("list", "kanban", "search"),
    "customer.grade": ("form", "list"),
    "customer.grading.loss": ("list", "kanban", "search"),
    "customer.grading.silence": ("list", "kanban", "search", "pivot"),
    "crm.lost.reason": ("form", "list"),
    "crm.lead.lost": ("form",),
    "mail.activity": ("list", "kanban", "search"),
    "res.config.settings": ("form",),
    "res.partner": ("form", "list", "search"),
    "crm.lead": ("form", "kanban", "search"),
    "sale.order": ("form", "list", "kanban", "search"),
    "account.move": ("form", "search"),
}
FIELDS = "ir.model.fields"
MEASURE = "customer.grading.measure"
CORE = "customer_grading"
OFFICER_GROUP = "customer_grading.customer_grading_group_officer"
check = TestCase()
check.maxDiff = None


@contextmanager
def connect(database):
    """Open the database as it is now; what is done is committed at the end."""
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})


def query(env, statement, *args):
    return set(env.execute_query(SQL(statement, *args)))


def look(env):
    """Return what the data model consists of."""
    return {
        "models": query(env, "SELECT model FROM ir_model"),
        "fields": query(env, "SELECT model, name FROM ir_model_fields"),
        "columns": query(
            env,
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'",
        ),
        "unchecked": query(
            env,
            "SELECT name FROM ir_model_constraint WHERE definition LIKE 'CHECK%%'"
            " AND name NOT IN (SELECT conname FROM pg_constraint)",
        ),
        "dangling": query(
            env,
            "SELECT data.module, data.name FROM ir_model_data data"
            " LEFT JOIN ir_model_constraint told ON told.id = data.res_id"
            " WHERE data.model = 'ir.model.constraint' AND told.id IS NULL",
        ),
    }


def get_going(env, addon):
    """Return the names of the addon and of those that go with it, as they stand on it."""
    module = env["ir.module.module"]._get(addon)
    return sorted((module | module.downstream_dependencies()).mapped("name"))


def get_own(env, addons):
    """Return ``{(model, id)}`` of the records that are these addons' and no other's."""
    return query(
        env,
        """
        SELECT model, res_id FROM ir_model_data
         GROUP BY model, res_id HAVING array_agg(DISTINCT module) <@ %s::varchar[]
        """,
        addons,
    )


def get_names(env, addons):
    return query(
        env, "SELECT module, model, name FROM ir_model_data WHERE module = ANY(%s)", addons
    )


def get_own_columns(env, addons, own):
    """Return ``(tables, {(table, column)})`` that only these addons make."""
    ids = {name: [id_ for model, id_ in own if model == name] for name in ("ir.model", FIELDS)}
    tables = {
        env[model.model]._table
        for model in env["ir.model"].browse(ids["ir.model"])
        if model.model in env
    }
    tables |= {
        name
        for (name,) in query(
            env,
            "SELECT relation.name FROM ir_model_relation relation"
            " JOIN ir_module_module module ON module.id = relation.module"
            " WHERE module.name = ANY(%s)",
            addons,
        )
    }
    columns = {
        (env[field.model]._table, field.name)
        for field in env[FIELDS].browse(ids[FIELDS])
        if field.store and field.model in env and env[field.model]._fields[field.name].column_type
    }
    return tables, columns


def get_factory(env):
    return type("Factory", (CustomerGradingCommon,), {"env": env, "company": env.company})


def prepare(env):
    """Put a policy in force that grades three customers, and return its id.

    It is made of a file, and decides the same without the addon that read it.
    """
    env.company.customer_grading_tz = "UTC"
    factory = get_factory(env)
    for amount, customer in enumerate(factory._create_customers(3, ref="removing"), 1):
        factory._create_invoice(customer, get_today(), amount=amount * 100)
    policy = env["customer.grading.new.policy"].create({"name": "Removing"})._make_policy()
    policy.write({"domain": "[('ref', '=', 'removing')]", "stop_percent": 0})
    env["ir.config_parameter"].set_param("customer_grading.figures", "all")
    if "customer.grading.approval" in env:
        officers = env.ref(OFFICER_GROUP)
        env["customer.grading.approval"].create(
            {"policy_id": policy.id, "step": 1, "name": "Officers", "group_id": officers.id}
        )
    run_now(policy)
    return policy.id


def prepare_asking(env, own):
    """Put a policy in force that asks for the first of the measures among ``own``, if any.

    :return: ``(id of the policy, id of the measure)``, or nothing
    """
    measures = env[MEASURE].browse(sorted(id_ for model, id_ in own if model == MEASURE))
    measures = measures.filtered(lambda measure: measure.subject == "partner")
    if not measures:
        return ()
    measure, factory = measures[0], get_factory(env)
    policy = factory._create_policy(
        {"asked": {"measure": measure.code}, "revenue": {"measure": "invoiced_revenue"}},
        [("A", ("all", ("asked", "known"), ("revenue", "ge", 1000))), ("B", ())],
        name="Asking",
        domain="[('ref', '=', 'removing')]",
        dimension=factory._create_dimension("removing"),
    )
    run_now(policy)
    return policy.id, measure.id


def prepare_groups(env):
    """Grade the countries of customers, where groups are graded."""
    if "customer.grading.group" not in env:
        return
    factory = get_factory(env)
    env["res.partner"].search([("ref", "=", "removing")]).country_id = env.ref("base.cn")
    policy = factory._create_policy(
        {"revenue": {"measure": "invoiced_revenue"}},
        [("A", ("revenue", "gt", 0))],
        dimension=factory._create_dimension("land", subject="group", group_path="country_id"),
    )
    run_now(policy)
    check.assertEqual(env["customer.grading.group"].search([]).grade_id.code, "A")


def prepare_people(env):
    """Grade the people of a customer by what was answered, where people are graded."""
    dimensions = env["customer.grading.dimension"]
    if "person" not in dimensions._fields["subject"].get_values(env):
        return
    factory = get_factory(env)
    [customer, *_others] = env["res.partner"].search([("ref", "=", "removing")])
    person = env["res.partner"].create({"name": "Bob", "parent_id": customer.id})
    question = env["customer.grading.question"].create(
        {"name": "Decides?", "code": "removing_decides", "subject": "person"}
    )
    factory._answer(question, person, True, get_today())
    policy = factory._create_policy(
        {"decides": {"question": question}},
        [("A", ("decides", "yes"))],
        dimension=factory._create_dimension("deciding", subject="person"),
    )
    run_now(policy)
    check.assertEqual(person.person_grade_id.code, "A")


def move_contact(env):
    """Return a contact that was invoiced, and works for another company by now."""
    factory = get_factory(env)
    before, after = factory._create_customers(2, ref="moved")
    contact = env["res.partner"].create({"name": "Ann", "parent_id": before.id})
    factory._create_invoice(contact, get_today(), amount=1)
    contact.parent_id = after
    return contact


def run_now(policy):
    for run in policy._put_in_force():
        run._execute()
        check.assertEqual(run.state, "done", run.error)


def check_asking(env, policy_id, measure_id, works):
    """Look at the policy whose measure works, or not: it says so, and its grades stay."""
    policy, measure = (
        env["customer.grading.policy"].browse(policy_id),
        env[MEASURE].browse(measure_id),
    )
    check.assertEqual(Form(measure).is_broken, not works)
    check.assertEqual(measure.name in str(Form(policy).problems), not works)
    run = policy._create_run("nightly")
    run._execute()
    check.assertEqual(run.state, "done" if works else "failed", run.error)
    results = env["customer.grading.result"].search([("policy_id", "=", policy_id)])
    check.assertEqual(results.mapped("grade_id.code"), ["B"])
    check.assertEqual(len(results), 3)
    for customer in results.partner_id:
        check.assertIn("Why not A", str(customer.get_grading_explanation()))


def check_works(env, policy_id):
    """Open the screens; open, try on and run the policy, and make a new one."""
    for model, kinds in SCREENS.items():
        if model in env:
            env[model].get_views([(False, kind) for kind in kinds])
    env["ir.ui.menu"].with_user(env.ref("base.user_admin")).load_menus(False)
    policy = env["customer.grading.policy"].browse(policy_id)
    check.assertEqual(Form(policy).name, "Removing")
    draft = policy.browse(policy.action_revise()["res_id"])
    draft.action_try_on()
    trial = env["customer.grading.trial"].search([("policy_id", "=", draft.id)], limit=1)
    check.assertEqual((trial.state, len(trial.line_ids)), ("done", 3), trial.error)
    draft.unlink()
    run = policy._create_run("nightly")
    run._execute()
    check.assertEqual(run.state, "done", run.error)
    results = env["customer.grading.result"].search([("policy_id", "=", policy_id)])
    check.assertEqual(sorted(result.grade_id.code for result in results), ["A", "C", "C"])
    begin(env)


def begin(env):
    """Make a new policy by what is offered for it: a dialog, or an empty form."""
    model = env["customer.grading.policy"]._get_new_action("New")["res_model"]
    if model == "customer.grading.policy":
        with Form(env[model]) as form:
            form.name = "Another"
    else:
        env[model].create({"name": "Another"})._make_policy()


def check_gone(env, addons, own, before, tables, columns, asked):
    """Compare the database with what it was: the addons' part is gone, and nothing else.

    :param asked: the measures that a policy asks for, which wait for their addon
    """
    after = look(env)
    names = {(model, name) for _module, model, name in get_names(env, addons)}
    left = {(model, id_) for model, id_ in own if model in env and env[model].browse(id_).exists()}
    check.assertEqual(left, {(MEASURE, id_) for id_ in asked})
    check.assertEqual(len(names), len(asked), names)
    check.assertFalse(after["columns"] & columns)
    check.assertFalse({table for table, _column in after["columns"]} & tables)
    check.assertFalse(after["dangling"] - before["dangling"])
    lost = before["columns"] - after["columns"]
    check.assertFalse({pair for pair in lost if pair[0] not in tables} - columns)
    check.assertFalse(after["unchecked"] - before["unchecked"])


def main(addon, database, configuration):
    tools.config.parse_config(
        ["-c", configuration, "--no-http", "--log-level=error"], setup_logging=True
    )
    is_core = addon == CORE
    with connect(database) as env:
        policy_id = prepare(env)
        officer = new_test_user(env, "removing_officer", f"base.group_user,{OFFICER_GROUP}").id
        addons = get_going(env, addon)
        before, names, own = look(env), get_names(env, addons), get_own(env, addons)
        tables, columns = get_own_columns(env, addons, own)
        asking = () if is_core else prepare_asking(env, own)
        check.assertTrue(names)
        mover = move_contact(env).id
        prepare_groups(env)
        prepare_people(env)
    with connect(database) as env:
        env["ir.module.module"]._get(addon).button_immediate_uninstall()
    with connect(database) as env:
        check_gone(env, addons, own, before, tables, columns, asking[1:])
        modules = env["ir.module.module"].search([("name", "in", addons)])
        check.assertEqual(set(modules.mapped("state")), {"uninstalled"})
        if is_core:
            kept = query(env, "SELECT key FROM ir_config_parameter WHERE key ^@ 'customer_grading'")
            check.assertFalse(kept)
        else:
            check_works(env, policy_id)
            if asking:
                # One that reads documents works on, where they can still be put together so.
                measure = env[MEASURE].browse(asking[1])
                ways = env[MEASURE]._fields["aggregate"].get_values(env)
                works = (
                    measure.kind == "documents"
                    and measure.aggregate in ways
                    and measure.model_name in env
                )
                check_asking(env, *asking, works=works)
            offered = env["res.config.settings"].create({}).customer_grading_module_ids
            shown = {m for m in modules if Manifest.for_addon(m.name)["category"] != "Hidden"}
            check.assertEqual(set(offered), shown)
    with connect(database) as env:
        modules = env["ir.module.module"].search([("name", "in", addons)])
        modules.button_immediate_install()
    with connect(database) as env:
        again = get_names(env, addons)
        check.assertFalse(names - again)
        # What one addon gives to a model of another is noted as of whichever comes last.
        given = (FIELDS, "ir.model.inherit")
        check.assertFalse({name for name in again - names if name[1] not in given})
        check.assertEqual(look(env), before)
        check.assertEqual(env["res.users"].browse(officer).has_group(OFFICER_GROUP), not is_core)
        former = env["customer.grading.former.contact"].search([("partner_id", "=", mover)])
        check.assertEqual(len(former), 1)
        if not is_core:
            check_works(env, policy_id)
        if asking:
            check_asking(env, *asking, works=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
