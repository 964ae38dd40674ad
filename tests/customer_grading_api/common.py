"""A company with graded customers, and the door that other programs take: /json/2 with a key."""

from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests.common import HttpCase, get_db_name

from ..common import CustomerGradingCommon, get_today


class ApiCommon(CustomerGradingCommon, HttpCase):
    """Azure is B by its orders and short of A; Brook is A; a question asks whether they grow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = get_today()
        cls.users = cls._create_users()
        cls.azure, cls.brook, cls.clay = cls._create_customers(3)
        cls.azure.name, cls.brook.name = "Azure Interior", "Brook & Sons"
        (cls.azure | cls.brook | cls.clay).user_id = cls.users["salesperson"]
        cls.person = cls.env["res.partner"].create({"name": "Ann", "parent_id": cls.azure.id})
        cls._create_order(cls.azure, cls.today, 60)
        cls._create_order(cls.brook, cls.today, 500)
        cls.question = cls.env["customer.grading.question"].create(
            {"name": "Does it grow?", "code": "grows"}
        )
        cls.number = cls.env["customer.grading.question"].create(
            {"name": "How many staff?", "code": "staff", "kind": "number"}
        )
        cls.grades = cls._create_grades(cls.dimension, "ABC")
        cls.policy = cls._create_policy(
            {
                "orders": {"measure": "order_amount", "period": "all_time"},
                "grows": {"question": cls.question},
            },
            [
                (
                    "A",
                    ("any", ("orders", "ge", 100), ("all", ("orders", "ge", 50), ("grows", "yes"))),
                ),
                ("B", ("orders", "ge", 50)),
                ("C", ()),
            ],
        )
        cls._activate(cls.policy)
        cls.hidden = cls._create_dimension(
            "secret", group_ids=[Command.link(cls.env.ref("account.group_account_user").id)]
        )
        results = cls.env["customer.grading.result"]._get_or_create(cls.azure, cls.hidden)
        results._set_by_hand(cls.hidden._find_grade("C"), "Pays late")

    def setUp(self):
        super().setUp()
        self.keys = {}

    def _get_key(self, user):
        if user not in self.keys:
            Keys = self.env["res.users.apikeys"].with_user(user).sudo()
            end = datetime.now() + timedelta(days=0.5)
            self.keys[user] = Keys._generate("rpc", "test", end)
        return self.keys[user]

    def _call(self, path, user="salesperson", **body):
        """Return the response to a call of ``model/method``."""
        user = self.users[user] if isinstance(user, str) else user
        return self.url_open(
            f"/json/2/{path}",
            json=body,
            method="POST",
            headers={
                "Authorization": f"Bearer {self._get_key(user)}",
                "X-Odoo-Database": get_db_name(),
            },
        )

    def _ask(self, path, user="salesperson", **body):
        """Return the answer to a call that goes well."""
        response = self._call(path, user, **body)
        self.assertEqual(response.status_code, 200, response.text[:2000])
        return response.json()
