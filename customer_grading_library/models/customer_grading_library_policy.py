import json
from collections import Counter
from contextlib import contextmanager
from copy import deepcopy

from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import make_block, make_row, open_window
from odoo.addons.customer_grading_policy_file.tools.policy_format import walk_criteria
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html
from odoo.tools.misc import file_open

INDEX = "customer_grading_library/data/index.json"
# Of measures of an opportunity, or of contact, those that say when.
CLOSING = (
    "lead_days_to_close",
    "lead_months_to_close",
    "lead_next_activity",
    "days_to_next_activity",
)
MARGIN = ("order_margin", "order_margin_percent")  # of an addon that may come later
DECIDING = ("closing", "payment", "money", "assessment", "dealings")  # where as many are of each


class CustomerGradingLibraryPolicy(models.Model):
    """A policy file of the library, as people look for one: what it grades, and what it takes.

    There is a record for each file. What can be searched is kept, and renewed with the addon;
    texts are read from the file, in the reader's language.
    """

    _name = "customer.grading.library.policy"
    _description = "Policy of the Library"
    _order = "key"

    key = fields.Char(required=True, readonly=True, help="The name of its file.")
    name = fields.Char(compute="_compute_texts", search="_search_name")
    summary = fields.Char(compute="_compute_texts")
    note = fields.Html(compute="_compute_texts", sanitize=False)
    grades = fields.Json(compute="_compute_texts")
    needs_text = fields.Char(compute="_compute_needs_text")
    subject = fields.Selection(
        [
            ("partner", "Customers"),
            ("lead", "Opportunities"),
            ("person", "People"),
            ("group", "Groups"),
        ],
        readonly=True,
        required=True,
    )
    for_customers = fields.Boolean(readonly=True)
    for_opportunities = fields.Boolean(readonly=True)
    for_leads = fields.Boolean(readonly=True)
    for_people = fields.Boolean(readonly=True)
    is_ready = fields.Boolean(
        compute="_compute_is_ready", help="Whether such records can be graded here."
    )
    trade = fields.Selection(
        [
            ("any", "Any trade"),
            ("manufacturing", "Manufacturing"),
            ("dealership", "Dealership"),
            ("real_estate", "Real estate"),
            ("banking", "Banking"),
            ("brokerage", "Brokerage"),
            ("training", "Training"),
            ("retail", "Retail"),
            ("logistics", "Logistics"),
            ("wholesale", "Wholesale"),
            ("services", "Services"),
        ],
        readonly=True,
        required=True,
    )
    decides = fields.Selection(
        [
            ("money", "Money"),
            ("payment", "Payment"),
            ("closing", "Time to closing"),
            ("dealings", "Orders, contacts and facts"),
            ("assessment", "What people assess"),
            ("several", "Several of these"),
        ],
        string="What decides",
        readonly=True,
        required=True,
    )
    question_count = fields.Integer("Questions", readonly=True)
    needs_invoices = fields.Boolean("Invoices", readonly=True)
    needs_orders = fields.Boolean("Confirmed orders", readonly=True)
    needs_opportunities = fields.Boolean("Opportunities", readonly=True)
    grade_views = fields.Json(compute="_compute_views")
    measured = fields.Json(compute="_compute_views")
    reads_as = fields.Html(compute="_compute_reads_as", sanitize=False)

    _key_uniq = models.Constraint("UNIQUE (key)", "The library names each file once.")

    # ------------------------------------------------------------------ files

    @api.model
    def _renew(self):
        """Bring the records up to date with the files."""
        Policy = self.env["customer.grading.policy"]
        with file_open(INDEX) as file:
            index = json.load(file)
        trades = {key: trade for trade, keys in index["trades"].items() for key in keys}
        known = {policy.key: policy for policy in self.search(Domain.TRUE)}
        files = Policy._get_library_files()
        for key in files:
            content = json.loads(Policy._read_library_file(key))
            vals = {
                "trade": trades.get(key, "any"),
                **self._get_audience(content, key in index["people"]),
                **self._get_needs(content),
            }
            if key in known:
                known[key].write(vals)
            else:
                self.create({"key": key, **vals})
        self.union(*(policy for key, policy in known.items() if key not in files)).unlink()

    @staticmethod
    def _get_audience(content, of_people):
        """Return whom a policy is for."""
        dimension = content["dimension"]
        subject = dimension.get("subject", "partner")
        kinds = dimension.get("lead_types", "opportunity")
        return {
            "subject": subject,
            "for_customers": subject == "partner" and not of_people,
            "for_people": subject == "partner" and of_people,
            "for_opportunities": subject == "lead" and kinds != "lead",
            "for_leads": subject == "lead" and kinds != "opportunity",
        }

    @api.model
    def _get_needs(self, content):
        """Return what decides, and which data that takes."""
        criteria = [c for c in walk_criteria(content) if "parts" not in c]
        codes = {c["measure"] for c in criteria if "measure" in c}
        measures = self.env["customer.grading.measure"].sudo().with_context(active_test=False)
        measures = measures.search([("code", "in", list(codes))])
        categories = set(measures.mapped("category"))
        by_code = measures.grouped("code")
        kinds = Counter(self._get_kind(c, by_code.get(c.get("measure"))) for c in criteria)
        return {
            "decides": self._get_deciding_kind(kinds),
            "question_count": len({c["question"] for c in criteria if "question" in c}),
            "needs_invoices": bool(categories & {"2_invoices", "3_payments"}),
            "needs_orders": "1_sales" in categories or bool(codes & {*MARGIN}),
            "needs_opportunities": bool(categories & {"4_opportunities", "8_opportunity"}),
        }

    @staticmethod
    def _get_kind(criterion, measure):
        """Return what a criterion of a file is about."""
        code = criterion.get("measure")
        if "question" in criterion:
            return "assessment"
        if code in CLOSING:
            return "closing"
        if measure and measure.category == "3_payments":
            return "payment"
        if code in MARGIN or (measure and (measure.unit == "amount" or measure.kind == "growth")):
            return "money"
        return "dealings"

    @staticmethod
    def _get_deciding_kind(kinds):
        """Return the kind of at least half of the criteria, ``several`` where there is none.

        Facts beside something else say little of what decides: they take more than half.
        """
        if not kinds:  # people give the grades
            return "assessment"
        first = max(kinds, key=lambda kind: (kinds[kind], -DECIDING.index(kind)))
        share = kinds[first] / kinds.total()
        return first if share > 0.5 or (share == 0.5 and first != "dealings") else "several"

    def _get_content(self):
        """Return what its file says; of one that is gone since the last update, its name."""
        self.ensure_one()
        Policy = self.env["customer.grading.policy"]
        if self.key not in Policy._get_library_files():
            return {"name": self.key, "dimension": {"grades": []}}
        return json.loads(Policy._read_library_file(self.key))

    # ------------------------------------------------------------------ texts

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_texts(self):
        for policy in self:
            content = policy._get_content()
            note = policy._choose_language(content.get("note", ""))
            parts = [note] if isinstance(note, str) else note
            policy.name = policy._choose_language(content["name"])
            policy.summary = parts[0]
            policy.note = Markup().join(Markup("<p>%s</p>") % part for part in parts)
            policy.grades = [
                {
                    "code": grade["code"],
                    "name": policy._choose_language(grade.get("name", grade["code"])),
                    "meaning": policy._choose_language(grade.get("meaning", "")),
                    "color": grade.get("color", 0),
                }
                for grade in content["dimension"]["grades"]
            ]

    def _choose_language(self, text):
        """Return a text of a file in the reader's language, else in English."""
        if isinstance(text, dict):
            return text.get(self.env.lang) or text["en"]
        return text

    def _search_name(self, operator, value):
        """Find words in what a card says, in the reader's language."""
        everything = self.search(Domain.TRUE)
        if operator == "in":
            return [("id", "in", everything.filtered(lambda policy: policy.name in value).ids)]
        if operator != "ilike":
            return NotImplemented
        word = value.lower()
        found = everything.filtered(
            lambda policy: word in f"{policy.name} {policy.summary} {policy.key}".lower()
        )
        return [("id", "in", found.ids)]

    @api.depends("question_count")
    @api.depends_context("lang")
    def _compute_needs_text(self):
        """Say whether it works at once, or how much is asked of people first."""
        for policy in self:
            count = policy.question_count
            if not count:
                policy.needs_text = self.env._("Works at once")
            elif count == 1:
                policy.needs_text = self.env._("Asks 1 question")
            else:
                policy.needs_text = self.env._("Asks %s questions", count)

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_views(self):
        """List its grades with their meaning, and what it looks at."""
        for policy in self:
            title, meaning = self.env._("Grade"), self.env._("Meaning")
            rows = [
                make_row(None, {"text": grade["name"], "badge": grade}, grade["meaning"])
                for grade in policy.grades
            ]
            policy.grade_views = [{"blocks": [make_block(title, [title, meaning], rows)]}]
            title = self.env._("What it looks at")
            rows = [
                make_row(
                    None, policy._choose_language(c.get("name", c["key"])), self._get_source(c)
                )
                for c in walk_criteria(policy._get_content())
                if "parts" not in c
            ]
            policy.measured = [{"blocks": [make_block(title, [title, ""], rows)]}]

    def _get_source(self, criterion):
        """Return where a criterion of a file has its values from."""
        if "question" in criterion:
            return self.env._("asked of people")
        return self.env._("from your records")

    @api.depends("key")
    @api.depends_context("lang", "company", "uid")
    def _compute_reads_as(self):
        """Read it, or say what keeps it from being loaded here, such as an addon that is gone."""
        may_load = self.env["customer.grading.policy"].has_access("create")
        for policy in self:
            policy.reads_as = False
            if policy.is_ready and may_load:
                try:
                    with policy._loaded() as draft:
                        policy.reads_as = draft.reads_as
                except UserError as error:
                    policy.reads_as = plaintext2html(str(error))

    @api.depends("subject")
    def _compute_is_ready(self):
        kinds = self.env["customer.grading.dimension"]._fields["subject"].get_values(self.env)
        for policy in self:
            policy.is_ready = policy.subject in kinds

    def web_read(self, specification):
        """Read pages: a policy is read as the draft that is made for it, and taken back."""
        return super().web_read(specification)

    web_read._readonly = False  # so that Odoo gives it a connection that may write

    # ------------------------------------------------------------------ on one's own data

    @contextmanager
    def _loaded(self):
        """Give a draft of the policy that never was: its transaction is taken back."""
        self.ensure_one()
        registry = self.env.registry
        changed = set(registry.cache_invalidated)  # by what this request did before
        with registry.cursor() as cr:
            env = self.env(cr=cr)
            try:
                yield env["customer.grading.policy"]._load_file(self.key)
            finally:
                env.invalidate_all(flush=False)
                cr.rollback()
                registry.reset_changes()
                registry.cache_invalidated.update(changed)

    def _preview(self):
        """Return what the policy would give the company's own customers; nothing is kept.

        :return: ``{"first_text": text, "summary": views, "data_check": views}``; the views open
            nothing
        :raise UserError: where it cannot be loaded or evaluated here, saying why
        """
        with self._loaded() as draft:
            draft._suggest_limits()
            trial = draft._try_on()
            if trial.state == "failed":
                raise UserError(trial.error)
            return {
                "first_text": trial.first_text,
                "summary": self._to_preview(trial.summary or []),
                "data_check": self._to_preview(trial.data_check or []),
            }

    def _count_grades(self):
        """Return how many of the company's own customers would have which grade.

        :return: ``Counter`` by the code of the grade, "" for none
        :raise UserError: as :meth:`_preview`
        """
        with self._loaded() as draft:
            draft._suggest_limits()
            draft._check_complete()
            draft.dimension_id._check_seen_whole()
            policy, table = draft.sudo(), f"{self._table}_grades"
            engine = policy.env["customer.grading.engine"]
            company = policy._get_try_on_company()
            scope = engine._get_scope(policy, company, engine._get_today(company))
            engine._evaluate(policy, scope, table)
            counted = SQL("SELECT grade_id, COUNT(*) FROM %s GROUP BY 1", SQL.identifier(table))
            codes = {grade.id: grade.code for grade in policy.rule_ids.grade_id}
            return Counter(
                {codes.get(id_, ""): count for id_, count in policy.env.execute_query(counted)}
            )

    def _to_preview(self, views):
        """Return views without numbers of chapters, and without what their cells open.

        That is gone with the draft.
        """
        views = deepcopy(views)
        for view in views:
            view["title"] = view.get("title", "").lstrip("0123456789 ")
            view.pop("buttons", None)
            for block in view["blocks"]:
                cells = [cell for row in block["rows"] for cell in row["cells"]]
                for cell in cells:
                    opens = cell.pop("action", None) or cell.pop("method", None)
                    if opens and cell.get("align") != "end":
                        cell["text"] = cell["text"] if cell.get("badge") else ""
                rows = [row["cells"] for row in block["rows"]]
                while block["columns"] and rows and not any(row[-1]["text"] for row in rows):
                    block["columns"].pop()
                    for row in rows:
                        row.pop()
        return views

    def action_try_on(self):
        """Show what the policy would give the company's own customers; nothing is saved."""
        self.ensure_one()
        self.env["customer.grading.policy"].check_access("create")
        seen = self._preview()
        preview = self.env["customer.grading.library.preview"].create(
            {"library_policy_id": self.id, **seen}
        )
        return open_window(self.name, preview._name, res_id=preview.id)

    def action_adopt(self):
        """Open what can be made one's own before there is a draft: names and limits."""
        self.ensure_one()
        adoption = self.env["customer.grading.adoption"]._prepare(self)
        return open_window(
            self.env._("Adopt “%s”", self.name), adoption._name, res_id=adoption.id, target="new"
        )
