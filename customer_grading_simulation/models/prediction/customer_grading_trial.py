from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import MANAGER_GROUP
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from .customer_grading_followed import MAIN

VIEW = "customer_grading_simulation.customer_grading_trial_view_form_prediction"
EXPORT = "/customer_grading_simulation/prediction"
# What an export has of every kind of record; where it is of one kind, that.
EXPORTED = ("policy_id", "by", "grade_id", "months", "count", "revenue", "revenue_average", "lift")
EXPORTED_OF = {
    "partner": {
        "ordered": ("order_count", "ordered_count", "ordered_share"),
        "late": ("due_count", "late_count", "late_share"),
        "left": ("before_count", "left_count", "left_share"),
    },
    "lead": {"won": ("won_count", "won_share"), "days": ("days_to_close",)},
}


class CustomerGradingTrial(models.Model):
    """Tells what customers did after a past day, by the grade that a policy gives as of it.

    Of each policy and stretch of time lines are kept, and no customer. Statements are as many
    for ten customers as for all.
    """

    _inherit = "customer.grading.trial"

    months = fields.Integer("Months after", readonly=True, aggregator=None)
    prediction_ids = fields.One2many(
        "customer.grading.prediction", "trial_id", string="What followed"
    )
    correlations = fields.Json(
        readonly=True,
        groups=MANAGER_GROUP,
        help="Rank correlations with what followed, of the grade and of plain revenue rank, by "
        "policy and months.",
    )
    prediction = fields.Json(compute="_compute_prediction", groups=MANAGER_GROUP)

    def _grade_prediction(self, commit):
        """Grade as of the past day by one policy or two, and keep what followed, by grade."""
        policies = (self.policy_id | self.other_policy_id).sudo()
        table = self._get_table()
        tables = {policy: f"{table}_{policy.id}" for policy in policies}
        for done, (policy, graded) in enumerate(tables.items(), start=1):
            scope = self._grade_as_of_day(policy, graded, policies)
            self._finish_step(commit, 50 * done // len(tables))
        followed = self.env["customer.grading.followed"]
        followed._create_table(
            f"{table}_followed", tables.values(), self.policy_id.sudo(), scope, self.months
        )
        self._finish_step(commit, 80)
        self.prediction_ids.sudo().unlink()
        kept = {
            policy.id: self._keep_prediction(policy, graded, f"{table}_followed")
            for policy, graded in tables.items()
        }
        self.sudo().correlations = kept
        for name in (*tables.values(), f"{table}_followed"):
            self._drop(name)

    def _grade_as_of_day(self, policy, table, policies):
        """Fill the temporary ``table`` with what each gets; return the scope it was done in.

        No policy of these leaves anybody to another one.
        """
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, self.company_id, self.date)
        scope = scope._replace(past=True, beside_ids=policies._ids)
        _scope, count = engine._evaluate(policy, scope, table)
        if policy == self.policy_id:
            self._note({"graded_count": count, "fingerprint": policy._get_fingerprint()})
        return scope

    def _keep_prediction(self, policy, graded, followed):
        """Keep the lines of a policy.

        :param graded: name of the table of who got which grade
        :param followed: name of the table of what they did
        :return: ``{months: {"grade": rank correlation, "revenue": the same of revenue rank}}``
        """
        Followed, classes = self.env["customer.grading.followed"], f"{graded}_classes"
        grades, sizes = self._count_graded(graded)
        Followed._create_classes(classes, graded, followed, grades.ids, sizes)
        correlations = {}
        for months in Followed._get_windows(self.date, self.months):
            found = Followed._add_up_by_class(classes, self.subject, months)
            self._create_predictions(policy, grades, months, found)
            correlations[months] = Followed._correlate(classes, sizes, MAIN[self.subject], months)
        self._drop(classes)
        return correlations

    def _count_graded(self, graded):
        """Return the grades that somebody got, best first, and how many got each."""
        rows = self.env.execute_query(
            SQL(
                "SELECT grade_id, COUNT(*) FROM %s WHERE grade_id IS NOT NULL GROUP BY grade_id",
                SQL.identifier(graded),
            )
        )
        sizes = dict(rows)
        grades = self.env["customer.grade"].sudo().browse(sizes)
        grades = grades.sorted(lambda grade: (grade.sequence, grade.id))
        return grades, [sizes[grade.id] for grade in grades]

    def _create_predictions(self, policy, grades, months, found):
        """Keep a line for each class.

        :param found: as ``_add_up_by_class`` of ``customer.grading.followed`` gives it
        """
        own = [values for (by, class_), values in found.items() if by == "grade" and class_]
        average = sum(sums["revenue"][0] for _n, sums in own) / max(sum(n for n, _s in own), 1)
        self.env["customer.grading.prediction"].sudo().create(
            [
                {
                    "trial_id": self.id,
                    "policy_id": policy.id,
                    "months": months,
                    "by": by,
                    "position": class_ or len(grades) + 1,
                    "grade_id": class_ and grades[class_ - 1].id,
                    "count": count,
                    "expected_revenue": average * count,
                    "sums": sums,
                    **self._prepare_figures(sums),
                }
                for (by, class_), (count, sums) in sorted(found.items(), key=str)
            ]
        )

    @staticmethod
    def _prepare_figures(sums):
        """Return the figures of a line: numerators of its outcomes, and some denominators."""
        figures = {
            "revenue": ("revenue", 0),
            "order_count": ("orders", 0),
            "ordered_count": ("ordered", 0),
            "late_count": ("late", 0),
            "due_count": ("late", 1),
            "left_count": ("left", 0),
            "before_count": ("left", 1),
            "won_count": ("won", 0),
            "days": ("days", 0),
        }
        return {
            name: sums[outcome][place]
            for name, (outcome, place) in figures.items()
            if outcome in sums
        }

    # ------------------------------------------------------------------ its page

    @api.depends("state", "policy_id")
    @api.depends_context("lang")
    def _compute_prediction(self):
        Words = self.env["customer.grading.prediction.words"]
        for trial in self:
            told = trial.kind == "prediction" and trial.state == "done"
            trial.prediction = told and Words._get_views(trial)

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Name a prediction by what it is: the policy stands before it in the breadcrumb."""
        predictions = self.filtered(lambda trial: trial.kind == "prediction")
        result = super(CustomerGradingTrial, self - predictions)._compute_display_name()
        for trial in predictions:
            day = format_date(self.env, trial.date)
            trial.display_name = self.env._("Does it predict? As of %s", day)
        return result

    def _open_page(self):
        """Open what followed on a page of its own."""
        if self.kind != "prediction":
            return super()._open_page()
        return self._get_records_action(
            name=self._get_page_name(), context={}, views=[[self.env.ref(VIEW).id, "form"]]
        )

    @api.model
    def action_does_it_predict(self):
        """Open what was told last of the policy that gives the grades shown, or ask since when.

        :raise UserError: where no policy is in force
        """
        self.check_access("read")
        Policy, company = self.env["customer.grading.policy"], self.env.company
        main = self.env["customer.grading.dimension"]._get_main("partner", company)
        policy = Policy._get_in_force(main, company)[1][:1].sudo(False)
        if not policy:
            raise UserError(self.env._("No policy is in force: nothing can be said of one yet."))
        told = [("kind", "=", "prediction"), ("policy_id", "=", policy.id), ("state", "=", "done")]
        if trial := self.search(told, order="id desc", limit=1):
            return trial.action_open()
        xml_id = "customer_grading_simulation.customer_grading_prediction_ask_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return action | {"context": {"default_policy_id": policy.id}}

    def action_view_prediction(self):
        """Open the lines as a picture, a table and a list; they are exported from there."""
        self.ensure_one()
        self.check_access("read")
        beside = "policy_id" if self.other_policy_id else "by"
        context = {
            "create": False,
            "grading_subject": self.subject,
            f"search_default_months_{self.months}": 1,
            "graph_groupbys": ["grade_id", beside],
            "pivot_row_groupby": [beside, "grade_id"],
        }
        if self.other_policy_id:
            context["search_default_by_grade"] = 1
        if self.subject == "lead":
            context["graph_measure"] = "won_share"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What followed, by grade"),
            "res_model": "customer.grading.prediction",
            "view_mode": "graph,pivot,list",
            "views": [[False, view] for view in ("graph", "pivot", "list")],
            "domain": [("trial_id", "=", self.id)],
            "context": context,
        }

    def action_export_prediction(self):
        """Download the lines as a spreadsheet."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"{EXPORT}/{self.id}", "target": "download"}

    def _get_exported_prediction(self):
        """Return the fields, their labels, and the rows of a spreadsheet of the lines.

        :raise AccessError: where the user may not export, or not see them
        """
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(self.env._("You may not export. Ask an administrator."))
        self.check_access("read")
        told = self.env["customer.grading.followed"]._get_outcomes(self.subject)
        names = [*EXPORTED]
        for outcome, more in EXPORTED_OF[self.subject].items():
            names += more if outcome in told else ()
        labels = self.prediction_ids.fields_get(names, ["string", "type"])
        rows = self.prediction_ids.export_data(names)["datas"]
        fields = [{"name": name, "type": labels[name]["type"]} for name in names]
        return fields, [labels[name]["string"] for name in names], rows
