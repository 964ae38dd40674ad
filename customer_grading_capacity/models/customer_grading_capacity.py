from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

WITHIN = [
    ("user_id", "Each salesperson"),
    ("team_id", "Each sales team"),
    ("state_id", "Each state"),
    ("country_id", "Each country"),
    ("city", "Each city"),
    ("all", "The company as a whole"),
]


class CustomerGradingCapacity(models.Model):
    """How many of a grade each salesperson, team, territory, or the company has."""

    _name = "customer.grading.capacity"
    _description = "Capacity of a Grade"
    _order = "grade_id, id"

    grade_id = fields.Many2one("customer.grade", required=True, ondelete="cascade", index=True)
    dimension_id = fields.Many2one(related="grade_id.dimension_id")
    within = fields.Selection(
        WITHIN,
        "Counted for",
        default="user_id",
        required=True,
        help="Whose customers are counted together. A customer belongs to the sales team of its "
        "salesperson, an opportunity to its own; who has no salesperson, team or territory is not "
        "counted there. Each company is counted for itself.",
    )
    least = fields.Integer("At least", aggregator=None, help="0: however few.")
    most = fields.Integer(
        "At most",
        aggregator=None,
        help="Whoever would have more is warned, and may go on. 0: any number.",
    )
    reads_as = fields.Char("Reads as", compute="_compute_reads_as")

    _grade_within_uniq = models.Constraint(
        "UNIQUE (grade_id, within)",
        "The capacity of a grade is written once for each salesperson, team or territory: change "
        "the line that is there.",
    )

    @api.depends("least", "most", "within")
    @api.depends_context("lang")
    def _compute_reads_as(self):
        labels = dict(self._fields["within"]._description_selection(self.env))
        for capacity in self:
            values = {
                "who": labels.get(capacity.within),
                "least": capacity.least,
                "most": capacity.most,
            }
            if capacity.least and capacity.most:
                capacity.reads_as = self.env._("%(who)s: %(least)s to %(most)s", **values)
            elif capacity.most:
                capacity.reads_as = self.env._("%(who)s: at most %(most)s", **values)
            else:
                capacity.reads_as = self.env._("%(who)s: at least %(least)s", **values)

    @api.depends("reads_as", "grade_id")
    def _compute_display_name(self):
        for capacity in self:
            grade = capacity.grade_id.display_name
            capacity.display_name = self.env._(
                "%(grade)s, %(capacity)s", grade=grade, capacity=capacity.reads_as
            )

    @api.constrains("grade_id", "least", "most")
    def _check_numbers(self):
        for capacity in self:
            if problem := capacity._get_problem():
                raise ValidationError(
                    self.env._(
                        "Capacity of grade %(grade)s: %(problem)s",
                        grade=capacity.grade_id.code,
                        problem=problem,
                    )
                )

    def _get_problem(self):
        if self.least < 0 or self.most < 0:
            return self.env._("no number is less than 0; 0 means that nothing is asked for.")
        if not self.least and not self.most:
            return self.env._("say how many at least, or at most.")
        if self.most and self.least > self.most:
            return self.env._("at most is no less than at least.")
        return None

    @api.constrains("grade_id")
    def _check_subject(self):
        for capacity in self:
            if capacity.grade_id.dimension_id.subject not in ("partner", "lead"):
                raise ValidationError(
                    self.env._(
                        "Grade %s: only customers and opportunities have salespeople, and a capacity.",
                        capacity.grade_id.code,
                    )
                )

    # ------------------------------------------------------------------ whether there is any

    def _register_hook(self):
        """Know from the start whether there is any, as the core knows what is graded."""
        super()._register_hook()
        self._is_any()

    @api.model_create_multi
    def create(self, vals_list):
        """Let every process know once the first one is there."""
        capacities = super().create(vals_list)
        if not self._is_any():
            self.env["customer.grading.dimension"]._forget_use()
        return capacities

    @api.model
    def _is_any(self):
        """Whether there is, or was, any: where there is none, forms take no query more."""
        return self.env["customer.grading.dimension"]._is_ever(self._name, self._find_any)

    @api.model
    @tools.ormcache()
    def _find_any(self):
        return bool(self.sudo().search_count([], limit=1))

    # ------------------------------------------------------------------ in words

    def _say_held(self, who, held):
        """Return in a sentence how many somebody has of how many.

        :param who: name of the salesperson, team or territory
        """
        self.ensure_one()
        values = {"who": who, "held": held, "grade": self.sudo().grade_id.code}
        is_lead = self.sudo().grade_id.dimension_id.subject == "lead"
        if self.most and (held > self.most or not self.least or held >= self.least):
            values["most"] = self.most
            if is_lead:
                return self.env._(
                    "%(who)s has %(held)s of at most %(most)s opportunities of grade %(grade)s.",
                    **values,
                )
            return self.env._(
                "%(who)s has %(held)s of at most %(most)s customers of grade %(grade)s.", **values
            )
        values["least"] = self.least
        if is_lead:
            return self.env._(
                "%(who)s has %(held)s of at least %(least)s opportunities of grade %(grade)s.",
                **values,
            )
        return self.env._(
            "%(who)s has %(held)s of at least %(least)s customers of grade %(grade)s.", **values
        )

    # ------------------------------------------------------------------ what a record adds to

    def _get_warnings(self, results):
        """Return who has too many, with the records as they would be saved.

        :param results: ``[(record, result)]``
        :return: ``{record: [sentence]}``, by one query a kind of record and of place
        """
        by_grade = self.grouped("grade_id")
        asked = [
            (record, result, capacity, *capacity._get_place(record))
            for record, result in results
            for capacity in by_grade.get(result.grade_id, ())
        ]
        counts = self._count({(capacity, key) for _r, _result, capacity, key, _name in asked})
        told = defaultdict(list)
        for record, result, capacity, key, name in asked:
            held = counts.get((result.grade_id.id, result.company_id.id, capacity.within, key), 0)
            if key != capacity._get_place(record._origin)[0]:
                held += 1  # as soon as it is saved
            if key and held > capacity.most:
                who = name or (result.company_id or self.env.company).name
                told[record].append(capacity._say_held(who, held))
        return told

    def _get_place(self, record):
        """Return for whom a record is counted here, as an id or a city, and the name of that.

        For the company as a whole the key is ``True``, without a name.
        """
        self.ensure_one()
        if self.within == "all":
            return True, None
        owner = record.user_id if self._is_of_salesperson(record) else record
        place = owner["sale_team_id" if owner != record else self.within]
        if self.within == "city":
            return (place or "").strip() or None, place
        return place._origin.id or None, place.display_name

    def _is_of_salesperson(self, record):
        """Whether the record has its sales team from its salesperson."""
        return self.within == "team_id" and record._name == "res.partner"

    @api.model
    def _get_path(self, subject, within):
        """Return the path from a result to what it is counted for; empty for the company."""
        if within == "all":
            return ""
        if within == "team_id" and subject.name == "partner":
            return f"{subject.field}.user_id.sale_team_id"
        return f"{subject.field}.{within}"

    @api.model
    def _get_open_domain(self, subject):
        """Return which customers or opportunities are counted: who is still looked after."""
        is_open = Domain("active", "=", True)
        return is_open & Domain("won_status", "=", "pending") if subject.name == "lead" else is_open

    def _count(self, asked):
        """Return how many are held, by one query a kind of record and of place.

        :param asked: set of ``(capacity, key)``
        :return: ``{(grade id, company id, within, key): number}``
        """
        keys = defaultdict(set)
        for capacity, key in asked:
            keys[capacity].add(key)
        kinds = self.grouped(lambda one: (one.dimension_id._get_subject_kind(), one.within))
        counts = {}
        for (subject, within), capacities in kinds.items():
            wanted = set().union(*(keys[capacity] for capacity in capacities)) - {None}
            if wanted:
                counts.update(capacities._count_within(subject, within, wanted))
        return counts

    def _count_within(self, subject, within, keys):
        path = self._get_path(subject, within)
        held = Domain("grade_id", "in", self.grade_id.ids)
        held &= Domain(subject.field, "any!", self._get_open_domain(subject))
        if path:
            held &= Domain(path, "in", list(keys))
        Result = self.env["customer.grading.result"].sudo()
        groups = ["grade_id", "company_id", *([path] if path else [])]
        return {
            (grade.id, company.id, within, self._get_plain(*place) if path else True): count
            for grade, company, *place, count in Result._read_group(held, groups, ["__count"])
        }

    @staticmethod
    def _get_plain(place):
        return place.id if isinstance(place, models.BaseModel) else place
