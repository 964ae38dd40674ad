from datetime import date

from ..common import ClockCase
from ..pdf import read_page

BEGINNING = date(2026, 10, 5)
ADDON = "customer_grading_paper"


class PaperCase(ClockCase):
    """Two customers of a salesperson, A by 120 of 200 points since October, and C."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.seller.name = "Sally Seller"
        cls.big, cls.small = cls._create_customers(2, user_id=cls.seller.id)
        cls.big.write({"name": "Big Trucks", "ref": "C-17", "lang": "zh_CN"})
        cls.small.name = "Small Parts"
        cls.question = cls.env["customer.grading.question"].create(
            {"name": "Influence?", "kind": "points", "points_max": 100}
        )
        cls.policy = cls._create_scored_policy()
        cls._create_invoice(cls.big, date(2026, 9, 1), 1_234_567)
        cls._create_invoice(cls.small, date(2026, 9, 1), 1_000)
        cls._answer(cls.question, cls.big, 20, BEGINNING)
        cls._at(BEGINNING)
        cls._activate(cls.policy)

    @classmethod
    def _create_scored_policy(cls):
        return cls._create_policy(
            {
                "revenue": {
                    "measure": "invoiced_revenue",
                    "period": "trailing",
                    "bands": [{"lower": 1_000_000, "points": 100}, {"lower": 0, "points": 10}],
                },
                "influence": {"question": cls.question},
                "total": {"kind": "sum", "parts": ["revenue", "influence"]},
            },
            [("A", ("total", "ge", 100)), ("C", ())],
            decide_by="points",
        )

    def _read(self, name, records, user=None, **context):
        """Return the text of a paper as ``user`` reads it, the salesperson by default."""
        env = self.env(user=user or self.seller)
        return read_page(env, f"{ADDON}.{name}", records, **context)
