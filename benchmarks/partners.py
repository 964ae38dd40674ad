"""What people do with customers: lists and the form."""

from functools import partial

from lxml import etree
from measure import Stopwatch, compare_seconds

from odoo.fields import Command

ADMIN = 2  # a user with rights to check, unlike the superuser
COLUMNS = ("complete_name", "email", "phone")
PAGE = {"limit": 80, "count_limit": 10_001}  # as the web client asks


def get_customer_ids(env):
    """Return the ids of the generated customers, the largest first."""
    return env["res.partner"].search([("name", "=like", "Customer %")], order="id").ids


def compare_lists(env, field, rival):
    """Return ``{what: (seconds, rival's seconds)}`` of working with all partners.

    :param field: name of a many2one to filter, sort and group by, and to list
    :param rival: name of another one
    """
    value, other = _get_like_values(env, field, rival)
    actions = {
        "filter": lambda name: _list(env, [(name, "=", value if name == field else other)]),
        "sort": lambda name: _list(env, [], order=f"{name} DESC, id"),
        "group": lambda name: _group(env, name),
        "list": lambda name: _list(env, [], name),
    }
    return {
        what: compare_seconds(partial(act, field), partial(act, rival))
        for what, act in actions.items()
    }


def compare_dates(env, field, rival):
    """Return the same of a date: filtering by days before today, and sorting.

    :param rival: name of a many2one, as in :func:`compare_lists`
    """
    _value, other = _get_like_values(env, rival, rival)
    actions = {
        "filter": lambda name: _list(
            env, [(name, "<", "today")] if name == field else [(name, "=", other)]
        ),
        "sort": lambda name: _list(env, [], order=f"{name} DESC, id"),
    }
    return {
        what: compare_seconds(partial(act, field), partial(act, rival))
        for what, act in actions.items()
    }


def _get_like_values(env, field, rival):
    """Return a value of each field, so that about as many partners have them."""
    shares, others = (
        {
            record.id: count
            for record, count in env["res.partner"]._read_group(
                [(name, "!=", False)], [name], ["__count"]
            )
        }
        for name in (field, rival)
    )
    return min(
        ((value, other) for value in shares for other in others),
        key=lambda pair: (
            max(shares[pair[0]], others[pair[1]]) / min(shares[pair[0]], others[pair[1]])
        ),
    )


def _list(env, domain, name=None, order=None):
    """Read one page, as the list view does."""
    env.invalidate_all()
    specification = {column: {} for column in COLUMNS}
    if name:
        specification[name] = {"fields": {"display_name": {}}}
    env["res.partner"].web_search_read(domain, specification, order=order, **PAGE)


def _group(env, name):
    env.invalidate_all()
    env["res.partner"].formatted_read_group([], [name], ["__count"])


def create_salespeople(env, count):
    """Return the ids of so many new users who sell."""
    groups = [Command.set(env.ref("sales_team.group_sale_salesman_all_leads").ids)]
    users = env["res.users"].create(
        [
            {"name": f"Salesperson {number}", "login": f"bench_{number}", "group_ids": groups}
            for number in range(count)
        ]
    )
    env.cr.commit()
    return users.ids


def create_activities(env, ids):
    """Plan a call with each of these partners for its salesperson, and tell nobody."""
    call = env["mail.activity.type"].search([("category", "=", "phonecall")], limit=1)
    model_id = env["ir.model"]._get_id("res.partner")
    quiet = env["mail.activity"].with_context(mail_activity_quick_update=True)
    quiet.create(
        [
            {
                "res_model_id": model_id,
                "res_id": partner.id,
                "activity_type_id": call.id,
                "user_id": partner.user_id.id,
            }
            for partner in env["res.partner"].browse(ids).sorted("user_id")
        ]
    )
    env.flush_all()


def open_activity_menu(env):
    """Read what the menu of activities shows."""
    env.invalidate_all()
    env["res.users"]._get_activity_groups()


def count_form_queries(env, partner_id):
    """Return the number of queries to read a partner for its form."""
    views = env["res.partner"].get_views([(False, "form")])
    arch = etree.fromstring(views["views"]["form"]["arch"])
    specification = _get_specification(env["res.partner"], arch)
    env.invalidate_all()
    with Stopwatch() as watch:
        env["res.partner"].browse(partner_id).web_read(specification)
    return watch.queries


def _get_specification(model, arch):
    """Return what the web client reads for a view: its fields, and those of lists in it."""
    specification = {}
    for node in arch.xpath(".//field[not(ancestor::field)]"):
        field = model._fields[node.get("name")]
        if field.type == "many2one":
            part = {"fields": {"display_name": {}}}
        elif field.type in ("one2many", "many2many"):
            part = {"fields": _get_inner_specification(model, field, node), "limit": 40}
        else:
            part = {}
        specification[field.name] = part
    return specification


def _get_inner_specification(model, field, node):
    views = [child for child in node if child.tag in ("list", "kanban")]
    if not views:
        return {"display_name": {}}
    # Within its own view a field's ancestors no longer count.
    inner = etree.fromstring(etree.tostring(views[0]))
    return _get_specification(model.env[field.comodel_name], inner)
