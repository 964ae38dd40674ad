"""Makes the customers and opportunities of golden cases, with real documents.

A case says in *facts* what is so; whatever it leaves out is not there. Days are ISO dates.

Of a customer:

- ``person``: no company, ``of`` one with facts of its own, if it works there, with the facts
  of ``colleagues``; ``tags``, ``industry``, ``city``, ``state``, ``country``: by name,
  state and country by their code
- ``orders``, ``invoices``: each with ``day``, ``amount`` and how many ``times``; an order has
  a ``quantity`` of a product of a ``category`` at a ``discount`` in per cent, each at a
  ``cost``, and may be ``cancelled`` after it was confirmed, or not ``confirmed`` at all: a
  quotation; an invoice is ``due``, ``paid`` on a day, and ``credited`` by an amount
- ``opportunities``: how many, or a list of their facts
- ``activities``: days on which one is due
- ``answers``: ``{question: answer}``, or a list of ``{"question", "answer", "day"}``; a level
  by its English name

Of an opportunity: ``closing``, ``expected`` revenue, ``stage`` by its English name, the day on
which it was ``created``, ``won``, ``lost`` (yes, or the name of a reason), the day on which it
was ``closed``, ``orders`` that came of it, days of ``activities``, ``answers``, and the facts
of its ``customer``; also its ``type``, ``phone`` and ``email``, and the days of ``calls`` that
were made.
"""

from datetime import date

from freezegun import freeze_time

from .common import CustomerGradingCommon, at

SPRING = "2026-06-01"  # an ordinary day of the year before the grading
YEAR_END = "2026-12-31"  # not yet due on the day of the grading
VALUE_FIELDS = {
    "yes_no": "yes_no",
    "levels": "choice_id",
    "text": "text_value",
    "date": "date_value",
}


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

    def _create_group(self, dimension, name, facts):
        """Return the graded group that a dimension makes of customers whom facts describe."""
        Shared = self.env[dimension._get_group_field().comodel_name]
        vals = {"name": name}
        if "country_id" in Shared._fields:
            vals |= {"code": name, "country_id": self.env.ref("base.cn").id}
        shared = Shared.create(vals)
        for number, member in enumerate(facts["members"]):
            member = dict(member)
            for copy in range(member.pop("times", 1)):
                label = f"{name}: {number + 1}, {copy + 1}"
                customer = self._create_subject("res.partner", label, member)
                customer[dimension.group_path] = shared
        return self.env["customer.grading.group"].create(
            {"dimension_id": dimension.id, "res_model": Shared._name, "res_id": shared.id}
        )

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
        for number, colleague in enumerate(facts.pop("colleagues", ()), 1):
            person = self._create_subject("res.partner", f"{name}, {number}", colleague)
            person.parent_id = customer
        if company := facts.pop("of", None):
            customer.parent_id = self._create_subject("res.partner", f"{name}'s", company)
        opportunities = facts.pop("opportunities", ())
        if isinstance(opportunities, int):
            opportunities = [{}] * opportunities
        for opportunity in opportunities:
            self._create_opportunity(customer, name, opportunity)
        self._create_activities(customer, facts)
        return customer

    def _create_opportunity(self, customer, name, facts):
        """Create an opportunity of a customer whose facts stand in the same case."""
        facts = dict(facts)
        answers = facts.pop("answers", {})
        lead = self._create_case_lead(name, facts, customer)
        if facts:
            raise ValueError(f"{name}: nobody knows what to do with {sorted(facts)}")
        self._create_answers(lead, answers)

    def _create_activities(self, record, facts):
        for day in facts.pop("activities", ()):
            record.activity_schedule("mail.mail_activity_data_call", date.fromisoformat(day))

    def _prepare_place(self, facts):
        vals = {}
        if city := facts.pop("city", None):
            vals["city"] = city
        if code := facts.pop("country", None):
            vals["country_id"] = self.env["res.country"].search([("code", "=", code)]).id
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
        self,
        customer,
        day=SPRING,
        times=1,
        amount=100.0,
        quantity=1,
        category=None,
        discount=0,
        cost=None,
        cancelled=False,
        confirmed=True,
        **vals,
    ):
        line = {"product_id": self._find_product(category).id} if category else {}
        line["discount"] = discount
        if cost is not None:
            line["purchase_price"] = cost
        day = date.fromisoformat(day)
        for _each in range(times):
            order = self._create_order(
                customer,
                day,
                amount,
                quantity=quantity,
                line=line,
                confirm=confirmed and not cancelled,
                **vals,
            )
            if cancelled:
                self._confirm_and_cancel(order, day)

    def _confirm_and_cancel(self, order, day):
        """Confirm an order and cancel it, as its chatter tells afterwards."""
        order = order.with_context(tracking_disable=False, mail_notrack=False)
        self.env.cr.precommit.run()
        with freeze_time(at(day)):
            order.action_confirm()
            self.env.cr.precommit.run()
            order._action_cancel()

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

    def _create_case_lead(self, name, facts, customer=None):
        if "customer" in facts:
            customer = self._create_subject("res.partner", name, facts.pop("customer"))
        is_dated, created = "created" in facts, facts.pop("created", SPRING)
        lead = self._create_lead(
            customer or self.env["res.partner"],
            date.fromisoformat(created),
            name=name,
            date_deadline=facts.pop("closing", False),
            **self._prepare_pipeline(facts),
        )
        if is_dated:  # the database says when, whatever the test's day
            self.env.flush_all()
            vals = [at(date.fromisoformat(created)), lead.id]
            self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", vals)
            lead.invalidate_recordset(["create_date"])
        self._create_activities(lead, facts)
        self._create_calls(lead, facts)
        for order in facts.pop("orders", ()):
            self._create_orders(customer, opportunity_id=lead.id, **order)
        with freeze_time(at(date.fromisoformat(facts.pop("closed", created)))):
            if facts.pop("won", False):
                lead.action_set_won()
            if lost := facts.pop("lost", False):
                lead.action_set_lost(**self._prepare_loss(lost))
                self._forget_second_follow_up(lead)
        return lead

    def _forget_second_follow_up(self, lead):
        """What an addon makes of a loss is none of the activities that a case tells."""
        kind = self.env.ref("customer_grading_win_back.mail_activity_type_second", False)
        if kind:
            lead.activity_ids.filtered(lambda one: one.activity_type_id == kind).unlink()

    def _prepare_loss(self, reason):
        if reason is True:
            return {}
        return {"lost_reason_id": self._find_or_create("crm.lost.reason", reason).id}

    def _create_calls(self, lead, facts):
        for day in facts.pop("calls", ()):
            with freeze_time(at(date.fromisoformat(day))):
                lead.activity_schedule("mail.mail_activity_data_call").action_feedback()

    def _prepare_pipeline(self, facts):
        vals = {}
        for name, field in (("type", "type"), ("phone", "phone"), ("email", "email_from")):
            if name in facts:
                vals[field] = facts.pop(name)
        if "expected" in facts:
            vals["expected_revenue"] = facts.pop("expected")
        if name := facts.pop("stage", None):
            [vals["stage_id"]] = self.env["crm.stage"].search([("name", "=", name)]).ids
        return vals

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
