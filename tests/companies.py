"""Companies that sell to the same customer: a branch, and one in another currency."""

from datetime import date

from .common import CustomerGradingCommon


class CompaniesCommon(CustomerGradingCommon):
    """A company with a branch, one abroad, and a customer of all three."""

    # {key: values} of the criteria that are measured.
    criteria = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(2)
        cls.customer, cls.elsewhere = cls.customers
        cls.branch = cls._create_company_with_chart("Branch", parent=cls.company)
        cls.euro = cls.setup_other_currency("EUR")
        cls.abroad = cls._create_company_with_chart("Abroad", currency=cls.euro)
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.env.ref("base.USD").id,
                    "company_id": cls.abroad.id,
                    "name": "2020-01-01",
                    "rate": 2.0,  # two dollars for a euro
                },
            ]
        )
        for company, amount in ((cls.company, 100), (cls.branch, 10), (cls.abroad, 1)):
            cls._create_invoice(cls.customer, date(2026, 5, 1), amount, company=company)
            cls._create_order(cls.customer, date(2026, 5, 1), amount, company=company)
        cls._create_invoice(cls.elsewhere, date(2026, 5, 1), 5, company=cls.abroad)

    def _measure_for(self, company, **policy):
        made = self._create_policy(self.criteria, company_id=company.id, **policy)
        values = self._measure_all(self.customers, company=company, policy=made)
        return [values[key] for key in self.criteria]
