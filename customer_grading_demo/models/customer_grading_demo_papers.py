from odoo import models

# What who holds a grade gets, and what is asked of it, one a line: English, Chinese.
TOLD = {
    "A": {
        "rights": (
            "A contact of its own, who answers within a working day\nTwo places in the yearly training",
            "专人对接，一个工作日内答复\n每年两个培训名额",
        ),
        "duties": (
            "Pays by the due date\nFetches goods by the day agreed",
            "按期付款\n按约定日期提货",
        ),
    },
    "B": {
        "rights": ("A contact of its own", "专人对接"),
        "duties": ("Pays by the due date", "按期付款"),
    },
}
# Plans of the year for the best customers.
PLANS = (
    "Two visits by the director\nTraining of its service staff in spring",
    "Trial of the new disc brake on ten vehicles",
    "A technician at its plant while the new line starts",
)
# Questions of the customer card: section, English, Chinese, answers for the best customers.
QUESTIONS = (
    (
        "rivals",
        "Who else delivers?",
        "还有哪些供应商？",
        ("Northern Axle Group, a third of the axles", "Nobody", "Eastwind Brakes, disc brakes"),
    ),
    (
        "other",
        "Who decides?",
        "由谁拍板？",
        ("Head of purchasing, with the chief engineer", "The owner", "The group's buying office"),
    ),
)


class CustomerGradingDemoPapers(models.AbstractModel):
    """What stands on the demo company's papers."""

    _name = "customer.grading.demo.papers"
    _description = "Papers of the Demo Company"

    def _write_papers(self, dimension, companies):
        """Give grades their rights and duties, a form its number, and customers a plan."""
        company = companies["main"]
        layout = self.env.ref("web.external_layout_standard")
        for one in companies.values():
            # Else Odoo asks for a layout at the first paper, and prints its own placeholder.
            one.write({"external_report_layout_id": layout.id, "logo": False})
        grades = dimension.grade_ids.grouped("code")
        for code, told in TOLD.items():
            grades[code].write({name: english for name, (english, _chinese) in told.items()})
            chinese = {name: chinese for name, (_english, chinese) in told.items()}
            self._write_chinese(grades[code], **chinese)
        form = self.env.ref("customer_grading_paper.customer_grading_report_evaluation_form")
        form.write(
            {"customer_grading_form_number": "MF/Q 102/A", "customer_grading_form_version": "2"}
        )
        best = self.env["customer.grading.result"].search(
            [("grade_id", "=", grades["A"].id), ("company_id", "=", company.id)], limit=len(PLANS)
        )
        self.env["customer.grading.support.plan"].create(
            [
                {"partner_id": partner.id, "company_id": company.id, "plan": plan}
                for partner, plan in zip(best.partner_id, PLANS, strict=False)
            ]
        )
        self._answer_for_cards(best.partner_id, company)

    def _answer_for_cards(self, partners, company):
        for section, name, chinese, answers in QUESTIONS:
            question = self.env["customer.grading.question"].create(
                {"name": name, "kind": "text", "card_section": section}
            )
            self._write_chinese(question, name=chinese)
            self.env["customer.grading.answer"].create(
                [
                    {
                        "question_id": question.id,
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "user_id": partner.user_id.id,
                        "date": self._get_day(50),
                        "text_value": answer,
                    }
                    for partner, answer in zip(partners, answers, strict=False)
                ]
            )
