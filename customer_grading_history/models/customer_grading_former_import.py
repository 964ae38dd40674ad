from bisect import bisect_left
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.models.result.customer_grading_change_writer import DIRECTION
from odoo.addons.customer_grading.tools.blocks import open_action, tell
from odoo.tools import SQL, format_date

DAY = timedelta(days=1)


class CustomerGradingFormerImport(models.Model):
    """Former grades that were taken over at once, and can be taken back at once.

    They are history before all that was given here: nothing else moves by them.
    """

    _name = "customer.grading.former.import"
    _description = "Import of Former Grades"
    _order = "id desc"

    user_id = fields.Many2one("res.users", "Imported by", readonly=True, index="btree_not_null")
    company_id = fields.Many2one("res.company", readonly=True)
    change_ids = fields.One2many("customer.grading.change", "former_import_id", readonly=True)
    change_count = fields.Integer("Former grades", compute="_compute_change_count")
    date_first = fields.Date("First day", compute="_compute_change_count")
    date_last = fields.Date("Last day", compute="_compute_change_count")

    @api.depends("user_id", "create_date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._(
                "Former grades of %(date)s, %(user)s",
                date=format_date(self.env, one.create_date),
                user=one.user_id.name or "",
            )

    @api.depends("change_ids")
    def _compute_change_count(self):
        told = ["__count", "date_applied:min", "date_end:max"]
        Change = self.env["customer.grading.change"].sudo()
        of_these = [("former_import_id", "in", self.ids)]
        by_import = {
            one: found for one, *found in Change._read_group(of_these, ["former_import_id"], told)
        }
        for one in self:
            one.change_count, one.date_first, one.date_last = by_import.get(
                one.sudo(), (0, False, False)
            )

    # ------------------------------------------------------------------ what is wrong

    @api.model
    def _complete(self, rows):
        """Give each row without an end the last day of its grade, and say what is wrong.

        :param rows: ``{position: values}`` of :class:`CustomerGradingFormerGrade`
        :return: ``{position: (field, text)}``
        """
        errors = self._find_wrong(rows)
        by_subject = {}
        for position, vals in rows.items():
            if position not in errors:
                subject = vals["dimension_id"], vals["partner_id"]
                by_subject.setdefault(subject, []).append(position)
        known, firsts = self._read_known(by_subject)
        for subject, positions in by_subject.items():
            errors |= self._find_overlaps(
                {position: rows[position] for position in positions},
                known.get(subject, []),
                firsts.get(subject),
            )
        return errors

    def _find_wrong(self, rows):
        """Return what is wrong with rows, each by itself."""
        today, errors = self._get_today(), {}
        dimensions = self.env["customer.grading.dimension"].browse(
            {vals["dimension_id"] for vals in rows.values()} - {False}
        )
        visible = self.env["customer.grading.dimension"]._get_visible("partner")
        (dimensions & visible)._check_seen_whole()
        grades = visible.with_context(active_test=False).grade_ids
        of_dimension = {grade.id: grade.dimension_id.id for grade in grades}
        elsewhere = self._find_elsewhere({vals["partner_id"] for vals in rows.values()})
        for position, vals in rows.items():
            start, end = vals["date_start"], vals["date_end"]
            if vals["partner_id"] in elsewhere:
                errors[position] = "partner_id", elsewhere[vals["partner_id"]]
            elif vals["dimension_id"] not in visible.ids:
                errors[position] = "dimension_id", self.env._("Choose a dimension.")
            elif of_dimension.get(vals["grade_id"]) != vals["dimension_id"]:
                text = self.env._("Choose a grade of this dimension.")
                errors[position] = "grade_id", text
            elif not start:
                errors[position] = "date_start", self.env._("Say from which day on.")
            elif start >= today or (end and end >= today):
                name = "date_start" if start >= today else "date_end"
                text = self.env._(
                    "%s is not over yet. Former grades end yesterday at the latest.",
                    format_date(self.env, vals[name]),
                )
                errors[position] = name, text
            elif end and end < start:
                errors[position] = "date_end", self.env._("It ends before it begins.")
        return errors

    def _find_elsewhere(self, partner_ids):
        """Return ``{customer id: why none of its grades can be imported here}``."""
        partners = self.env["res.partner"].with_context(active_test=False)
        partners = partners.search_fetch(
            [("id", "in", [*partner_ids])], ["company_id", "commercial_partner_id"]
        )
        hidden = self.env._("There is no such customer, or you may not see it.")
        wrong = dict.fromkeys(partner_ids - {*partners.ids}, hidden)
        own = self.env.company.sudo().parent_ids
        for partner in partners:
            if partner.company_id and partner.company_id not in own:
                name = partner.company_id.sudo().name
                wrong[partner.id] = self.env._("It is a customer of %s. Change to it.", name)
            elif partner.commercial_partner_id != partner:
                name = partner.commercial_partner_id.display_name
                wrong[partner.id] = self.env._("The grade is that of its company: %s.", name)
        return wrong

    def _read_known(self, subjects):
        """Return what is known of the grades of ``(dimension id, customer id)`` here.

        :return: ``{subject: [(first, last day) of imported ones, in order]}``, and
            ``{subject: day of the first grade that was given here}``
        """
        known, firsts = {}, {}
        for dimension_id in {dimension_id for dimension_id, _partner in subjects}:
            partner_ids = [partner for dimension, partner in subjects if dimension == dimension_id]
            query = SQL(
                """
                SELECT partner_id, origin = 'imported' AS imported, date_applied,
                       date_end
                  FROM customer_grading_change
                 WHERE dimension_id = %(dimension)s AND partner_id = ANY(%(partners)s)
                   AND company_id IS NOT DISTINCT FROM %(company)s
                   AND state = 'applied' AND is_aside IS NOT TRUE
                 ORDER BY date_applied
                """,
                dimension=dimension_id,
                partners=partner_ids,
                company=self._get_company(dimension_id).id or None,
            )
            self.env["customer.grading.change"].flush_model()
            for partner_id, imported, start, end in self.env.execute_query(query):
                subject = dimension_id, partner_id
                if imported:
                    known.setdefault(subject, []).append((start, end))
                else:
                    firsts.setdefault(subject, start)
        return known, firsts

    def _find_overlaps(self, rows, known, first):
        """Return which rows of one customer meet another one, and end those without an end.

        :param known: ``[(first, last day)]`` of what was imported before
        :param first: day of the first grade that was given here, or ``None``
        """
        starts = sorted([vals["date_start"] for vals in rows.values()] + [day for day, _ in known])
        errors = {}
        for position, vals in rows.items():
            start, end = vals["date_start"], vals["date_end"]
            later = starts[bisect_left(starts, start) + 1 :]
            limit = min(later[:1] + [first or date.max, self._get_today()])
            last = limit - DAY
            if first and max(start, end or start) >= first:
                text = self.env._(
                    "Its grades are known from %s on. Former ones end before that day.",
                    format_date(self.env, first),
                )
                errors[position] = "date_end" if start < first else "date_start", text
            elif last < (end or start) or any(day < start <= end_ for day, end_ in known):
                text = self.env._(
                    "From %s on it would have two grades at once.",
                    format_date(self.env, max(start, limit) if last < (end or start) else start),
                )
                errors[position] = "date_start", text
            else:
                vals["date_end"] = end or last
        return errors

    @api.model
    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.env.company)

    def _get_company(self, dimension_id):
        """Return whose the grades of a dimension are here: the company's that gives them."""
        dimension = self.env["customer.grading.dimension"].sudo().browse(dimension_id)
        return self.env["customer.grading.result"]._find_company(dimension, self.env.company)

    # ------------------------------------------------------------------ writing

    @api.model
    def _write_changes(self, vals_list):
        """Write complete former grades as changes, and return their ids in the same order."""
        if not vals_list:
            return []
        self.env.flush_all()
        made = self.sudo().create({"user_id": self.env.uid, "company_id": self.env.company.id})
        ids, result_ids = {}, set()
        for dimension_id in {vals["dimension_id"] for vals in vals_list}:
            rows = [vals for vals in vals_list if vals["dimension_id"] == dimension_id]
            for id_, partner_id, start, result_id in made._insert(dimension_id, rows):
                ids[dimension_id, partner_id, start] = id_
                result_ids.add(result_id)
        self._chain(result_ids)
        self.env["customer.grading.change.writer"]._forget()
        return [ids[v["dimension_id"], v["partner_id"], v["date_start"]] for v in vals_list]

    def _insert(self, dimension_id, rows):
        """Write changes of one dimension; return ``(id, customer, first day, result)`` of each.

        Who has no result gets one without a grade, as one that no policy grades.
        """
        dimension = self.env["customer.grading.dimension"].sudo().browse(dimension_id)
        if not dimension._is_used("partner"):
            dimension._forget_use()
        params = {
            "dimension": dimension_id,
            "company": self._get_company(dimension_id).id or None,
            "partners": [row["partner_id"] for row in rows],
            "grades": [row["grade_id"] for row in rows],
            "starts": [row["date_start"] for row in rows],
            "ends": [row["date_end"] for row in rows],
            "notes": [row.get("remark") or None for row in rows],
            "user": self.env.uid,
            "made": self.id,
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_result (dimension_id, partner_id, company_id, reason)
                SELECT %(dimension)s, id, %(company)s, 'left'
                  FROM res_partner WHERE id = ANY(%(partners)s)
                    ON CONFLICT (partner_id, dimension_id, COALESCE(company_id, 0))
                       WHERE partner_id IS NOT NULL DO NOTHING
                """,
                **params,
            )
        )
        statement = SQL(
            """
            INSERT INTO customer_grading_change (
                result_id, dimension_id, partner_id, company_id, grade_id, direction, origin, state,
                date, date_applied, date_end, user_id, note, former_import_id,
                create_uid, create_date, write_uid, write_date)
            SELECT result.id, %(dimension)s, result.partner_id, %(company)s, told.grade_id, 'new',
                   'imported', 'applied', told.first_day, told.first_day, told.last_day, %(user)s,
                   told.note, %(made)s, %(user)s, NOW() AT TIME ZONE 'UTC',
                   %(user)s, NOW() AT TIME ZONE 'UTC'
              FROM UNNEST(%(partners)s, %(grades)s, %(starts)s::date[], %(ends)s::date[],
                          %(notes)s::varchar[])
                   AS told (partner_id, grade_id, first_day, last_day, note)
              JOIN customer_grading_result result
                ON result.partner_id = told.partner_id AND result.dimension_id = %(dimension)s
               AND result.company_id IS NOT DISTINCT FROM %(company)s
            RETURNING id, partner_id, date_applied, result_id
            """,
            **params,
        )
        return self.env.execute_query(statement)

    @api.model
    def _chain(self, result_ids):
        """Say of the imported changes of results which grade came before, and so which way it went."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_grading_change change
                   SET from_grade_id = chained.held_id, direction = chained.direction
                  FROM (
                    SELECT told.id, held.id AS held_id, %(direction)s AS direction
                      FROM (
                        SELECT id, grade_id,
                               CASE WHEN LAG(date_end) OVER own = date_applied - 1
                                    THEN LAG(grade_id) OVER own END AS before_id
                          FROM customer_grading_change
                         WHERE origin = 'imported' AND result_id = ANY(%(results)s)
                        WINDOW own AS (PARTITION BY result_id ORDER BY date_applied)
                      ) told
                      JOIN customer_grade target ON target.id = told.grade_id
                      LEFT JOIN customer_grade held ON held.id = told.before_id
                  ) chained
                 WHERE chained.id = change.id
                   AND (change.from_grade_id, change.direction)
                       IS DISTINCT FROM (chained.held_id, chained.direction)
                """,
                direction=DIRECTION,
                results=sorted(result_ids),
            )
        )

    # ------------------------------------------------------------------ taking back

    def unlink(self):
        """Take these imports back: their former grades are no history any more."""
        self.check_access("unlink")
        self._delete_changes()
        return super().unlink()

    def _delete_changes(self):
        """Delete the former grades, and the results of customers of whom nothing else is known."""
        self.env.flush_all()
        deleted = SQL(
            "DELETE FROM customer_grading_change WHERE former_import_id = ANY(%s)"
            " RETURNING result_id",
            self.ids,
        )
        result_ids = sorted({result_id for (result_id,) in self.env.execute_query(deleted)})
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM customer_grading_result result
                 WHERE id = ANY(%s) AND policy_id IS NULL AND grade_id IS NULL
                   AND reason = 'left' AND NOT %s
                   AND NOT EXISTS (SELECT FROM customer_grading_change change
                                    WHERE change.result_id = result.id)
                """,
                result_ids,
                self.env["customer.grading.result"]._get_by_hand_sql("result"),
            )
        )
        self._chain(result_ids)
        self.env["customer.grading.change.writer"]._forget()

    def action_take_back(self):
        """Take the imports back, and say how many former grades went."""
        count = sum(self.mapped("change_count"))
        self.unlink()
        xml_id = "customer_grading_history.customer_grading_former_import_action"
        name = self.env._("Imports of former grades")
        action = open_action(self.env, xml_id, name, target="main")
        return tell(self.env._("Taken back: %s former grades.", count), "success", action)

    def action_view_grades(self):
        """Open the former grades."""
        xml_id = "customer_grading_history.customer_grading_former_grade_action"
        domain = [("former_import_id", "in", self.ids)]
        return open_action(self.env, xml_id, self.env._("Former grades"), domain=domain)
