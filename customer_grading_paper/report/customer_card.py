from odoo import models
from odoo.addons.customer_grading.tools.texts import join_sentences
from odoo.fields import Domain
from odoo.tools import format_date

from ..models.customer_grading_question import SECTIONS

FOLLOW_UP = "report.customer_grading_paper.report_follow_up_record"
LOSS = "customer.grading.loss"  # of the addon of lost opportunities, where it is installed
LOST_SHOWN = 10  # the last opportunities lost, and losses to rivals, that a card tells


class CustomerCard(models.AbstractModel):
    """All that a salesperson should know of a customer: basics, follow-up, needs, rivals, people."""

    _name = "report.customer_grading_paper.report_customer_card"
    _inherit = ["customer.grading.paper"]
    _description = "Customer Card"

    _paper_model = "res.partner"

    def _get_sheets(self, docs):
        customers = self._get_customers(docs)
        contacts = self.env[FOLLOW_UP]._get_contacts(customers, told=False)
        return [self._get_card(customer, contacts.get(customer, [])) for customer in customers]

    def _get_card(self, customer, contacts):
        """Return what stands on the card of one customer."""
        people = customer.child_ids.filtered(
            lambda child: child.type in ("contact", "other") and not child.is_company
        )
        records = self.env[FOLLOW_UP]
        return {
            "customer": customer,
            "address": self._get_address(customer),
            "salesperson": self._get_salesperson(customer),
            "grades": self._get_grades(customer),
            "people": people,
            "parts": self._get_parts(people),
            "last": contacts and self._get_contact_text(contacts[0]),
            "due": records._get_due(customer),
            "planned": list(map(self._get_activity_text, records._get_planned(customer))),
            "open": self._get_leads(customer, "pending", "create_date desc, id desc"),
            "lost": self._get_leads(customer, "lost", "date_closed desc, id desc")[:LOST_SHOWN],
            "answers": self._get_answers(customer),
            "rivals": self._get_rivals(customer),
            "blocks": self._get_added_blocks(customer),
        }

    def _get_results(self, customer):
        View = self.env["customer.grading.explanation.view"]
        dimensions = self.env["customer.grading.dimension"]._get_visible("partner")
        results = (View._get_result(customer, one, self.env.company) for one in dimensions)
        return [result for result in results if result]

    def _get_grades(self, customer):
        """Return ``(dimension, grade and since when)`` of all that the reader may see."""
        return [
            (result.dimension_id.name, self._get_grade_text(result))
            for result in self._get_results(customer)
            if result.grade_id
        ]

    @staticmethod
    def _get_parts(people):
        """Return ``{contact person: its grade}``, where persons are graded."""
        if "person_grade_id" not in people._fields:
            return {}
        return {person: person.person_grade_id.sudo().display_name for person in people}

    def _get_contact_text(self, contact):
        parts = (format_date(self.env, contact["day"]), contact["means"], contact["who"])
        return " · ".join(filter(None, parts))

    def _get_activity_text(self, activity):
        parts = (
            format_date(self.env, activity.date_deadline),
            activity.summary or activity.activity_type_id.sudo().name,
            activity.user_id.sudo().name,
        )
        return " · ".join(filter(None, parts))

    def _get_added_blocks(self, customer):
        """Return the blocks of *Why this grade?* that ask to stand on the card."""
        View = self.env["customer.grading.explanation.view"]
        return [
            block
            for result in self._get_results(customer)
            for block in self._get_papers_blocks(
                customer, result, View._explain(result), "customer_card"
            )
        ]

    def _get_leads(self, customer, status, order):
        """Return opportunities of a customer that the reader may see, in this order."""
        Lead = self.env["crm.lead"].with_context(active_test=False)
        if not Lead.has_access("read"):
            return Lead
        own = Domain("partner_id", "child_of", customer.id) & Domain("type", "=", "opportunity")
        return Lead.search(own & Domain("won_status", "=", status), order=order)

    def _get_rivals(self, customer):
        """Return to which rivals was lost, the latest first, of what the reader may see.

        :return: list of ``(rival, product, features, what the customer thinks, what we do)``;
            what is known of a rival itself stands at the first of its losses
        """
        if LOSS not in self.env or not self.env[LOSS].has_access("read"):
            return []
        own = Domain("lead_id.partner_id", "child_of", customer.id)
        own &= Domain("rival_id", "!=", False)
        losses = self.env[LOSS].search(own, order="date desc, id desc", limit=LOST_SHOWN)
        firsts = {loss.rival_id: loss for loss in losses[::-1]}
        return [self._get_rival_texts(loss, firsts[loss.rival_id] == loss) for loss in losses]

    def _get_rival_texts(self, loss, first):
        rival, product = loss.rival_id, loss.rival_product_id
        features = [product.features, first and rival.features]
        date = format_date(self.env, loss.date)
        said = loss.note and self.env._("%(answer)s (%(date)s)", answer=loss.note, date=date)
        return (
            rival.name,
            product.name,
            "\n".join(filter(None, features)),
            said or date,
            first and rival.strategy,
        )

    def _get_answers(self, customer):
        """Return ``{section: [(question, answer)]}`` of the latest answers one may read."""
        Answer = self.env["customer.grading.answer"]
        told = Domain("partner_id", "=", customer.id) & Domain("date", "<=", self._get_today())
        answers = Answer.search(told & Domain("question_id.card_section", "!=", "none"))
        latest = Answer._pick_latest(answers, self.env.company)
        sections = {section: [] for section, _label in SECTIONS}
        for question in sorted(latest, key=lambda one: (one.sequence, one.id)):
            answer = latest[question]
            names = {"answer": answer.answer, "date": format_date(self.env, answer.date)}
            text = self.env._("%(answer)s (%(date)s)", **names)
            told = join_sentences(self.env, [text, answer.remark])
            sections[question.card_section].append((question.name, told))
        return sections
