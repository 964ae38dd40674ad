"""Who referred whom: counted once, by kind and month, graded by, asked for, and thanked."""

import json
from datetime import date, timedelta
from unittest.mock import patch

from odoo.addons.customer_grading_referral import uninstall_hook
from odoo.addons.customer_grading_referral.models import (
    customer_grading_referral_thanks as thanks_module,
)
from odoo.exceptions import UserError, ValidationError
from odoo.sql_db import Cursor
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user
from odoo.tools import SQL

from ..common import TODAY, ClockCase, at

JUNE = date(2026, 6, 10)


class ReferralCase(ClockCase):
    """A customer who refers others, with a salesperson, and another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._at(cls.start)
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.referrer, cls.other = cls._create_customers(2, user_id=cls.seller.id)
        cls.referrer.name, cls.other.name = "Old Wang", "Old Li"
        cls.person = cls.env["res.partner"].create({"name": "Ann", "parent_id": cls.referrer.id})
        cls.kinds = cls.env["customer.grading.referral.kind"].search([])
        cls.kind = cls.kinds[0]
        cls.Referral = cls.env["customer.grading.referral"]
        cls.Thanks = cls.env["customer.grading.referral.thanks"]

    @classmethod
    def _refer(cls, day=JUNE, by=None, **vals):
        """Return a lead without a customer, or of ``partner``, that was referred on ``day``."""
        return cls._create_lead(
            vals.pop("partner", cls.env["res.partner"]),
            day,
            grading_referrer_id=(by or cls.referrer).id,
            grading_referral_kind_id=vals.pop("kind", cls.kind).id,
            grading_referral_date=day,
            **{"user_id": cls.seller.id, **vals},
        )

    @classmethod
    def _refer_customer(cls, day=JUNE, by=None, **vals):
        return cls._create_customers(
            1,
            **{
                "name": "New customer",
                "grading_referrer_id": (by or cls.referrer).id,
                "grading_referral_kind_id": cls.kind.id,
                "grading_referral_date": day,
                **vals,
            },
        )

    def _get_rows(self, by=None):
        """Return the referrals by somebody, as ``(customer or lead, referrer, day, success)``."""
        own = [("referrer_customer_id", "in", (by or self.referrer | self.other).ids)]
        self.env.invalidate_all()
        return {
            (one._get_subject(), one.referrer_id, one.date, one.date_success)
            for one in self.Referral.search(own)
        }

    def _get_reminders(self, record=None):
        """Return the open activities that remind of thanks, as ``(who, what)``."""
        kind = self.env.ref("customer_grading_referral.mail_activity_type_thanks")
        own = [("activity_type_id", "=", kind.id), ("res_model", "=", "res.partner")]
        own.append(("res_id", "=", (record or self.referrer).id))
        activities = self.env["mail.activity"].search(own, order="id")
        return [(one.user_id, one.summary) for one in activities]


@tagged("post_install", "-at_install")
class TestReferrals(ReferralCase):
    def test_n04_the_kinds_of_each_month_add_up_to_the_total(self):
        counts = dict(zip(self.kinds, (251, 57, 23, 35, 13, 101), strict=True))
        self.assertEqual(
            self.kinds.mapped("name"),
            [
                "Existing customer",
                "First recommendation",
                "Repeated recommendation",
                "Same trade",
                "Same region",
                "Friends and relatives",
            ],
        )
        referred = [kind for kind, count in counts.items() for _each in range(count)]
        customers = self._create_customers(480)
        shared = {"grading_referrer_id": self.referrer.id, "type": "opportunity"}
        vals = []
        for position, (kind, customer) in enumerate(zip(referred, customers, strict=True)):
            day = date(2026, 1 + position % 11, 5)
            own = {**shared, "grading_referral_kind_id": kind.id, "grading_referral_date": day}
            if position % 2:  # of some both the customer and two of its opportunities say so
                customer.write(
                    {
                        "grading_referrer_id": self.referrer.id,
                        "grading_referral_kind_id": kind.id,
                        "grading_referral_date": day,
                    }
                )
                vals.append({**own, "name": "Second", "partner_id": customer.id})
            vals.append({**own, "name": "First", "partner_id": customer.id})
        leads = self.env["crm.lead"].create(vals)
        won = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        leads[:300].stage_id = won
        succeeded = len(leads[:300].partner_id)
        own = [("referrer_id", "=", self.referrer.id)]
        by_kind = self.Referral._read_group(own, ["kind_id"], ["referred:sum"])
        self.assertEqual(dict(by_kind), counts)
        by_month = self.Referral._read_group(own, ["date:month"], ["referred:sum"])
        by_cell = self.Referral._read_group(
            own, ["date:month", "kind_id"], ["referred:sum", "succeeded:sum"]
        )
        self.assertEqual(len(by_month), 11)
        for month, total in by_month:
            self.assertEqual(sum(row[2] for row in by_cell if row[0] == month), total)
        self.assertEqual(sum(row[2] for row in by_cell), 480)
        self.assertEqual(sum(row[3] for row in by_cell), succeeded)
        [(rate,)] = self.Referral._read_group(own, [], ["success_rate:avg"])
        self.assertAlmostEqual(rate, succeeded / 480)

    def test_whoever_was_referred_is_one_referral_with_all_its_leads_and_contacts(self):
        customer = self._create_customers(1)
        person = self.env["res.partner"].create({"name": "Bob", "parent_id": customer.id})
        first = self._refer(date(2026, 3, 1), by=self.person, partner=person)
        self._refer(date(2026, 4, 1), by=self.other, partner=customer)
        self.assertEqual(self._get_rows(), {(customer, self.person, date(2026, 3, 1), False)})
        # What stands on the customer itself corrects what its opportunities say.
        customer.write({"grading_referrer_id": self.other.id, "grading_referral_date": JUNE})
        self.assertEqual(self._get_rows(), {(customer, self.other, JUNE, False)})
        customer.grading_referrer_id = False
        self.assertEqual(self._get_rows(), {(customer, self.person, date(2026, 3, 1), False)})
        # Leads without a customer: one by their address, else each by itself.
        again = [
            self._refer(day, email_from=address)
            for day, address in (
                (date(2026, 5, 2), "Zhao <zhao@example.com>"),
                (date(2026, 5, 1), "ZHAO@example.com"),
                (date(2026, 5, 3), False),
            )
        ]
        first.action_set_lost()
        self.assertEqual(
            self._get_rows(),
            {
                (customer, self.person, date(2026, 3, 1), False),
                (again[1], self.referrer, date(2026, 5, 1), False),
                (again[2], self.referrer, date(2026, 5, 3), False),
            },
        )
        # Whose contact the referrer became meanwhile was not referred.
        self.person.parent_id = customer
        self.assertNotIn(self.person, {row[1] for row in self._get_rows(self.referrer | customer)})

    def test_f43_it_succeeds_on_the_first_sale_since_it_was_referred(self):
        ordered, invoiced, won, lead, before = (
            self._refer_customer(),
            self._refer_customer(),
            self._refer_customer(),
            self._refer(),
            self._refer_customer(),
        )
        person = self.env["res.partner"].create({"name": "Bob", "parent_id": ordered.id})
        day = date(2026, 8, 3)
        self._create_order(person, day + timedelta(days=1))
        self._create_order(person, day)
        self._create_order(ordered, day - timedelta(days=1), confirm=False)
        self._create_invoice(invoiced, day)
        self._create_order(before, JUNE - timedelta(days=1))
        opportunity = self._create_lead(won, JUNE)
        self._at(day)
        (opportunity | lead).action_set_won()
        self.assertEqual(
            self._get_rows(),
            {
                (ordered, self.referrer, JUNE, day),
                (invoiced, self.referrer, JUNE, day),
                (won, self.referrer, JUNE, day),
                (lead, self.referrer, JUNE, day),
                (before, self.referrer, JUNE, False),
            },
        )

    def test_a_customer_made_of_a_lead_takes_along_who_referred_it(self):
        campaign = self.env["utm.campaign"].create({"name": "Service day in June"})
        lead = self._refer(
            type="lead",
            partner_name="Zhao Transport",
            contact_name="Zhao",
            email_from="zhao@example.com",
            campaign_id=campaign.id,
        )
        wizard = (
            self.env["crm.lead2opportunity.partner"]
            .with_context(active_model="crm.lead", active_id=lead.id, active_ids=lead.ids)
            .create({"name": "convert", "action": "create"})
        )
        wizard.action_apply()
        company = lead.partner_id.parent_id
        self.assertRecordValues(
            company | lead.partner_id,
            [
                {
                    "name": "Zhao Transport",
                    "grading_referrer_id": self.referrer.id,
                    "grading_referral_kind_id": self.kind.id,
                    "grading_referral_date": JUNE,
                    "grading_campaign_id": campaign.id,
                },
                {
                    "name": "Zhao",
                    "grading_referrer_id": False,
                    "grading_referral_kind_id": False,
                    "grading_referral_date": False,
                    "grading_campaign_id": False,
                },
            ],
        )
        self.assertEqual(self._get_rows(), {(company, self.referrer, JUNE, False)})
        self.assertEqual(
            self.Referral.search([("partner_id", "=", company.id)]).campaign_id, campaign
        )
        self.assertFalse(company.copy().grading_referrer_id)
        self.assertFalse(lead.copy().grading_referrer_id)

    def test_merged_leads_keep_who_referred_the_first_of_them(self):
        late = self._refer(date(2026, 5, 2), by=self.other, probability=90)
        early = self._refer(date(2026, 5, 1), kind=self.kinds[1])
        own = self._refer(date(2026, 4, 1), by=self.other, partner=self.referrer)
        thanked = self.Referral.search([("lead_id", "=", early.id)])
        thanked._thank(TODAY, "A call")
        kept = (late | early).merge_opportunity()
        self.assertRecordValues(
            kept,
            [
                {
                    "grading_referrer_id": self.referrer.id,
                    "grading_referral_kind_id": self.kinds[1].id,
                    "grading_referral_date": date(2026, 5, 1),
                }
            ],
        )
        self.assertEqual(self.Referral.search([("lead_id", "=", kept.id)]).thanks, "thanked")
        # Who turned out to be the customer has not referred itself.
        kept = (kept | own).merge_opportunity()
        self.assertRecordValues(
            kept, [{"partner_id": self.referrer.id, "grading_referrer_id": self.other.id}]
        )

    def test_merged_contacts_keep_who_referred_the_first_of_them(self):
        early = self._refer_customer(date(2026, 2, 1), by=self.other)
        late = self._refer_customer(date(2026, 3, 1), grading_referral_kind_id=self.kinds[2].id)
        self._create_order(early, JUNE)
        self.Thanks._plan()
        self.Referral.search([("partner_id", "=", early.id)])._thank(TODAY, "A gift")
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard.create({})._merge((early | late).ids, late)
        self.assertRecordValues(
            late,
            [
                {
                    "grading_referrer_id": self.other.id,
                    "grading_referral_kind_id": self.kind.id,
                    "grading_referral_date": date(2026, 2, 1),
                }
            ],
        )
        self.assertEqual(self._get_rows(), {(late, self.other, date(2026, 2, 1), JUNE)})
        self.assertEqual(self.Referral.search([("partner_id", "=", late.id)]).thanks, "thanked")
        # Who is one with its referrer was not referred.
        wizard.create({})._merge((self.other | late).ids, late)
        self.assertFalse(late.grading_referrer_id)
        self.assertFalse(self._get_rows(late))

    def test_nobody_refers_itself_or_its_own_company(self):
        for own in (self.referrer, self.person):
            with self.assertRaisesRegex(ValidationError, "cannot be referred by"):
                self.referrer.grading_referrer_id = own
            with self.assertRaisesRegex(ValidationError, "cannot be referred by"):
                self._create_lead(self.referrer, TODAY, grading_referrer_id=own.id)
        lead = self._refer(by=self.person)
        with self.assertRaisesRegex(ValidationError, "cannot be referred by"):
            lead.partner_id = self.referrer

    def test_a_kind_in_use_is_archived_and_not_deleted(self):
        lead = self._refer()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.kind.unlink()
        lead.action_archive()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.kind.unlink()
        self.kind.active = False
        self.assertEqual(self.Referral.search([("kind_id", "=", self.kind.id)]).lead_id, lead)
        self.kinds[1].unlink()

    def test_without_a_day_it_counts_on_that_on_which_it_was_entered(self):
        lead, customer = self._refer(), self._refer_customer()
        for record in (lead, customer):
            record.grading_referral_date = False
            record.flush_recordset()
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_date = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    at(date(2026, 2, 28)),
                    record.id,
                )
            )
        self.assertEqual({row[2] for row in self._get_rows()}, {date(2026, 2, 28)})
        self.assertEqual(lead._get_referral_vals()["grading_referral_date"], date(2026, 2, 28))

    def test_a_text_noted_before_is_shown_until_the_contact_is_chosen(self):
        lead = self._create_lead(self.other, TODAY, referred="Mr Wang")
        seller = lead.with_user(self.users["administrator"])
        with Form(seller) as form:
            self.assertFalse(form._get_modifier("referred", "invisible"))
            self.assertTrue(form._get_modifier("referred", "readonly"))
            form.grading_referrer_id = self.referrer
            self.assertTrue(form._get_modifier("referred", "invisible"))
            self.assertTrue(form._get_modifier("grading_referral_kind_id", "required"))
            form.grading_referral_kind_id = self.kind
        self.assertEqual(lead.referred, "Mr Wang")

    def test_salespeople_see_referrals_as_crm_shows_them_leads(self):
        rival = new_test_user(
            self.env, "grading_rival", groups="sales_team.group_sale_salesman", tz="UTC"
        )
        lead, customer = self._refer(), self._refer_customer(user_id=self.seller.id)
        elsewhere = self._create_company_with_chart("Elsewhere")
        self._refer(company_id=elsewhere.id, user_id=False)
        shared = self._refer_customer()
        self._create_order(shared, TODAY, company=elsewhere)
        seen = {user: self.Referral.with_user(user).search([]) for user in (self.seller, rival)}
        self.assertEqual(seen[self.seller].mapped("lead_id"), lead)
        self.assertFalse(seen[rival].mapped("lead_id"))
        for own in seen.values():
            self.assertEqual(own.mapped("partner_id"), customer | shared)
            # What is sold in another company is nothing that they see.
            self.assertFalse(own.filtered("date_success"))
        both = self.Referral.with_context(allowed_company_ids=(self.company | elsewhere).ids)
        self.assertEqual(both.search([("date_success", "!=", False)]).partner_id, shared)

    def test_what_names_no_referrer_costs_nothing(self):
        leads = self._create_lead(self.other, TODAY) | self._create_lead(self.other, TODAY)
        self.env.flush_all()
        asked, execute = [], Cursor.execute

        def listen(cursor, query, *args, **kwargs):
            asked.append(getattr(query, "code", query))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", listen):
            self._create_order(self.other, TODAY)
            self._create_invoice(self.other, TODAY)
            lead = self._create_lead(self.other, TODAY)
            lead.write({"user_id": self.users["officer"].id, "partner_id": self.referrer.id})
            leads.merge_opportunity()
            lead.action_set_won()
            self.env.flush_all()
        self.assertTrue(asked)
        told = ("customer_grading_referral_thanks", "customer_grading_referral_kind")
        self.assertFalse([query for query in asked if any(name in query for name in told)])


@tagged("post_install", "-at_install")
class TestMeasures(ReferralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.early = cls._refer_customer(date(2025, 10, 1))
        cls.late = cls._refer_customer(date(2026, 5, 1), by=cls.person)
        cls._refer(date(2026, 6, 1))
        cls._refer(date(2026, 6, 1), by=cls.other)
        cls._create_invoice(cls.early, date(2025, 9, 30), 1)  # before it was referred
        cls._create_invoice(cls.early, date(2025, 11, 1), 20)
        cls._create_invoice(cls.early, date(2026, 7, 1), 300)
        invoice = cls._create_invoice(cls.late, date(2026, 8, 1), 4000)
        cls._create_credit_note(invoice, date(2026, 8, 2), 1000)

    def test_s31_s36_who_referred_how_many_who_bought_and_for_how_much(self):
        spans = {"all": {"period": "all_time"}, "year": {"period_count": 12}}
        measures = ("referral_count", "referral_won", "referral_revenue")
        criteria = {
            f"{measure}_{span}": {"measure": measure, **period}
            for measure in measures
            for span, period in spans.items()
        }
        partners = self.referrer | self.other | self.late
        values = self._measure_all(partners, **criteria)
        self.assertEqual(values["referral_count_all"], [3, 1, 0])
        self.assertEqual(values["referral_count_year"], [2, 1, 0])
        self.assertEqual(values["referral_won_all"], [2, 0, 0])
        self.assertEqual(values["referral_won_year"], [1, 0, 0])
        self.assertEqual(values["referral_revenue_all"], [3320, 0, 0])
        self.assertEqual(values["referral_revenue_year"], [3300, 0, 0])
        alone = self._measure_all_of(self.referrer, criteria)
        self.assertEqual(alone, {key: row[0] for key, row in values.items()})

    def _measure_all_of(self, partner, criteria):
        """Return the values of one customer, asked for alone."""
        policy = self._create_policy(criteria, population="all")
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, self.company, TODAY, partner.ids)
        self.env.flush_all()
        [row] = self.env.execute_query_dict(engine._get_values_sql(policy, scope))
        return {
            criterion.key: row[f"v{criterion.id}"] for criterion in policy._get_measured_criteria()
        }

    def test_why_opens_the_referrals_and_the_invoices(self):
        policy = self._create_policy(
            {
                "won": {"measure": "referral_won", "period": "all_time"},
                "revenue": {"measure": "referral_revenue", "period": "all_time"},
            },
            [("A", ("all", ("won", "ge", 2), ("revenue", "ge", 3000))), ("B", ())],
            population="all",
        )
        self._activate(policy)
        self.assertEqual(self._get_grades(self.referrer | self.other), ["A", "B"])
        measures = self._measure("referral_won") | self._measure("referral_revenue")
        scope = self.env["customer.grading.engine"]._get_scope(policy, self.company, TODAY)
        found = {}
        for criterion in policy._get_measured_criteria():
            model, domain = criterion.measure_id._get_documents(criterion, self.referrer, scope)
            found[model] = self.env[model].search(domain)
        self.assertEqual(len(measures), 2)
        self.assertEqual(found["customer.grading.referral"].partner_id, self.early | self.late)
        self.assertEqual(sum(found["account.move"].mapped("amount_untaxed_signed")), 3320)

    def test_who_referred_is_graded_again_once_something_is_written(self):
        measure = self._measure("referral_won")
        scope = self.env["customer.grading.engine"]._get_scope(
            self._create_policy({"won": {"measure": "referral_won"}}), self.company, TODAY
        )
        self.env.flush_all()
        queries = measure._get_changed_sql(scope, self.env.cr.now() - timedelta(hours=1), "partner")
        ids = {id_ for query in queries for (id_,) in self.env.execute_query(query)}
        self.assertIn(self.referrer.id, ids)


@tagged("post_install", "-at_install")
class TestQuota(ReferralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for customer in (cls.referrer, cls.other):
            cls._create_order(customer, TODAY)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_count"}}, [("VIP", ("orders", "ge", 1))]
        )
        cls.vip = cls.policy.rule_ids.grade_id
        cls._activate(cls.policy)
        cls.vip.write({"least_referred": 3, "most_referred": 5})
        cls.Quota = cls.env["customer.grading.referral.quota"]

    def _get_quota(self):
        self.env.invalidate_all()
        rows = self.Quota.search([("partner_id", "in", (self.referrer | self.other).ids)])
        return {
            row.partner_id: (row.referred, row.succeeded, row.missing, row.state) for row in rows
        }

    def test_s11_vips_with_too_few_prospects_are_shown_by_salesperson(self):
        leads = [self._refer() for _each in range(2)]
        leads[0].action_set_won()
        self.assertEqual(
            self._get_quota(),
            {self.referrer: (2, 1, 1, "1_short"), self.other: (0, 0, 3, "1_short")},
        )
        short = self.Quota.with_user(self.seller)._read_group(
            [("state", "=", "1_short")], ["user_id"], ["missing:sum"]
        )
        self.assertEqual(short, [(self.seller, 4)])
        for _each in range(1):
            self._refer()
        self.assertEqual(self._get_quota()[self.referrer], (3, 1, 0, "2_met"))
        for _each in range(3):
            self._refer()
        self.assertEqual(self._get_quota()[self.referrer], (6, 1, 0, "3_over"))
        self.vip.write({"least_referred": 0, "most_referred": 0})
        self.assertFalse(self._get_quota())

    def test_n02_a_request_for_referrals_is_planned_once(self):
        rows = self.Quota.with_user(self.seller).search([("partner_id", "=", self.referrer.id)])
        mails = self.env["mail.mail"].search_count([])
        rows.action_request()
        kind = self.env.ref("customer_grading_referral.mail_activity_type_request")
        activity = self.env["mail.activity"].search([("activity_type_id", "=", kind.id)])
        self.assertRecordValues(
            activity,
            [
                {
                    "res_model": "res.partner",
                    "res_id": self.referrer.id,
                    "user_id": self.seller.id,
                    "summary": "Ask for referrals: 0 of 3",
                    "date_deadline": TODAY + timedelta(days=7),
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "planned already"):
            rows.action_request()
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_a_grade_asks_for_no_less_than_at_least(self):
        with self.assertRaisesRegex(ValidationError, "Grade VIP"):
            self.vip.most_referred = 2
        with self.assertRaisesRegex(ValidationError, "Grade VIP"):
            self.vip.least_referred = -1

    def test_the_lists_are_one_statement_however_many_there_are(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            fields = ["partner_id", "referred", "missing", "state"]
            self.Quota.search_fetch([("partner_id", "!=", False)], fields)
            self.Referral.search_fetch([("referrer_id", "!=", False)], ["date", "thanks"])
            return self.env.cr.sql_log_count - before

        self._refer()
        count()
        few = count()
        for _each in range(10):
            self._refer_customer()
        self.assertEqual(count(), few)

    def test_policy_files_say_how_many_are_to_be_referred(self):
        if "customer.grading.policy.file" not in self.env:
            self.skipTest("Policies are read from files by another addon.")
        content = self.policy._export_policy()
        [grade] = [one for one in content["dimension"]["grades"] if one["code"] == "VIP"]
        self.assertEqual(grade["referrals"], {"least": 3, "most": 5})
        content["dimension"] |= {"code": "referred", "name": "Referred"}
        draft = self.env["customer.grading.policy"].load_policy(
            json.dumps(content), "referred.json"
        )
        self.assertRecordValues(
            draft.dimension_id.grade_ids.filtered(lambda one: one.code == "VIP"),
            [{"least_referred": 3, "most_referred": 5}],
        )


@tagged("post_install", "-at_install")
class TestThanks(ReferralCase):
    def _succeed(self, **vals):
        customer = self._refer_customer(**vals)
        self._create_order(customer, TODAY)
        self.env.invalidate_all()
        return customer

    def _get(self, customer):
        self.env.invalidate_all()
        return self.Referral.search([("partner_id", "=", customer.id)])

    def test_thanks_are_due_for_a_success_and_its_salesperson_is_reminded(self):
        waiting, customer = self._refer_customer(), self._succeed()
        mails = self.env["mail.mail"].search_count([])
        self.assertFalse(self._get(waiting).thanks)
        self.assertEqual(self._get(customer).thanks, "due")
        for _twice in range(2):
            self.Thanks._plan()
            self.assertEqual(
                self._get_reminders(), [(self.seller, "Thank for referring New customer")]
            )
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        # By choice for all.
        key = "customer_grading_referral.thanks_for"
        self.env["ir.config_parameter"].set_param(key, "all")
        self.assertEqual(self._get(waiting).thanks, "due")
        self.Thanks._plan()
        self.assertEqual(len(self._get_reminders()), 2)
        self.env["ir.config_parameter"].set_param(key, "success")
        self.Thanks._plan()
        self.assertEqual(len(self._get_reminders()), 1)

    def test_thanked_says_when_and_how_and_the_reminder_is_done(self):
        customer, lead = self._succeed(), self._refer()
        lead.action_set_won()
        self.Thanks._plan()
        seller = self._get(customer).with_user(self.seller)
        referrals = seller | self.Referral.with_user(self.seller).search(
            [("lead_id", "=", lead.id)]
        )
        action = referrals.action_thank()
        dialog = Form(
            self.env[action["res_model"]].with_user(self.seller).with_context(action["context"])
        )
        dialog.how = "A voucher"
        dialog.save().action_confirm()
        self.assertRecordValues(
            self._get(customer), [{"thanks": "thanked", "date_thanked": TODAY, "how": "A voucher"}]
        )
        self.assertFalse(self._get_reminders())
        self.assertIn("A voucher", str(self.referrer.message_ids.mapped("body")))
        # Thanks for the lead are those for its customer, once it has one.
        made = lead._create_customer()
        lead.partner_id = made
        self.assertEqual(self._get(made).thanks, "thanked")
        future = dialog.save()
        future.date = TODAY + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "lies in the future"):
            future.action_confirm()
        self._get(customer).with_user(self.seller).action_not_thanked()
        self.assertEqual(self._get(customer).thanks, "due")
        with self.assertRaisesRegex(UserError, "Nobody was thanked"):
            self._get(customer).action_not_thanked()

    def test_whoever_marks_the_reminder_done_has_thanked(self):
        customer = self._succeed()
        self.Thanks._plan()
        activity = self.Thanks.search([("partner_id", "=", customer.id)]).activity_id
        activity.with_user(self.seller).action_feedback(feedback="Called her")
        self.assertRecordValues(
            self._get(customer), [{"thanks": "thanked", "date_thanked": TODAY, "how": "Called her"}]
        )
        self.Thanks._plan()
        self.assertFalse(self._get_reminders())

    def test_nothing_is_due_for_who_is_archived(self):
        customer, gone = self._succeed(), self._succeed(by=self.person)
        self.Thanks._plan()
        self.assertTrue(self._get_reminders(self.person))
        self.person.active = False
        gone.active = True
        customer.active = False
        self.assertFalse(self._get(gone).thanks)
        self.Thanks._plan()
        self.assertFalse(self._get_reminders(self.person))
        self.assertFalse(self._get_reminders())

    def test_who_has_no_salesperson_stands_in_the_list_alone(self):
        self.referrer.user_id = False
        customer = self._succeed()
        self.Thanks._plan()
        self.assertEqual(self._get(customer).thanks, "due")
        self.assertFalse(self._get_reminders())
        # What somebody deleted is not planned again.
        self.referrer.user_id = self.seller
        self.Thanks._plan()
        self.Thanks.search([]).activity_id.unlink()
        self.Thanks._plan()
        self.assertFalse(self._get_reminders())
        self.assertEqual(self._get(customer).thanks, "due")

    def test_the_job_makes_what_is_due_in_batches(self):
        for _each in range(3):
            self._succeed()
        cron = self.env.ref("customer_grading_referral.ir_cron_plan_thanks")
        with patch.object(thanks_module, "BATCH", 1), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(len(self._get_reminders()), 3)

    def test_another_referrer_is_to_be_thanked_anew(self):
        customer = self._succeed()
        self._get(customer)._thank(TODAY, "A call")
        customer.grading_referrer_id = self.other
        self.assertEqual(self._get(customer).thanks, "due")
        customer.grading_referrer_id = self.referrer
        self.assertEqual(self._get(customer).thanks, "thanked")

    def test_the_form_tells_who_was_referred_and_by_whom(self):
        customer, lead = self._succeed(), self._refer(partner=self.other)
        form = Form(self.referrer.with_user(self.seller))
        self.assertEqual(form.grading_referred_text, "Has referred 2, of whom 1 became customers.")
        self.assertEqual(len(form.grading_referred_ids), 2)
        self.assertIn("by Old Wang (Existing customer)", Form(self.other).grading_referred_by_text)
        self.assertFalse(Form(customer).grading_referred_by_text)
        self.assertEqual(Form(customer).grading_referred_text, "Has referred nobody yet.")
        accountant = Form(self.referrer.with_user(self.users["accountant"]))
        self.assertEqual(accountant.grading_referred_text, form.grading_referred_text)
        action = self.person.action_view_referred()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual({one._get_subject() for one in found}, {customer, lead.partner_id})

    def test_uninstalled_it_leaves_no_activities(self):
        self._succeed()
        self.Thanks._plan()
        self.env["ir.config_parameter"].set_param("customer_grading_referral.thanks_for", "all")
        uninstall_hook(self.env)
        self.assertFalse(self._get_reminders())
        own = [("key", "like", "customer_grading_referral")]
        self.assertFalse(self.env["ir.config_parameter"].search(own))
