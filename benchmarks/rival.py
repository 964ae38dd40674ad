"""The same policy graded the usual way: ``_read_group``, a loop, batches of the ORM.

It keeps the same facts as the addon, in models as they usually are (``usual_grading``), and commits
by batch: what a good Odoo developer writes without an engine.
"""

import subject
from dateutil.relativedelta import relativedelta

from odoo.fields import Date, Datetime, Domain
from odoo.tools import split_every

MODULE = "usual_grading"
BATCH = 1_000
NOTHING = [0.0, 0, None]


def take_over(env):
    """Keep what the addon keeps of everybody, as if it had been found the usual way."""
    env.flush_all()
    env.cr.execute("TRUNCATE usual_grading_result, usual_grading_change")
    env.cr.execute(
        """
        INSERT INTO usual_grading_result (
            dimension_id, company_id, policy_id, partner_id, computed_rule_id, computed_grade_id,
            considered_grade_id, grade_id, reason, last_move, values, date_evaluated, date_since,
            date_computed_since, create_uid, create_date, write_uid, write_date)
        SELECT dimension_id, company_id, policy_id, partner_id, computed_rule_id, computed_grade_id,
               considered_grade_id, grade_id, reason, last_move, values, date_evaluated, date_since,
               date_computed_since, %(user)s, NOW(), %(user)s, NOW()
          FROM customer_grading_result WHERE partner_id IS NOT NULL AND grade_id IS NOT NULL
        """,
        {"user": env.uid},
    )
    env.cr.execute(
        """
        INSERT INTO usual_grading_change (
            result_id, dimension_id, company_id, policy_id, partner_id, grade_id, direction, origin,
            state, date, date_applied, values, date_evaluated,
            create_uid, create_date, write_uid, write_date)
        SELECT id, dimension_id, company_id, policy_id, partner_id, grade_id, 'new', 'computed',
               'applied', date_since, date_since, values, date_evaluated,
               %(user)s, NOW(), %(user)s, NOW()
          FROM usual_grading_result
        """,
        {"user": env.uid},
    )
    env.invalidate_all()


def grade(env, policy, thrifty=True):
    """Grade the customers that have a result, by ``policy``; return how many moved.

    :param thrifty: compare, and write only what differs; else write every customer, as
        most such jobs do
    """
    today = Date.context_today(policy)
    Result = env["usual.grading.result"]
    rules = {rule.grade_id.code: rule for rule in policy.rule_ids}
    values = _get_values(env, today)
    movers, others = {}, {}
    for ids in split_every(20 * BATCH, Result.search([]).ids):
        for result in Result.browse(ids):
            now = values.get(result.partner_id.id, NOTHING)
            if not thrifty or _normalize(result.values) != now:
                result.write({"values": now, "date_evaluated": today})
            rule = rules[_decide(now, today)]
            groups = others if result.grade_id == rule.grade_id else movers
            groups.setdefault(rule, []).append(result.id)
        _commit(env)
    for act, groups in ((_move, movers), (_confirm, {} if thrifty else others)):
        for rule, ids in groups.items():
            for batch in split_every(BATCH, ids):
                act(Result.browse(batch), rule, today)
                _commit(env)
    return sum(map(len, movers.values()))


def _commit(env):
    env.cr.commit()
    env.invalidate_all()


def _confirm(results, rule, today):
    """Write the grade that they have already."""
    results.write(_prepare_grade(rule))


def _prepare_grade(rule):
    names = ("computed_grade_id", "considered_grade_id", "grade_id")
    return {
        **dict.fromkeys(names, rule.grade_id.id),
        "policy_id": rule.policy_id.id,
        "computed_rule_id": rule.id,
        "reason": "graded",
    }


def _get_values(env, today):
    """Return ``{partner id: [revenue, orders, date of the last order]}`` of all customers."""
    since = today + relativedelta(days=1, months=-12)
    invoices = Domain("state", "=", "posted") & Domain(
        "move_type", "in", ["out_invoice", "out_refund"]
    )
    orders = Domain("state", "=", "sale")
    customer = "partner_id.commercial_partner_id"
    values = {
        partner.id: [0.0, 0, None]
        for model, domain, path in (
            ("account.move", invoices, "commercial_partner_id"),
            ("crm.lead", Domain("type", "=", "opportunity"), customer),
        )
        for (partner,) in env[model]._read_group(domain, [path])
    }
    for partner, revenue in env["account.move"]._read_group(
        invoices & Domain("invoice_date", ">=", since),
        ["commercial_partner_id"],
        ["amount_untaxed_signed:sum"],
    ):
        values[partner.id] = [round(revenue, 2), 0, None]
    for partner, latest in env["sale.order"]._read_group(orders, [customer], ["date_order:max"]):
        values.setdefault(partner.id, [0.0, 0, None])[2] = str(latest.date())
    this_year = orders & Domain("date_order", ">=", Datetime.to_datetime(since))
    for partner, count in env["sale.order"]._read_group(this_year, [customer], ["__count"]):
        values[partner.id][1] = count
    return values


def _normalize(kept):
    """Return kept values in the form of :func:`_get_values`."""
    revenue, orders, latest = kept or NOTHING
    return [round(revenue or 0.0, 2), orders or 0, latest]


def _decide(values, today):
    """Return the code of the grade: the requirements of the benchmark's policy."""
    revenue, orders, latest = values
    if revenue >= subject.A_REVENUE and orders >= subject.A_ORDERS:
        return "A"
    if revenue >= subject.B_REVENUE or orders >= subject.B_ORDERS:
        return "B"
    if latest and (today - Date.to_date(latest)).days <= subject.C_DAYS:
        return "C"
    return "D"


def _move(results, rule, today):
    """Bring a grade into effect, and tell it in the history."""
    env, deserved = results.env, rule.grade_id
    current = [("result_id", "in", results.ids), ("date_end", "=", False)]
    env["usual.grading.change"].search(current).date_end = today - relativedelta(days=1)
    env["usual.grading.change"].create(
        [
            {
                "result_id": result.id,
                "dimension_id": result.dimension_id.id,
                "company_id": result.company_id.id,
                "policy_id": rule.policy_id.id,
                "partner_id": result.partner_id.id,
                "from_grade_id": result.grade_id.id,
                "grade_id": deserved.id,
                "direction": _get_direction(result, deserved),
                "origin": "computed",
                "state": "applied",
                "date": today,
                "date_applied": today,
                "values": result.values,
                "date_evaluated": today,
            }
            for result in results
        ]
    )
    for before, same in results.grouped("grade_id").items():
        same.write(
            {
                **_prepare_grade(rule),
                "previous_grade_id": before.id,
                "last_move": _get_direction(same[:1], deserved),
                "date_since": today,
                "date_computed_since": today,
            }
        )


def _get_direction(result, deserved):
    return "up" if deserved.sequence < result.grade_id.sequence else "down"
