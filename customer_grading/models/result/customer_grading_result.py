from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.groups import MANAGER_GROUP, OFFICER_GROUP
from ...tools.texts import NOT_GRADED
from ..fields import GuardedMany2one
from .customer_grading_change import COMPUTED_ORIGINS

RECENT_DAYS = 30  # how long a move is marked on the badge

# What is by hand on a result, and what change control waits for: what an undo brings back.
KEPT_FIELDS = (
    "manual_grade_id",
    "manual_kind",
    "manual_reason",
    "manual_user_id",
    "manual_until",
    "considered_grade_id",
    "date_due",
    "date_provisional",
)

DATES = ("manual_until", "date_due", "date_provisional")


class CustomerGradingResult(models.Model):
    """Where a customer stands in a dimension, for a company, by what was computed and by hand."""

    _name = "customer.grading.result"
    _inherit = ["customer.grading.subject"]
    _description = "Grading Result"
    _order = "dimension_id, grade_id, id"
    # Who decided stands in the changes; the two links would be checked with every row.
    _log_access = False

    dimension_id = GuardedMany2one("customer.grading.dimension", required=True)
    company_id = GuardedMany2one("res.company")
    policy_id = GuardedMany2one("customer.grading.policy")
    computed_rule_id = GuardedMany2one("customer.grading.rule", "Requirement met")
    computed_grade_id = GuardedMany2one(
        "customer.grade", "Computed grade", falsy_value_label=NOT_GRADED
    )
    considered_grade_id = GuardedMany2one(
        "customer.grade",
        "Considered grade",
        help="The computed grade that change control last dealt with.",
    )
    grade_id = GuardedMany2one(
        "customer.grade", index="btree_not_null", falsy_value_label=NOT_GRADED
    )
    grade_color = fields.Integer(related="grade_id.color")
    manual_grade_id = GuardedMany2one("customer.grade", "Grade by hand", index="btree_not_null")
    manual_kind = fields.Selection(
        [("freeze", "Frozen"), ("exclude", "Excluded")],
        "By hand",
        help="Frozen: it keeps the grade it has, or none. Excluded: it is not graded. "
        "Empty where a grade was set, or nothing is by hand.",
    )
    manual_reason = fields.Char("Reason")
    manual_user_id = fields.Many2one("res.users", "Set by", index="btree_not_null")
    manual_until = fields.Date("Until")
    is_waiting = fields.Boolean(
        "Change waiting",
        compute="_compute_is_waiting",
        search="_search_is_waiting",
        help="The computed grade is not in effect yet.",
    )
    reason = fields.Selection(
        [
            ("graded", "Graded"),
            ("no_rule", "Fits no grade"),
            ("missing", "Missing data"),
            ("left", "Left the scope"),
            ("waiting", "Waits for the next full run"),
            ("hand", "Graded by hand"),
        ],
        string="State",
        default="graded",
        required=True,
    )
    score = fields.Float(digits=(16, 4), groups=MANAGER_GROUP)
    values = fields.Json(groups=MANAGER_GROUP)
    date_evaluated = fields.Date("Values as of", readonly=True)
    date_stored = fields.Datetime(
        readonly=True,
        help="When the evaluation began that was stored last, to the microsecond in the database.",
    )
    date_since = fields.Date("Since")
    date_provisional = fields.Date(
        "Provisional until", help="The day on which a new customer's grade is to be evaluated."
    )
    date_computed_since = fields.Date("Computed since")
    date_due = fields.Date("Next decision")
    last_move = fields.Selection(
        [("new", "New"), ("up", "Up"), ("down", "Down"), ("lost", "No longer graded")]
    )
    previous_grade_id = GuardedMany2one("customer.grade", "Before", falsy_value_label=NOT_GRADED)
    change_ids = fields.One2many("customer.grading.change", "result_id", string="Changes")
    is_undecided = fields.Boolean(
        "Not dealt with",
        compute="_compute_is_undecided",
        search="_search_is_undecided",
        help="Change control did not yet deal with the computed grade.",
    )

    # The customer comes first: the index also finds what is to go with a deleted contact.
    _partner_uniq = models.UniqueIndex(
        "(partner_id, dimension_id, COALESCE(company_id, 0)) WHERE partner_id IS NOT NULL"
    )
    _lead_uniq = models.UniqueIndex(
        "(lead_id, dimension_id, COALESCE(company_id, 0)) WHERE lead_id IS NOT NULL"
    )
    # What change control has to look at, a few of all in most nights.
    _undecided_idx = models.Index(
        "(id) WHERE computed_grade_id IS DISTINCT FROM considered_grade_id OR date_due IS NOT NULL"
    )

    @api.depends("grade_id", "computed_grade_id", "manual_grade_id", "manual_kind")
    def _compute_is_waiting(self):
        for result in self:
            moved = result.computed_grade_id != result.grade_id
            result.is_waiting = moved and not result._is_by_hand()

    @api.model
    def _search_is_waiting(self, operator, _value):
        if operator != "in":
            return NotImplemented
        computed = Domain("manual_grade_id", "=", False) & Domain("manual_kind", "=", False)
        return computed & self._get_differing_domain("computed_grade_id", "grade_id")

    @staticmethod
    def _get_differing_domain(name, other):
        """Return which results have another grade in the field ``name`` than in ``other``."""
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "(%s IS DISTINCT FROM %s)",
                model._field_to_sql(alias, name, query),
                model._field_to_sql(alias, other, query),
            )
        )

    def _get_marks(self):
        """Return ``{result: mark}``, one beside each badge: by hand, waiting, moved lately."""
        Change, marks = self.env["customer.grading.change"].sudo(), {}
        is_open = [("result_id", "in", self.ids), ("is_open", "=", True)]
        waiting = Change.search_fetch(is_open, ["result_id"]).result_id
        for results in self.grouped("company_id").values():
            recent = results._get_today() - timedelta(days=RECENT_DAYS)
            for result in results:
                marks[result] = result._get_mark(recent, result in waiting)
        return marks

    def _get_mark(self, recent, waiting):
        """Return the mark, or ``False``.

        :param recent: the first day of which a move is still told
        :param waiting: whether a change is open, such as a proposal
        """
        if self._is_by_hand() and self.manual_grade_id != self.computed_grade_id:
            return "manual"
        if self.date_provisional:
            return "provisional"
        if waiting or self.is_waiting:
            return "waiting"
        moved = self.last_move in ("up", "down") and self.date_since >= recent
        return self.last_move if moved else False

    # ------------------------------------------------------------------ by hand

    @api.model
    def _find_company(self, dimension, company):
        """Return the company whose grades ``company`` shows; none where all are graded as one.

        Grades stay where no policy runs any more, and may be given by hand alone: then those
        of the nearest company that has some.
        """
        graded, policies = self.env["customer.grading.policy"]._get_in_force(dimension, company)
        given = Domain("dimension_id", "=", dimension.id) & Domain("grade_id", "!=", False)
        for company_id in [] if policies else dimension._get_result_company_ids(company):
            if self.sudo().search_count(given & Domain("company_id", "=", company_id), limit=1):
                return graded.browse(company_id or ())
        return graded

    @api.model
    def _find_main_grades(self, kinds):
        """Return whose main grades the companies show that the user works in, sudoed.

        :param kinds: names of kinds of graded records
        :return: set of ``(dimension, company that graded)``, as :meth:`_find_company` gives it
        """
        Dimension, found = self.env["customer.grading.dimension"].sudo(), set()
        for company in self.env.companies:
            for main in filter(None, (Dimension._get_main(kind, company) for kind in kinds)):
                found.add((main, self.sudo()._find_company(main, company)))
        return found

    @api.model
    def _get_or_create(self, records, dimension):
        """Return the results of ``records`` that the current company shows, sudoed.

        Who was never graded gets one without a grade, so that one can be set by hand.
        """
        company_id = self._find_company(dimension, self.env.company).id
        field = dimension._get_subject_kind().field
        Result = self.sudo()
        kept = {"dimension_id": dimension.id, "company_id": company_id}
        results = Result.search(
            [*((name, "=", id_) for name, id_ in kept.items()), (field, "in", records.ids)]
        )
        missing = records - results[field]
        if missing and not dimension._is_used(dimension.subject):
            dimension._forget_use()
        vals_list = [{**kept, field: record.id, "reason": "hand"} for record in missing]
        try:
            with self.env.cr.savepoint():
                return results + Result.create(vals_list)
        except UniqueViolation as error:
            # Somebody else decides about the same one: Odoo tries again, after him.
            raise ConcurrencyError(str(error)) from error

    def _check_officer(self):
        if self.env.su:
            return
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers set a grade by hand. Use “Propose a grade”.")
            )
        self.check_access("read")

    def _set_by_hand(self, grade, reason, until=False):
        """Hook: give these customers ``grade`` by hand, until a day or for ever.

        Every run keeps it. It ends by itself after ``until``; then the computed grade
        comes back.

        :return: the changes, applied
        :raise AccessError: for who is no officer
        :raise UserError: without a reason, with an end in the past or later than the policy
            allows, or with a grade of another dimension
        """
        self._check_officer()
        self._check_by_hand(grade, reason, until)
        until = self._get_end_by_hand(until)
        self._answer_proposals("manual", grade)
        return self._decide_by_hand("manual", lambda result: grade, reason, until)

    def _decide_by_hand(self, origin, get_grade, reason, until, kind=False):
        """Give each of these customers the grade that ``get_grade`` says, and note why.

        :param origin: of the changes
        :param kind: value of ``manual_kind``
        :return: the changes, applied
        """
        moves = [(result, get_grade(result)) for result in self.sudo()]
        for result, grade in moves:
            result._note_by_hand(grade, reason, until, kind)
        control = self.env["customer.grading.change.control"].sudo()
        return control._write_by_hand(moves, origin, reason, until).with_env(self.env)

    def _get_today(self):
        """Return today's date where the company of these results is."""
        return self.env["customer.grading.engine"]._get_today(self.company_id)

    def _note_by_hand(self, grade, reason, until, kind=False):
        """Note on the result what was decided by hand; change control brings it in effect."""
        self.write(
            {
                "manual_grade_id": grade.id,
                "manual_kind": kind,
                "manual_reason": reason,
                "manual_user_id": self.env.uid,
                "manual_until": until,
                "date_provisional": False,
                "considered_grade_id": self.computed_grade_id.id,
                "date_due": until and until + timedelta(days=1),
            }
        )

    def _answer_proposals(self, origin, grade):
        """Close what people proposed for these customers, where it is what they get now."""
        same = Domain("origin", "=", origin) & Domain("grade_id", "=", grade.id)
        Change = self.env["customer.grading.change"].sudo()
        mine = Domain("result_id", "in", self.ids) & Domain("is_open", "=", True)
        Change.search(mine & same)._supersede(self.env._("It was set by hand."))

    def _check_by_hand(self, grade, reason, until):
        self._check_reason(reason, until)
        if self.dimension_id - grade.dimension_id:
            raise UserError(self.env._("%s is not a grade of this dimension.", grade.display_name))

    def _check_reason(self, reason, until):
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: a grade set by hand needs a reason."))
        if until and until < self._get_today():
            raise UserError(self.env._("“Until” lies in the past. Choose a later day."))

    def _get_end_by_hand(self, until):
        """Return until when these customers keep what is set by hand.

        That is as long as the policy lets it stand that grades them, the strictest of
        several, where no end is said.

        :raise UserError: where ``until`` is later than that
        """
        Policy = self.env["customer.grading.policy"]
        policies = self.sudo().policy_id.filtered(lambda policy: policy.state == "running")
        if not policies:
            company = self.company_id[:1] or self.env.company
            policies = Policy._get_in_force(self.dimension_id, company)[1][:1]
        policies = policies.filtered("manual_months").sorted("manual_months")
        if not policies:
            return until
        months = policies[0].manual_months
        latest = self._get_today() + relativedelta(months=months)
        if until and until > latest:
            raise UserError(
                self.env._(
                    "“%(policy)s” lets a grade set by hand stand for %(months)s months at most: "
                    "choose a day up to %(date)s.",
                    policy=policies[0].display_name,
                    months=months,
                    date=format_date(self.env, latest),
                )
            )
        return until or latest

    def _propose(self, grade, reason, until=False):
        """Ask an officer to give these customers ``grade``; nothing changes until then.

        :return: the proposed changes
        """
        self.check_access("read")
        self._check_by_hand(grade, reason, until)
        until = self._get_end_by_hand(until)
        return self._ask("manual", grade, reason, until)

    def _ask(self, origin, grade, reason, until):
        """Hook: return changes of ``origin`` that ask for ``grade``, proposed by the user."""
        control = self.env["customer.grading.change.control"].sudo()
        moves = [(result, grade) for result in self.sudo()]
        return control._write_by_hand(moves, origin, reason, until, "proposed")

    def action_end_manual(self):
        """End what was decided by hand: the computed grade comes back."""
        self._check_officer()
        control = self.env["customer.grading.change.control"].sudo()
        by_hand = self.sudo().filtered(lambda result: result._is_by_hand())
        for results in by_hand.grouped("company_id").values():
            control._end_by_hand(results)

    # ------------------------------------------------------------------ merge

    @api.model
    def _settle_merge(self, sources, target):
        """Hook: bring the grading of merged records together before the records are.

        The target keeps its result, or takes a source's where it has none; what was
        applied to a source stays as history with its name and an end; open changes of
        sources are superseded. Answers move with Odoo's merge.

        :param sources: contacts, or opportunities
        """
        field = target._grading_result_field
        Change = self.env["customer.grading.change"]
        for source in sources:
            results = self.search([(field, "=", source.id)])
            changes = Change.search([(field, "=", source.id)])
            changes.filtered("is_open").state = "superseded"
            # One that was merged before keeps the name of the record that it was of at first.
            changes.filtered(lambda c: not c.merged_from).merged_from = source.display_name
            for result in results:
                own = changes.filtered(lambda c, r=result: c.result_id == r)
                kind = result.dimension_id.subject
                graded = own[field] = target._get_graded(kind) or target
                kept = self.search(
                    Domain(field, "=", graded.id)
                    & Domain("dimension_id", "=", result.dimension_id.id)
                    & Domain("company_id", "=", result.company_id.id)
                )
                if not kept:
                    result[field] = graded
                    continue
                applied = own.filtered(lambda c: c.state == "applied" and not c.date_end)
                applied.date_end = result._get_today()
                own.write({"result_id": kept.id, "is_aside": True})
                self._take_manual_grade(kept, result)
                result.unlink()
        self.env.flush_all()

    @api.model
    def _take_manual_grade(self, kept, result):
        """What an officer set for a merged contact goes on for the customer that stays."""
        until, kind = result.manual_until, result.manual_kind
        ended = until and until < result._get_today()
        if result._is_by_hand() and not kept._is_by_hand() and not ended:
            grade, reason = result.manual_grade_id, result.manual_reason
            kept._decide_by_hand(kind or "manual", lambda _kept: grade, reason, until, kind)

    def _is_by_hand(self):
        """Whether people decided: runs leave the grade alone until that ends."""
        return bool(self.manual_grade_id or self.manual_kind)

    @api.model
    def _get_by_hand_sql(self, alias):
        """Return the same as a condition on the results of the table ``alias``."""
        return SQL(
            "(%s IS NOT NULL OR %s IS NOT NULL)",
            SQL.identifier(alias, "manual_grade_id"),
            SQL.identifier(alias, "manual_kind"),
        )

    @api.model
    def _get_nothing_by_hand(self):
        """Return the values of a result of which nothing is by hand any more."""
        return {name: False for name in KEPT_FIELDS if name.startswith("manual_")}

    def _freeze(self, reason, until=False):
        """Let these customers keep the grade they have, or none, whatever is computed.

        :return: the changes, which say so and move nothing
        :raise AccessError: for who is no officer
        :raise UserError: without a reason, or with an end in the past
        """
        self._check_officer()
        self._check_reason(reason, until)
        until = self._get_end_by_hand(until)
        return self._decide_by_hand(
            "freeze", lambda result: result.grade_id, reason, until, "freeze"
        )

    def _exclude(self, reason, until=False):
        """Hook: grade these customers no more: they are not graded, and nothing is missed of them.

        :return: the changes, which take their grades
        :raise AccessError: for who is no officer
        :raise UserError: without a reason, or with an end in the past
        """
        self._check_officer()
        self._check_reason(reason, until)
        self._answer_proposals("exclude", self.env["customer.grade"])
        return self._decide_by_hand(
            "exclude", lambda result: result.grade_id.browse(), reason, until, "exclude"
        )

    # ------------------------------------------------------------------ waiting for a run

    @api.depends("computed_grade_id", "considered_grade_id")
    def _compute_is_undecided(self):
        for result in self:
            result.is_undecided = result.computed_grade_id != result.considered_grade_id

    @api.model
    def _search_is_undecided(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_differing_domain("computed_grade_id", "considered_grade_id")

    # ------------------------------------------------------------------ taken back

    def _get_kept(self):
        """Return what is by hand and waits now, to be brought back by :meth:`_bring_back`.

        :return: ``{result id: values}``
        """
        Change = self.env["customer.grading.change"].sudo()
        domain = Domain("result_id", "in", self.ids) & Domain("origin", "in", COMPUTED_ORIGINS)
        waiting = Change.search(domain & Domain("is_open", "=", True)).grouped("result_id")
        kept = {}
        for result in self:
            change = waiting.get(result)
            kept[result.id] = {
                **result._convert_to_write({name: result[name] for name in KEPT_FIELDS}),
                **{name: fields.Date.to_string(result[name]) for name in DATES},
                "waiting": change and {"id": change.id, "state": change.state},
            }
        return kept

    def _bring_back(self, kept):
        """Let the result be by hand, or wait, as it was when ``kept`` was noted.

        What waited then waits again, as it did. Where the computed grade is
        another one by now, the next run decides about it.
        """
        self.ensure_one()
        self.write({name: value for name, value in kept.items() if name != "waiting"})
        waiting = kept.get("waiting")
        if waiting:
            change = self.change_ids.filtered(lambda change: change.id == waiting["id"])
            # An addon that knew the state may be gone.
            known = waiting["state"] in change._get_open_states()
            state = waiting["state"] if known else "proposed"
            change.filtered(lambda c: c.state == "superseded").state = state
