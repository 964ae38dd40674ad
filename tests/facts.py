"""Makes the customers and opportunities of golden cases, with real documents.

A case says in *facts* what is so; whatever it leaves out is not there. Days are ISO dates.

Of a customer:

- ``person``: no company; ``tags``, ``industry``, ``state``: by name, the state by its code
- ``orders``, ``invoices``: each with ``day``, ``amount`` and how many ``times``; an order has
  a ``quantity`` of a product of a ``category``; an invoice is ``due``, ``paid`` on a day, and
  ``credited`` by an amount
- ``opportunities``: how many
- ``answers``: ``{question: answer}``, or a list of ``{"question", "answer", "day"}``; a level
  by its English name

Of an opportunity: ``closing``, ``won``, ``lost``, ``orders`` that came of it, ``answers``, and the facts of its
``customer``.
"""

from datetime import date

from freezegun import freeze_time

from .common import CustomerGradingCommon, at

SPRING = "2026-06-01"  # an ordinary day of the year before the grading
YEAR_END = "2026-12-31"  # not yet due on the day of the grading
VALUE_FIELDS = {"yes_no": "yes_no", "levels": "choice_id", "text": "text_value"}


class FactsCommon(CustomerGradingCommon):
    """Real documents from the facts of golden cases."""

    def _create_subject(self, model, name, facts):
        """Return the customer or the opportunity, a record of ``model``, that facts describe."""
        facts = dict(facts)
        create = self._create_case_lead if model == "crm.lead" else self._create_case_customer
        answers = facts.pop("answers", {})
        record = create(name, facts)
        if facts:
            raise ValueError(f"{name}: nobody knows what to do with {sorted(facts)}")
        self._create_answers(record, answers)
        return record

    def _create_case_customer(self, name, facts):
        tags = [self._find_or_create("res.partner.category", tag) for tag in facts.pop("tags", ())]
        customer = self.env["res.partner"].create(
            {
                "name": name,
                "is_company": not facts.pop("person", False),
                "category_id": [(4, tag.id) for tag in tags],
                **self._prepare_place(facts),
            }
        )
        for order in facts.pop("orders", ()):
            self._create_orders(customer, **order)
        for invoice in facts.pop("invoices", ()):
            self._create_invoices(customer, **invoice)
        for _each in range(facts.pop("opportunities", 0)):
            self._create_lead(customer, date.fromisoformat(SPRING))
        return customer

    def _prepare_place(self, facts):
        vals = {}
        if code := facts.pop("state", None):
            state = self.env["res.country.state"].search(
                [("code", "=", code), ("country_id.code", "=", "CN")]
            )
            vals.update(state_id=state.id, country_id=state.country_id.id)
        if name := facts.pop("industry", None):
            vals["industry_id"] = self._find_or_create("res.partner.industry", name).id
        return vals

    def _find_or_create(self, model, name):
        return self.env[model].search([("name", "=", name)]) or self.env[model].create(
            {"name": name}
        )

    def _create_orders(
        self, customer, day=SPRING, times=1, amount=100.0, quantity=1, category=None, **vals
    ):
        line = {"product_id": self._find_product(category).id} if category else {}
        for _each in range(times):
            self._create_order(
                customer,
                date.fromisoformat(day),
                amount,
                quantity=quantity,
                line=line,
                **vals,
            )

    def _find_product(self, category):
        """Return a product of a category, both made where there is none."""
        category = self._find_or_create("product.category", category)
        Product = self.env["product.product"]
        vals = {"name": category.name, "type": "consu", "categ_id": category.id}
        return Product.search([("categ_id", "=", category.id)], limit=1) or Product.create(vals)

    def _create_invoices(
        self, customer, amount, day=SPRING, times=1, due=YEAR_END, paid=None, credited=None
    ):
        day, due = date.fromisoformat(day), date.fromisoformat(due)
        invoices = self._create_invoice(customer, day, amount, due=due)
        if times > 1:
            with freeze_time(at(day)):
                dates = {"invoice_date": day, "invoice_date_due": due}
                more = invoices.create(invoices.copy_data(dates) * (times - 1))
                more.action_post()
                invoices += more
        if paid:
            # Odoo looks up the invoices of each payment, for ever where PostgreSQL takes the
            # tables for empty ones.
            self.env.flush_all()
            self.env.cr.execute("ANALYZE account_move, account_move_line, account_payment")
            self.env.cr.execute("ANALYZE account_partial_reconcile")
            self._pay(invoices, date.fromisoformat(paid))
        for invoice in invoices if credited else ():
            self._create_credit_note(invoice, day, credited)

    def _create_case_lead(self, name, facts):
        customer = self.env["res.partner"]
        if "customer" in facts:
            customer = self._create_subject("res.partner", name, facts.pop("customer"))
        lead = self._create_lead(
            customer,
            date.fromisoformat(SPRING),
            name=name,
            date_deadline=facts.pop("closing", False),
        )
        for order in facts.pop("orders", ()):
            self._create_orders(customer, opportunity_id=lead.id, **order)
        if facts.pop("won", False):
            lead.action_set_won()
        if facts.pop("lost", False):
            lead.action_set_lost()
        return lead

    def _create_answers(self, record, answers):
        """Answer questions about a record, in the order of the days."""
        if isinstance(answers, dict):
            answers = [{"question": code, "answer": value} for code, value in answers.items()]
        by_day = {}
        for answer in answers:
            vals = self._prepare_answer(record, **answer)
            by_day.setdefault(vals["date"], []).append(vals)
        for day in sorted(by_day):
            with freeze_time(at(date.fromisoformat(day))):
                self.env["customer.grading.answer"].create(by_day[day])

    def _prepare_answer(self, record, question, answer, day=SPRING):
        question = self.env["customer.grading.question"].search([("code", "=", question)])
        if question.kind == "yes_no":
            answer = "yes" if answer else "no"
        elif question.kind == "levels":
            [answer] = question.choice_ids.filtered(lambda choice: choice.name == answer).ids
        return {
            "question_id": question.id,
            record._grading_result_field: record.id,
            "date": day,
            VALUE_FIELDS.get(question.kind, question.kind): answer,
            "proof": "Contract" if question.proof_required else False,
        }
