from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerGradingIntakeReport(models.Model):
    """What came in against its target: one row a target, period, and salesperson or team."""

    _name = "customer.grading.intake.report"
    _description = "Intake against Targets"
    _auto = False
    _order = "date desc, target_id, user_id, team_id, id"

    target_id = fields.Many2one("customer.grading.intake.target", "Intake target", readonly=True)
    dimension_id = fields.Many2one("customer.grading.dimension", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    date = fields.Date("Period from", readonly=True)
    date_last = fields.Date("Period until", readonly=True)
    wanted = fields.Integer("Target", readonly=True, help="0 on a day off.")
    actual = fields.Integer(readonly=True)
    missing = fields.Integer("Short by", readonly=True)
    attained = fields.Float(
        "Attainment", readonly=True, aggregator="avg", help="Actual in per cent of the target."
    )
    state = fields.Selection(
        [("met", "Met"), ("short", "Not met"), ("running", "Running")], "Status", readonly=True
    )

    @property
    def _table_query(self):
        self.env.flush_all()
        own = [("company_id", "in", self.env.companies.ids)]
        targets = self.env["customer.grading.intake.target"].sudo().search(own)
        rows = [SQL("(%s)", rows) for target in targets if (rows := self._get_rows_sql(target))]
        return SQL(
            "SELECT ROW_NUMBER() OVER (ORDER BY target_id, date, user_id, team_id)::integer AS id,"
            " told.*, GREATEST(wanted - actual, 0) AS missing,"
            " actual::float / NULLIF(wanted, 0) AS attained,"
            " CASE WHEN actual >= wanted THEN 'met' WHEN date_last >= today THEN 'running'"
            " ELSE 'short' END AS state FROM (%s) told",
            SQL(" UNION ALL ").join(rows) if rows else self._get_nothing_sql(),
        )

    @staticmethod
    def _get_nothing_sql():
        return SQL(
            "SELECT NULL::integer AS target_id, NULL::integer AS dimension_id,"
            " NULL::integer AS company_id, NULL::integer AS user_id, NULL::integer AS team_id,"
            " NULL::date AS date, NULL::date AS date_last, NULL::date AS today, 0 AS wanted,"
            " 0 AS actual WHERE FALSE"
        )

    @api.model
    def _get_rows_sql(self, target):
        """Return the query of the rows of one target, or nothing before it begins."""
        periods = target._get_periods()
        if not periods:
            return None
        return SQL(
            """
            SELECT %(target)s AS target_id, %(dimension)s AS dimension_id,
                   %(company)s AS company_id, people.user_id, people.team_id,
                   period.first AS date, period.last AS date_last, %(today)s::date AS today,
                   period.wanted, COUNT(found.subject_id)::integer AS actual
              FROM (%(people)s) people
              CROSS JOIN UNNEST(%(firsts)s, %(lasts)s, %(wanted)s) AS period (first, last, wanted)
              LEFT JOIN (%(found)s) found
                ON found.day BETWEEN period.first AND period.last
               AND found.%(each)s = people.%(each)s
             GROUP BY people.user_id, people.team_id, period.first, period.last, period.wanted
            HAVING period.wanted > 0 OR COUNT(found.subject_id) > 0
            """,
            target=target.id,
            dimension=target.dimension_id.id,
            company=target.company_id.id,
            today=target._get_today(target.company_id),
            people=target._get_people_sql(),
            firsts=SQL("%s::date[]", [first for first, _last, _wanted in periods]),
            lasts=SQL("%s::date[]", [last for _first, last, _wanted in periods]),
            wanted=SQL("%s::integer[]", [wanted for _first, _last, wanted in periods]),
            found=target._get_found_sql(periods[0][0]),
            each=SQL.identifier(target.each),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Say the attainment of all rows together, and not the average of theirs."""
        if aggregate_spec.partition(":")[0] == "attained":
            part, whole = (self._field_to_sql(self._table, n, query) for n in ("actual", "wanted"))
            return SQL("SUM(%s)::float / NULLIF(SUM(%s), 0)", part, whole)
        return super()._read_group_select(aggregate_spec, query)

    # ------------------------------------------------------------------ who counted

    def _get_key(self):
        """Return what names the row for good, while its id is its place among all of today."""
        target = self.target_id
        return f"{target.id},{self.date},{self[target.sudo().each].id}"

    @api.model
    def _find_row(self, key):
        """Return the row that :meth:`_get_key` named, where the user may see it; else none."""
        try:
            target_id, day, owner_id = str(key).split(",")
            ids, day = (int(target_id), int(owner_id)), fields.Date.to_date(day)
        except ValueError:  # what somebody typed
            return self.browse()
        target = self.env["customer.grading.intake.target"].sudo().browse(ids[0]).exists()
        named = Domain("target_id", "=", target.id) & Domain("date", "=", day)
        return self.search(named & Domain(target.each or "user_id", "=", ids[1]), limit=1)

    def _get_counted_sql(self):
        """Return the query of the ids of who counted in the row."""
        target = self.target_id.sudo()
        return SQL(
            "SELECT subject_id FROM (%s) found WHERE day BETWEEN %s AND %s AND %s = %s",
            target._get_found_sql(self.date),
            self.date,
            self.date_last,
            SQL.identifier(target.each),
            self[target.each].id,
        )

    def action_open_counted(self):
        """Open the customers or opportunities that counted, under the reader's own rights.

        However many they are, the list asks for a page at a time.
        """
        self.ensure_one()
        target = self.target_id.sudo()
        return open_window(
            target.name,
            target.subject_model,
            "list,form",
            domain=[("grading_intake_row", "=", self._get_key())],
            context={"create": False, "active_test": False},
        )
