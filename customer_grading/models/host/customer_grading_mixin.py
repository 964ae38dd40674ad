from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.blocks import RELOAD, open_window, tell
from ...tools.groups import MANAGER_GROUP, OFFICER_GROUP, USER_GROUP

# What a result is read for when its record is shown, in one query.
SHOWN_FIELDS = (
    "company_id",
    "grade_id",
    "computed_grade_id",
    "manual_grade_id",
    "manual_kind",
    "last_move",
    "date_since",
    "date_provisional",
)


class CustomerGradingMixin(models.AbstractModel):
    """Shows the grade of a record: computed from its result, and as good as a stored field.

    Nothing is written to the record. The grade shown is that of the main dimension, for
    the current company; people who see the record see its grade.
    """

    _name = "customer.grading.mixin"
    _inherit = ["customer.grading.mixin", "customer.grading.host"]

    # Its fields of the grade and of the grade's color, computed by _compute_grading.
    _grading_grade_field = None
    _grading_color_field = None

    customer_grading_result_id = fields.Many2one(
        "customer.grading.result",
        "Grading result",
        compute="_compute_grading",
        search="_search_customer_grading_result_id",
        groups=USER_GROUP,
    )
    customer_grading_mark = fields.Selection(
        [("manual", "✎"), ("provisional", "◌"), ("waiting", "!"), ("up", "▲"), ("down", "▼")],
        "Mark of the grade",
        compute="_compute_grading",
        groups=USER_GROUP,
    )

    customer_grading_shown = fields.Boolean(
        "Grading is of interest",
        compute="_compute_customer_grading_shown",
        groups=USER_GROUP,
        help="Something is known about the grade, or could be: a policy is running.",
    )

    customer_grading_found = fields.Integer(
        "Found by a count",
        compute="_compute_customer_grading_found",
        search="_search_customer_grading_found",
        groups=MANAGER_GROUP,
        export_string_translation=False,
    )

    @api.model
    def _get_grading_fields(self):
        return [
            *super()._get_grading_fields(),
            "customer_grading_result_id",
            self._grading_grade_field,
            self._grading_color_field,
            "customer_grading_mark",
        ]

    @api.depends_context("company", "uid")
    @api.depends(lambda self: (self._grading_key_field,) if self._grading_subject else ())
    def _compute_grading(self):
        none = self.env["customer.grading.result"].sudo()
        results = self._get_shown_results()
        marks = none.union(*results.values())._get_marks()
        by_result = self.grouped(lambda record: results.get(record._get_grading_key(), none))
        by_look = defaultdict(self.browse)
        for result, records in by_result.items():
            records.customer_grading_result_id = result
            by_look[result.grade_id, marks.get(result, False)] |= records
        for (grade, mark), records in by_look.items():
            records[self._grading_grade_field] = grade
            records[self._grading_color_field] = grade.color
            records.customer_grading_mark = mark

    @api.depends("customer_grading_result_id")
    @api.depends_context("company", "uid")
    def _compute_customer_grading_shown(self):
        """Whoever may set grading up is always shown where it goes."""
        unknown = self.filtered(lambda record: not record.customer_grading_result_id)
        self.customer_grading_shown = True
        if unknown and not self.env.user.has_group(MANAGER_GROUP):
            Policy = self.env["customer.grading.policy"]
            running = Policy._get_in_force(self._get_main_dimension(), self.env.company)[1]
            unknown.customer_grading_shown = bool(running)

    def _get_shown_results(self, dimension=None):
        """Return ``{key: result}`` of a dimension, the main one, for the current company, sudoed."""
        dimension = dimension or self._get_main_dimension()
        keys = {record._get_grading_key() for record in self} - {False, None}
        if not dimension or not keys:
            return {}
        companies = dimension._get_result_company_ids(self.env.company)
        own = [
            ("dimension_id", "=", dimension.id),
            ("company_id", "in", companies),
            (self._grading_result_field, "in", list(keys)),
        ]
        Result = self.env["customer.grading.result"].sudo()
        results = Result.search_fetch(own, [self._grading_result_field, *SHOWN_FIELDS], order="id")
        # The nearest company's comes last, and stays.
        results = results.sorted(lambda r: companies.index(r.company_id.id), reverse=True)
        return {result[self._grading_result_field].id: result for result in results}

    def _get_main_dimension(self):
        return self.env["customer.grading.dimension"]._get_main(
            self._grading_subject, self.env.company
        )

    # ------------------------------------------------------------------ search, sort, group

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr in (self._grading_grade_field, "customer_grading_result_id"):
            # First of all: grouping and sorting must not tell what reading refuses.
            self._check_field_access(self._fields[field_expr], "read")
            column = "grade_id" if field_expr == self._grading_grade_field else "id"
            return self._get_shown_sql(alias, column, query, self._get_main_dimension())
        return super()._field_to_sql(alias, field_expr, query)

    def _get_shown_sql(self, alias, column, query, dimension, key=None):
        """Return a column of the result shown in ``dimension``, by one join a company level.

        With one level it is the joined column itself: the database knows how many grades
        there are, and groups accordingly.

        :param key: field by which the records have those results; as usual by default
        """
        if not dimension:
            return SQL("NULL::integer")
        shown = ["dimension_id", "company_id", "grade_id", self._grading_result_field]
        self.env["customer.grading.result"].flush_model(shown)
        key = self._field_to_sql(alias, key or self._grading_key_field, query)
        companies = dimension._get_result_company_ids(self.env.company)
        if query is None:
            return self._get_nearest_sql(dimension, companies, column, key)
        found = []
        for company_id in companies:
            joined = f"{alias}__grading_{dimension.id}_{company_id or 0}"
            condition = self._get_result_sql(joined, dimension, [company_id], key)
            query.add_join("LEFT JOIN", joined, "customer_grading_result", condition)
            found.append((SQL.identifier(joined, "id"), SQL.identifier(joined, column)))
        if len(found) == 1:
            return found[0][1]
        # A nearer company's result counts even where it is not graded.
        whens = [SQL("WHEN %s IS NOT NULL THEN %s", id_, value) for id_, value in found]
        return SQL("(CASE %s END)", SQL(" ").join(whens))

    def _get_result_sql(self, alias, dimension, companies, key):
        """Return whether a result is one of ``key`` for one of ``companies``.

        In plain columns, of which PostgreSQL knows how many results they leave.
        """
        company = SQL.identifier(alias, "company_id")
        return SQL(
            "%s = %s AND %s AND %s = %s",
            SQL.identifier(alias, "dimension_id"),
            dimension.id,
            SQL("%s IN %s", company, tuple(companies))
            if all(companies)
            else SQL("%s IS NULL", company),
            SQL.identifier(alias, self._grading_result_field),
            key,
        )

    def _get_nearest_sql(self, dimension, companies, column, key):
        """Return the same where there is no query to join: a query of its own."""
        return SQL(
            "(SELECT shown.%s FROM customer_grading_result shown WHERE %s"
            " ORDER BY array_position(%s, shown.company_id) LIMIT 1)",
            SQL.identifier(column),
            self._get_result_sql("shown", dimension, companies, key),
            [company_id or None for company_id in companies],
        )

    @api.model
    def _search_customer_grading_result_id(self, operator, value):
        return self._search_shown_field("customer_grading_result_id", "id", operator, value)

    @api.model
    def _search_grade(self, operator, value):
        return self._search_shown_field(self._grading_grade_field, "grade_id", operator, value)

    def _search_shown_field(self, fname, column, operator, value):
        """Return the domain of the records that show in ``fname`` what is asked for.

        :param column: field of the result that it is shown by
        """
        field = self._fields[fname]
        if operator == "any!" and not self._has_field_access(field, "read"):
            # Odoo would ask again, as the superuser, were this refused before it is made SQL.
            return Domain.custom(to_sql=lambda *_: self._check_field_access(field, "read"))
        self._check_field_access(field, "read")
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        if operator != "in":
            value = self._find_asked(self.env[field.comodel_name], operator, value)
        shown = self._search_shown(Domain(column, "in", value))
        if operator == "in" and False in value:
            shown |= ~self._search_shown(Domain.TRUE)
        return shown

    @staticmethod
    def _find_asked(comodel, operator, asked):
        """Return the query of the records of ``comodel`` that a domain asks for.

        Under the rights of who asks, to records and to fields: only which of them belongs to
        which record is looked up as the superuser. What is no domain any more was made by
        code, and ``any!`` is how code asks for records regardless of rules.
        """
        if not isinstance(asked, Domain):
            return asked
        return comodel._search(asked, active_test=False, bypass_access=operator == "any!")

    def _search_shown(self, held, dimension=None, key=None):
        """Return the domain of the records whose shown result matches ``held``.

        :param held: a domain of ours: it is asked as the superuser
        :param dimension: the main one by default
        :param key: field by which the records have those results; as usual by default
        """
        dimension = dimension or self._get_main_dimension()
        companies = dimension._get_result_company_ids(self.env.company) if dimension else []
        found, nearer = Domain.FALSE, Domain.FALSE
        for company_id in companies:
            shown = Domain("company_id", "=", company_id)
            shown &= Domain("dimension_id", "=", dimension.id)
            found |= self._get_keys_domain(shown & held, key) & ~nearer
            nearer |= self._get_keys_domain(shown, key)
        return found

    def _get_keys_domain(self, domain, key):
        results = self.env["customer.grading.result"].sudo()._search(domain)
        kept = SQL.identifier(results.table, self._grading_result_field)
        return Domain(key or self._grading_key_field, "in", results.subselect(kept))

    def _compute_customer_grading_found(self):
        """Say nothing: it is there to be searched by."""
        self.customer_grading_found = False

    @api.model
    def _search_customer_grading_found(self, operator, value):
        """Find who was found by a count of one's own."""
        self._check_field_access(self._fields["customer_grading_found"], "read")
        if operator != "in":
            return NotImplemented
        found = self.env["customer.grading.found"].search([("id", "in", list(value))])
        return Domain("id", "in", SQL("(%s)", found._get_subjects_sql()))

    # ------------------------------------------------------------------ what people do

    def action_why_grade(self):
        """Open “Why this grade?”."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "customer_grading_why",
            "params": {"model": self._name, "id": self.id, "name": self.display_name},
        }

    def get_grade_reason(self):
        """Return in one sentence why the record has the grade shown: the badge's title.

        Figures stand in it only where the user may see them.

        :return: an empty text where there is no grade, or nothing to say
        :raise AccessError: where the user may not see the record
        """
        self.ensure_one()
        self.check_access("read")
        result = self.customer_grading_result_id
        if not result.grade_id:
            return ""
        reason = result.manual_reason if result._is_by_hand() else ""
        if not result._is_by_hand() and result.grade_id == result.computed_grade_id:
            reason = self.env["customer.grading.explanation.texts"]._get_reason_text(result)[result]
        if not reason:
            return result.grade_id.display_name
        return self.env._("%(grade)s: %(reason)s", grade=result.grade_id.code, reason=reason)

    def get_grading_explanation(self):
        """Return why the record has its grades, one view a dimension, for the screen.

        A view tells grade, why, what it takes to the next, and what can be done. Figures
        stand in it only where the user may see them.

        :return: list of views, the main dimension's first; empty where nothing is to say
        :raise AccessError: where the user may not see the record, or its grade
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("You may not see grades. Ask an administrator."))
        return self.env["customer.grading.explanation.view"]._get_views(self)

    def action_propose_grade(self):
        """Open the dialog that proposes a grade, for officers too."""
        action = self.action_set_grade()
        context = {**action["context"], "default_propose": True}
        return dict(action, name=self.env._("Propose a grade"), context=context)

    def action_set_grade(self, kind="grade"):
        """Open the dialog that sets a grade by hand, or proposes one.

        :param kind: what it begins with: ``grade``, ``freeze`` or ``exclude``
        """
        self.check_access("read")
        name = self.env._("Propose a grade")
        if self.env.user.has_group(OFFICER_GROUP):
            name = self.env._("Set by hand")
        context = {
            "default_dimension_id": self._get_main_dimension().id,
            "default_kind": kind,
            f"default_{self._grading_result_field}s": self._get_graded().ids,
        }
        return open_window(name, "customer.grading.set.grade", target="new", context=context)

    def action_regrade(self):
        """Grade these records now, by the running policies of the current company.

        :raise AccessError: for who is no officer
        :raise UserError: where no policy is running
        """
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(self.env._("Only grading officers regrade. Ask one of them."))
        # Checks access, and reads nothing else: a contact has more than a hundred fields.
        self.fetch([self._grading_key_field])
        count = len(self._get_graded())
        runs = self.env["customer.grading.policy"]._regrade(self).sudo()
        if failed := runs.filtered(lambda run: run.state == "failed"):
            raise UserError(failed[0].error)
        return tell(self.env._("Graded: %s", count), "success", RELOAD)
