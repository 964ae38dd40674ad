"""Random policies over random customers: the SQL agrees with the plain-Python oracle."""

from contextlib import closing
from datetime import timedelta
from fractions import Fraction
from random import Random
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from ..common import CustomerGradingCommon, at, get_today
from ..oracles.documents import DocumentOracle, Line
from ..oracles.grades import Oracle
from ..oracles.random_policies import ALL_SOURCES, LINE_SOURCES, SOURCES, policies, values

CUSTOMERS = 14
# How many days ago somebody ordered: on both sides of a month, a quarter, a year.
AGES = [0, 1, 29, 30, 31, 32, 60, 92, 300, 365, 366, 400, 731]


def round_figure(number):
    """Return a number with the decimals that PostgreSQL surely keeps of a third."""
    return None if number is None else round(Fraction(number), 8)


class OracleCommon(CustomerGradingCommon):
    """Customers with documents, and what grades them beside the oracle.

    :cvar records: who is graded, each in a place of its own among the customers
    """

    subject = "partner"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reference = get_today()
        cls.dimension = cls._create_dimension("oracle", "ABCD", subject=cls.subject)
        cls.side = cls._create_dimension("side", "XYZ")
        cls.customers = cls._create_customers(CUSTOMERS)
        # A company below another one: together they are a corporate group.
        cls.customers[3].write({"parent_id": cls.customers[2].id, "type": "other"})
        cls.countries = cls.env["res.country"].search([("code", "in", ["BE", "CN", "US"])])
        cls._create_measures()
        cls._create_questions()
        cls._create_documents()
        cls.records = cls._create_records()
        cls.choices = {
            "sources": list(cls._get_sources()),
            "asked_level": cls.question_level.choice_ids.ids,
            "country": cls.countries.ids,
            "tags": cls.tags.ids,
            "lines_main": cls.categories.ids,
            "units": list(cls.units),
            "other_dimension": cls.side.grade_ids.ids,
        }

    @classmethod
    def _create_records(cls):
        return cls.customers

    @classmethod
    def _get_sources(cls):
        return SOURCES

    @classmethod
    def _create_measures(cls):
        fields = {
            "latitude": ("partner_latitude", "number"),
            "longitude": ("partner_longitude", "number"),
            "city": ("city", "text"),
        }
        cls.env["customer.grading.measure"].create(
            [
                {"name": code, "code": code, "kind": "field", "field_name": name, "unit": unit}
                for code, (name, unit) in fields.items()
            ]
        )
        filled = {"kind": "filled", "field_name": "city, country_id", "unit": "ratio"}
        cls.env["customer.grading.measure"].create({"name": "F", "code": "filled", **filled})
        cls._create_line_measures()

    @classmethod
    def _create_line_measures(cls):
        """Make a measure of each thing that order lines can come to, and ratios of them."""
        lines = cls._measure("product_amount")
        category = {"value_field": "product_id.categ_id"}
        day = {"value_field": "order_id.date_order"}
        documents = {
            "amount": {"aggregate": "sum"},
            "average": {"aggregate": "avg"},
            "smallest": {"aggregate": "min"},
            "largest": {"aggregate": "max"},
            "latest": {"aggregate": "latest"},
            "count": {"aggregate": "count", "value_field": False},
            "categories": {"aggregate": "count_distinct", **category},
            "main": {"aggregate": "mode", **category},
            "recency": {"aggregate": "max", **day},
            "tenure": {"aggregate": "min", **day},
            "years": {"aggregate": "min", **day},
            "interval": {"aggregate": "interval", "value_field": False},
        }
        made = {
            name: lines.copy(
                {
                    "code": f"lines_{name}",
                    "unit": LINE_SOURCES[f"lines_{name}"][0],
                    "empty_is": "zero" if name in ("amount", "count", "categories") else "unknown",
                    **vals,
                }
            )
            for name, vals in documents.items()
        }
        made["quantity"] = cls._measure("ordered_quantity").copy({"code": "lines_quantity"})
        for name, whole in (("share", "amount"), ("ratio", "quantity")):
            ratio = cls._measure("product_share").copy({"code": f"lines_{name}"})
            ratio.numerator_id, ratio.denominator_id = made["amount"], made[whole]
        growth = cls._measure("revenue_growth").copy({"code": "lines_growth"})
        growth.base_measure_id = made["amount"]

    @classmethod
    def _create_questions(cls):
        Question = cls.env["customer.grading.question"]
        cls.question_points = Question.create({"name": "Points?", "kind": "points"})
        cls.question_yes_no = Question.create({"name": "Yes?", "kind": "yes_no"})
        cls.question_level = Question.create(
            {
                "name": "Level?",
                "kind": "levels",
                "choice_ids": [(0, 0, {"name": name}) for name in ("good", "fair", "bad")],
            }
        )

    @classmethod
    def _create_documents(cls):
        """Orders and tags stay the same; all that is drawn is written for each example."""
        cls.tags = cls.env["res.partner.category"].create([{"name": "Red"}, {"name": "Blue"}])
        cls.documents = DocumentOracle(
            cls._create_order_lines(), [list(cls.customers[2:4])], cls.units, cls.reference
        )
        cls.fixed = {}
        for position, customer in enumerate(cls.customers):
            customer.category_id = cls.tags[: position % 3]
            cls.fixed[customer] = {
                "tags": customer.category_id.ids,
                "average": cls._create_average(customer, position % 4),
                "other_dimension": cls._give_other_grade(customer, position % 4),
            }

    @classmethod
    def _create_order_lines(cls):
        """Order for each customer up to three times, and return the :class:`Line` of all."""
        cls.categories = cls.env["product.category"].create([{"name": "Truck"}, {"name": "Part"}])
        products = cls.env["product.product"].create(
            [{"name": c.name, "type": "consu", "categ_id": c.id} for c in cls.categories]
        )
        sizes = {"unit": ("pieces", 1), "dozen": ("pieces", 12), "kgm": ("weight", 1)}
        cls.units = {cls.env.ref(f"uom.product_uom_{name}").id: sizes[name] for name in sizes}
        chance = Random("order lines")
        lines = []
        for customer in cls.customers:
            since = cls.reference - timedelta(days=chance.choice([0, 31, 200, 800]))
            cls._set_creation_day(customer, since)
            for _ in range(chance.randrange(4)):
                day = cls.reference - timedelta(days=chance.choice(AGES))
                product, unit = chance.choice(products), chance.choice(list(cls.units))
                price, quantity = chance.choice([5, 10]), chance.choice([12, 24])
                line = {"product_id": product.id, "product_uom_id": unit}
                cls._create_order(customer, day, price, quantity=quantity, line=line)
                category = product.categ_id.id
                amount = price * quantity
                lines.append(
                    Line(customer, day, amount, quantity, cls.units[unit], category, since)
                )
        return lines

    @classmethod
    def _set_creation_day(cls, customer, day):
        """Make a customer as old as said; the ORM does not let anybody."""
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL("UPDATE res_partner SET create_date = %s WHERE id = %s", at(day), customer.id)
        )
        customer.invalidate_recordset(["create_date"])

    @classmethod
    def _create_average(cls, customer, kind):
        """Invoice nothing, or 20 long ago, or 20 on the last month end; return what is known.

        That is the average of what was invoiced until the last two month ends.
        """
        last_end = (cls.reference + timedelta(days=1)).replace(day=1) - timedelta(days=1)
        day = {1: cls.reference - timedelta(days=400), 2: last_end}.get(kind)
        if day:
            cls._create_invoice(customer, day, 20)
        return {1: 20, 2: 10}.get(kind, 0)

    @classmethod
    def _give_other_grade(cls, customer, position):
        """Give a grade in the other dimension by hand, and return its id; ``None`` for none."""
        grade = cls.side.grade_ids[position : position + 1]
        if grade:
            Result = cls.env["customer.grading.result"]
            Result._get_or_create(customer, cls.side)._set_by_hand(grade, "Told so")
        return grade.id or None

    def _get_measured(self, source):
        """Return the values of a criterion that measures ``source``."""
        questions = {
            "asked_points": self.question_points,
            "asked_yes_no": self.question_yes_no,
            "asked_level": self.question_level,
        }
        if source in questions:
            return {"question": questions[source]}
        if source == "average":
            return {"measure": "invoiced_revenue", "period": "month_ends", "period_count": 2}
        if source == "other_dimension":
            return {"measure": "other_grade", "dimension_id": self.side.id}
        if source == "is_belgian":
            return {
                "measure": "matches_filter",
                "subject_domain": "[('country_id.code', '=', 'BE')]",
            }
        return {"measure": source}

    def _write_values(self, drawn):
        """Give the customers what was drawn for them; ``NULL`` where it is unknown."""
        self.env["customer.grading.answer"].search([]).unlink()
        answers = []
        for customer, known in zip(self.customers, drawn, strict=True):
            customer.write({"country_id": known["country"], "city": known["city"]})
            given = {
                self.question_points: ("points", known["asked_points"]),
                self.question_yes_no: (
                    "yes_no",
                    {True: "yes", False: "no"}.get(known["asked_yes_no"]),
                ),
                self.question_level: ("choice_id", known["asked_level"]),
            }
            answers += [
                {
                    "question_id": question.id,
                    "partner_id": customer.id,
                    "date": self.reference,
                    name: value,
                }
                for question, (name, value) in given.items()
                if value is not None
            ]
        self.env["customer.grading.answer"].create(answers)
        self.env.flush_all()
        for customer, known in zip(self.customers, drawn, strict=True):
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner SET partner_latitude = %s, partner_longitude = %s"
                    " WHERE id = %s",
                    known["latitude"],
                    known["longitude"],
                    customer.id,
                )
            )
        self.env.invalidate_all()

    def _prepare(self, spec, drawn):
        """Return the policy made of ``spec``, running, and the oracle of both."""
        criteria, facts = {}, {}
        for key, criterion in spec["criteria"].items():
            criterion = dict(criterion)
            if source := criterion.pop("source", None):
                criterion.update(self._get_measured(source))
                if only := criterion.pop("only", None):
                    criterion["document_domain"] = str([("product_id.categ_id", "=", only)])
                facts[key] = {
                    "unit": ALL_SOURCES[source][0],
                    "most": 10 if source == "asked_points" else 0,
                }
            criterion["bands"] = [self._prepare_band(band) for band in criterion.get("bands", ())]
            criteria[key] = criterion
        policy = self._create_policy(
            criteria,
            spec["rules"],
            dimension=self.dimension,
            population="all",
            domain=str([("id", "in", self.records.ids)]),
        )
        made = {criterion.key: criterion for criterion in policy.criterion_ids}
        for position, limit in spec["limits"].items():
            policy.rule_ids[position].write(
                {
                    "limit_count": limit["count"],
                    "limit_within": limit["within"],
                    "limit_criterion_id": made[limit["by"]].id,
                }
            )
        policy.state = "running"
        known = {
            record: {
                key: self._get_known(criterion, customer, row)
                for key, criterion in spec["criteria"].items()
                if "source" in criterion
            }
            for record, customer, row in zip(self.records, self.customers, drawn, strict=True)
        }
        groups = {
            record: {"country_id": row["country"], "top": self._get_top(record)}
            for record, row in zip(self.records, drawn, strict=True)
        }
        return policy, Oracle(spec, known, facts, groups)

    @staticmethod
    def _get_top(record):
        """Return the company at the top of a customer's group; opportunities are none's."""
        while record._name == "res.partner" and record.parent_id:
            record = record.parent_id
        return record

    @staticmethod
    def _prepare_band(band):
        band = dict(band)
        if whom := band.pop("whom", None):
            band["subject_domain"] = str([(whom[0], "=", whom[1])])
        return band

    def _get_known(self, criterion, customer, row):
        source = criterion["source"]
        if source in LINE_SOURCES:
            return self.documents.get_value(customer, source, criterion)
        if source == "filled":
            return 50 * (row["city"] is not None) + 50 * (row["country"] is not None)
        if source == "is_belgian":
            return row["country"] == self.countries.filtered(lambda c: c.code == "BE").id
        return self.fixed[customer][source] if source in self.fixed[customer] else row[source]

    def _read_stored(self):
        """Return ``{record id: (grade, reason, score)}`` as stored."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT COALESCE(result.lead_id, result.partner_id), grade.code, result.reason,"
                " result.score::text"
                " FROM customer_grading_result result"
                " LEFT JOIN customer_grade grade ON grade.id = result.computed_grade_id"
                " WHERE result.dimension_id = %s",
                self.dimension.id,
            )
        )
        return {
            partner_id: (grade, reason, round_figure(score))
            for partner_id, grade, reason, score in self.env.cr.fetchall()
        }

    def _assert_agrees(self, oracle, how):
        self.assertEqual(
            self._read_stored(),
            {
                record.id: (
                    oracle.get_grade(record),
                    oracle.get_reason(record),
                    round_figure(oracle.get_score(record)),
                )
                for record in self.records
            },
            how,
        )

    def _assert_terms_agree(self, policy, run, oracle):
        """Points of every criterion, and its level, by the parts of the run's statement."""
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, run.company_id, run.date, cutoffs=run.cutoffs or {})
        terms, joins = engine._get_terms(policy, scope)
        columns = [SQL("(%s)::text, %s", term.points, term.level) for term in terms.values()]
        statement = SQL(
            "SELECT raw.subject_id, %s FROM (%s) raw %s",
            SQL(", ").join(columns),
            engine._get_values_sql(policy, scope),
            joins,
        )
        found = {row[0]: row[1:] for row in self.env.execute_query(statement)}
        for customer in self.records:
            for position, criterion in enumerate(terms):
                points, level = found[customer.id][2 * position : 2 * position + 2]
                key = criterion.key
                self.assertEqual(
                    round_figure(points),
                    round_figure(oracle.get_points(customer, key)),
                    f"points of {key}",
                )
                if criterion.band_ids and oracle.get_value(customer, key) is not None:
                    band = oracle.get_band(customer, key)
                    self.assertEqual(bool(level), band is not None, f"level of {key}")

    def _assert_explanations_agree(self, policy, oracle):
        """The explanation reads stored values, and comes to what the run came to."""
        results = self.env["customer.grading.result"].search([("policy_id", "=", policy.id)])
        explanations = self.env["customer.grading.explanation"]._explain(results)
        self.assertEqual(len(explanations), CUSTOMERS)
        for result, explanation in explanations.items():
            customer = result[self.records._grading_result_field]
            self.assertEqual(explanation.grade.code or None, oracle.get_grade(customer))
            for position, rule in enumerate(policy.rule_ids):
                self.assertIs(explanation.holds[rule], oracle.takes(customer, position))
            for criterion, reading in explanation.readings.items():
                points = oracle.get_points(customer, criterion.key)
                self.assertEqual(reading.points is None, points is None)
                self.assertAlmostEqual(reading.points or 0, float(points or 0), 9)

    def _assert_regrading_agrees(self, oracle):
        """Regrading one customer gives what the run of everybody gave."""
        first, rest = self.records[0], self.records[1:]
        self.env.cr.execute(
            SQL(
                "UPDATE customer_grading_result SET computed_grade_id = NULL, score = -99,"
                " reason = 'hand', values = NULL WHERE dimension_id = %s",
                self.dimension.id,
            )
        )
        for records in (first, rest):
            [run] = self.env["customer.grading.policy"]._regrade(records)
            self.assertEqual(run.state, "done", run.error)
        self._assert_agrees(oracle, "regrade")

    def _check(self, spec, drawn):
        self._write_values(drawn)
        policy, oracle = self._prepare(spec, drawn)
        run = policy._create_run("nightly")
        run._execute()
        self.assertEqual(run.state, "done", run.error)
        self._assert_agrees(oracle, "full run")
        self._assert_terms_agree(policy, run, oracle)
        self._assert_explanations_agree(policy, oracle)
        self._assert_regrading_agrees(oracle)

    def _check_and_forget(self, data):
        spec = data.draw(policies(self.choices))
        drawn = data.draw(st.lists(values(self.choices), min_size=CUSTOMERS, max_size=CUSTOMERS))
        today = patch.object(
            type(self.env["customer.grading.engine"]), "_get_today", lambda *args: self.reference
        )
        with today, closing(self.env.cr.savepoint()):
            self._check(spec, drawn)


@tagged("post_install", "-at_install")
class TestEngineOracle(OracleCommon):
    @settings(max_examples=200)
    @given(st.data())
    def test_sql_and_oracle_agree_on_random_policies(self, data):
        self._check_and_forget(data)


@tagged("post_install", "-at_install")
class TestOpportunityOracle(OracleCommon):
    """Opportunities by what is theirs, and by all that grades their customers."""

    subject = "lead"

    @classmethod
    def _get_sources(cls):
        return ALL_SOURCES

    @classmethod
    def _create_questions(cls):
        super()._create_questions()
        Question = cls.env["customer.grading.question"]
        cls.question_advice, cls.question_score = Question.create(
            [
                {"name": "Advice?", "kind": "text", "subject": "lead"},
                {"name": "Score?", "kind": "number", "subject": "lead"},
            ]
        )

    @classmethod
    def _create_records(cls):
        day = cls.reference - timedelta(days=1)
        leads = [cls._create_lead(customer, day).id for customer in cls.customers]
        leads = cls.env["crm.lead"].browse(leads)
        for position, lead in enumerate(leads):
            for _ in range(position % 3):
                cls._create_order(
                    lead.partner_id, day, confirm=False, opportunity_id=lead.id, state="sent"
                )
            cls.fixed[lead.partner_id]["quotations"] = position % 3
        return leads

    def _get_measured(self, source):
        own = {
            "expected": {"measure": "lead_expected_revenue"},
            "closing": {"measure": "lead_days_to_close"},
            "quotations": {"measure": "lead_quotations"},
            "advice": {"question": self.question_advice},
            "score_given": {"question": self.question_score},
        }
        return own.get(source) or super()._get_measured(source)

    def _write_values(self, drawn):
        super()._write_values(drawn)
        answers = []
        for lead, known in zip(self.records, drawn, strict=True):
            closing = known["closing"]
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_lead SET expected_revenue = %s, date_deadline = %s,"
                    " country_id = %s WHERE id = %s",
                    known["expected"],
                    None if closing is None else self.reference + timedelta(days=closing),
                    known["country"],
                    lead.id,
                )
            )
            given = {
                self.question_advice: ("text_value", known["advice"]),
                self.question_score: ("number", known["score_given"]),
            }
            answers += [
                {
                    "question_id": question.id,
                    "lead_id": lead.id,
                    "date": self.reference,
                    name: value,
                }
                for question, (name, value) in given.items()
                if value is not None
            ]
        self.env["customer.grading.answer"].create(answers)
        self.env.invalidate_all()

    @settings(max_examples=100)
    @given(st.data())
    def test_sql_and_oracle_agree_on_random_policies(self, data):
        self._check_and_forget(data)
