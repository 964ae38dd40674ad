from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models

FORMERLY = (430, 61)  # days ago: the first and the last one of the grades of former times
# Of so many customers one had the next better grade then, and one the next worse one.
ONCE_BETTER, ONCE_WORSE = 5, 4
BEHIND = 9  # of so many of his contacts one is written down so many days late by Zhang Wei


class CustomerGradingDemoReports(models.AbstractModel):
    """What reports of the demo company tell: a year ago, last night, and in 90 days."""

    _name = "customer.grading.demo.reports"
    _description = "Reports of the Demo Company"

    def _look_back_and_ahead(self, policy, companies, users):
        """Take over grades of former times, and keep what is kept at night."""
        self._take_over_former_grades(policy, companies["main"])
        self._write_contacts_down(users)
        Set = self.env["customer.grading.figures.set"]
        for one in Set._get_due():
            self.env["customer.grading.figures.engine"]._fill(one)
        for company in companies.values():
            self.env["customer.grading.terms.figures"]._keep(company)
        for one, ids in self.env["customer.grading.outlook.run"]._find_due().items():
            one._execute(subject_ids=ids)
        self._predict(policy, companies["main"])

    def _take_over_former_grades(self, policy, company):
        """Let everybody have had a grade before the policy came in force, some another one."""
        results = self.env["customer.grading.result"].search(
            [
                ("policy_id", "=", policy.id),
                ("company_id", "=", company.id),
                ("grade_id", "!=", False),
            ]
        )
        grades = list(policy.rule_ids.grade_id.sorted())
        first, last = (self._get_day(days_ago) for days_ago in FORMERLY)
        self.env["customer.grading.former.grade"].with_company(company).create(
            [
                {
                    "partner_id": result.partner_id.id,
                    "dimension_id": policy.dimension_id.id,
                    "grade_id": self._get_former_grade(grades, result.grade_id, number).id,
                    "date_start": first,
                    "date_end": last,
                }
                for number, result in enumerate(results)
            ]
        )

    @staticmethod
    def _get_former_grade(grades, grade, number):
        step = (number % ONCE_WORSE == 1) - (number % ONCE_BETTER == 2)
        place = grades.index(grade) + step
        return grades[min(max(place, 0), len(grades) - 1)]

    def _write_contacts_down(self, users):
        """Let contacts have been written down on their day, but for some of one salesperson."""
        kinds = [("mail_activity_type_id", "!=", False), ("model", "=", "res.partner")]
        messages = self.env["mail.message"].search(kinds)
        late = users["zhangwei"].partner_id
        self._set_create_dates(
            "mail.message",
            {
                message.id: message.date
                + timedelta(days=BEHIND * (message.author_id == late and not number % BEHIND))
                for number, message in enumerate(messages)
            },
        )

    def _predict(self, policy, company):
        """Tell what followed the grades that the policy gives as of half a year ago."""
        day = self._get_day(0) - relativedelta(months=6)
        policy._create_trial("prediction", company, date=day, months=6)._execute()
