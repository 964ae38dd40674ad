"""A dimension of opportunities, and short ways to opportunities and a policy of them."""

from datetime import date, timedelta

from freezegun import freeze_time

from .common import TODAY, CustomerGradingCommon, at


class OpportunityCommon(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intention = cls._create_dimension("intention", subject="lead", sequence=1)
        cls.intention._set_main("lead", cls.company)
        cls.customer, cls.other = cls._create_customers(2)

    @classmethod
    def _create_closing(cls, days, partner=None, **vals):
        """Return an opportunity expected to close ``days`` after today."""
        closing = TODAY + timedelta(days=days)
        partner = cls.customer if partner is None else partner
        return cls._create_lead(partner, date(2026, 11, 1), date_deadline=closing, **vals)

    @classmethod
    def _create_urgency_policy(cls, **vals):
        """A within 30 days, B within 90, else C."""
        return cls._create_policy(
            {"closing": {"measure": "lead_days_to_close"}},
            [("A", ("closing", "le", 30)), ("B", ("closing", "le", 90)), ("C", ())],
            dimension=cls.intention,
            **vals,
        )

    def _grade(self, policy, day=TODAY):
        with freeze_time(at(day)):
            if policy.state == "draft":
                policy._put_in_force()[0]._execute()
            else:
                self._run(policy)

    def _get_codes(self, leads):
        return self._get_grades(leads, dimension=self.intention)
