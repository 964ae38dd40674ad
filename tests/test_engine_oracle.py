"""Random policies over random customers: the SQL agrees with the plain-Python oracle."""

from contextlib import closing
from datetime import date, timedelta
from fractions import Fraction
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from .common import CustomerGradingCommon
from .oracle import GROUPS, Oracle, whole_months

CUSTOMERS = 14
NUMBERS = [-5, 0, 0.1, 1, 2, 2.5, 10, 33.3333]
POINTS = [-5, 0, 1, 2.5, 10]
WEIGHTS = [1, 1, 1, 0.1, 0.3, 0.7, 3, -1]
SHARES = [1, 10, 25, 33.3333, 50, 80, 100]
CITIES = ["Ghent", "gent", "Liège"]
NUMERIC = ("number", "amount", "points", "days", "months")
# What a policy may look at: its unit, and numbers near its values.
SOURCES = {
    "latitude": ("number", NUMBERS),
    "longitude": ("number", NUMBERS),
    "ordered": ("amount", [0, 50, 100, 150]),
    "recency": ("days", [0, 30, 31, 400]),
    "tenure": ("months", [0, 1, 2, 13]),
    "asked_points": ("points", [0, 2.5, 7, 10]),
    "asked_yes_no": ("yes_no", [0, 1]),
    "asked_level": ("choice", None),
    "country": ("choice", None),
    "tags": ("choice", None),
    "city": ("text", None),
    "is_belgian": ("yes_no", [0, 1]),
    "group_ordered": ("amount", [50, 100, 150, 200]),
    "balance": ("amount", [0, 10, 20]),
    "bought": ("choice", None),
    "other_dimension": ("choice", None),
}
# What only an opportunity has.
LEAD_SOURCES = {
    "expected": ("amount", [0, 10, 250]),
    "closing": ("days", [-3, 0, 30]),
    "advice": ("text", None),
    "score_given": ("number", [-1, 0, 2.5]),
}
ALL_SOURCES = SOURCES | LEAD_SOURCES


# ---------------------------------------------------------------------- strategies


@st.composite
def values(draw, choices):
    """Draw what is known of one customer."""
    known_or_not = lambda values: draw(st.sampled_from([None, *values]))  # noqa: E731
    return {
        "latitude": known_or_not(NUMBERS),
        "longitude": known_or_not(NUMBERS),
        "asked_points": known_or_not([0, 2.5, 7, 10]),
        "asked_yes_no": known_or_not([True, False]),
        "asked_level": known_or_not(choices["asked_level"]),
        "country": known_or_not(choices["country"]),
        "city": known_or_not(CITIES),
        "expected": known_or_not([0, 10, 250]),
        "closing": known_or_not([-3, 0, 29, 30]),
        "advice": known_or_not(CITIES),
        "score_given": known_or_not([-1, 0, 2.5]),
    }


@st.composite
def number_bands(draw, numbers):
    """Draw levels from a value up, in any order of rank."""
    starts = draw(
        st.lists(st.tuples(st.sampled_from(numbers), st.booleans()), max_size=4, unique=True)
    )
    return [
        {
            "lower": lower,
            "strict": strict,
            "level": draw(st.sampled_from(["gold", "silver", "iron", False])),
            "points": draw(st.sampled_from(POINTS)),
        }
        for lower, strict in starts
    ]


@st.composite
def rank_bands(draw):
    """Draw levels of the first so many per cent, best first."""
    shares = draw(st.lists(st.sampled_from(SHARES), min_size=1, max_size=3, unique=True))
    return [
        {"lower": share, "level": f"first {share}", "points": draw(st.sampled_from(POINTS))}
        for share in sorted(shares)
    ]


@st.composite
def for_some(draw, bands, choices):
    """Draw bands for everybody, or other ones for the customers of a country or two."""
    drawn = draw(bands)
    for country in draw(st.sampled_from([[], [], choices["country"][:1], choices["country"][:2]])):
        drawn += [{**band, "whom": ("country_id", country)} for band in draw(bands)]
    return drawn


@st.composite
def choice_bands(draw, choices, every):
    """Draw a level for some choices, or for every one."""
    chosen = draw(
        st.permutations(choices) if every else st.lists(st.sampled_from(choices), unique=True)
    )
    return [
        {
            "choice_id": choice,
            "level": draw(st.sampled_from(["gold", "silver", "iron"])),
            "points": draw(st.sampled_from(POINTS)),
        }
        for choice in chosen
    ]


@st.composite
def measured(draw, choices):
    """Draw a criterion that measures one of the sources; ``source`` names it."""
    source = draw(st.sampled_from(choices["sources"]))
    unit, numbers = ALL_SOURCES[source]
    spec = {
        "source": source,
        "weight": draw(st.sampled_from(WEIGHTS)),
        "cap": draw(st.sampled_from([0, 0, 5, 12.5])),
    }
    if unit == "choice":
        spec["bands"] = draw(
            choice_bands(choices[source], source in ("asked_level", "other_dimension"))
        )
    elif unit in ("number", "amount", "points") and draw(st.booleans()):
        spec.update(
            bands=draw(for_some(rank_bands(), choices)),
            band_by=draw(st.sampled_from(["percentile", "share", "own_share"])),
            rank_among=draw(st.sampled_from(["positive", "known"])),
            rank_within=draw(st.sampled_from(["all", "all", "country_id"])),
            crossing=draw(st.sampled_from(["in", "out"])),
        )
    elif unit != "text":
        spec["bands"] = draw(for_some(number_bands(numbers), choices))
    return spec


@st.composite
def combination(draw, parts, choices):
    return {
        "kind": draw(st.sampled_from(["sum", "sum", "best", "worst", "count"])),
        "parts": parts,
        "weight": draw(st.sampled_from(WEIGHTS)),
        "cap": draw(st.sampled_from([0, 0, 7.5])),
        "normalize_to": draw(st.sampled_from([0, 0, 10, 100])),
        "unknown_lowers_maximum": draw(st.booleans()),
        "bands": draw(for_some(number_bands(NUMBERS), choices)),
    }


@st.composite
def criteria(draw, choices):
    """Draw measured criteria, and combinations of some of them up to two high."""
    drawn = {f"m{position}": draw(measured(choices)) for position in range(draw(st.integers(1, 6)))}
    free = list(drawn)
    for position in range(draw(st.integers(0, 3))):
        parts = draw(st.lists(st.sampled_from(free), unique=True, min_size=1))
        drawn[f"c{position}"] = draw(combination(parts, choices))
        free = [key for key in free if key not in parts] + [f"c{position}"]
    return drawn


@st.composite
def condition(draw, drawn, choices):
    key = draw(st.sampled_from(list(drawn)))
    spec = drawn[key]
    unit, numbers = ALL_SOURCES[spec["source"]] if "source" in spec else ("points", NUMBERS)
    operators = ["known", "unknown"]
    if unit in NUMERIC:
        operators += ["ge", "gt", "le", "lt", "between"] * 2
    elif unit == "yes_no":
        operators += ["yes", "no"] * 3
    elif unit in ("choice", "text"):
        operators += ["is"] * 4
    if spec.get("bands"):
        operators += ["level_is", "level_ge", "level_le"] * 2
        if "source" in spec:
            operators += ["points_ge", "points_gt", "points_le", "points_lt"]
    operator = draw(st.sampled_from(operators))
    return (key, operator, *draw(operands(operator, spec, numbers, choices)))


@st.composite
def operands(draw, operator, spec, numbers, choices):
    if operator in ("known", "unknown", "yes", "no"):
        return ()
    if operator.startswith("level_"):
        return (draw(st.integers(0, len(spec["bands"]) - 1)),)
    if operator.startswith("points_"):
        return (draw(st.sampled_from(POINTS)),)
    if operator == "is":
        known = choices.get(spec["source"], ["GENT", "liège"])
        return (draw(st.sampled_from(known)),)
    if operator == "between":
        return tuple(sorted(draw(st.lists(st.sampled_from(numbers), min_size=2, max_size=2))))
    return (draw(st.sampled_from(numbers)),)


@st.composite
def tree(draw, drawn, choices, groups):
    """Draw a requirement with up to ``groups`` groups within each other."""
    if not groups or draw(st.integers(0, 2)) == 0:
        return draw(condition(drawn, choices))
    return draw(group(drawn, choices, groups))


@st.composite
def group(draw, drawn, choices, groups):
    kind = draw(st.sampled_from(GROUPS))
    parts = draw(st.lists(tree(drawn, choices, groups - 1), min_size=1, max_size=4))
    if kind in ("at_least", "at_most"):
        return (kind, draw(st.integers(0, len(parts) + 1)), *parts)
    return (kind, *parts)


@st.composite
def policies(draw, choices):
    drawn = draw(criteria(choices))
    grades = draw(st.permutations("ABC"))[: draw(st.integers(1, 3))]
    rules = [(grade, draw(group(drawn, choices, 3))) for grade in grades]
    if draw(st.booleans()):
        rules.append(("D", ()))
    return {"criteria": drawn, "rules": rules, "limits": draw(limits(drawn, rules))}


@st.composite
def limits(draw, drawn, rules):
    """Draw how many may take some of the grades, the strongest by a number."""
    numbers = [
        key
        for key, spec in drawn.items()
        if "parts" in spec or ALL_SOURCES[spec["source"]][0] in NUMERIC
    ]
    limited = draw(st.lists(st.integers(0, len(rules) - 1), unique=True)) if numbers else []
    return {
        position: {
            "count": draw(st.integers(1, 4)),
            "within": draw(st.sampled_from(["all", "country_id"])),
            "by": draw(st.sampled_from(numbers)),
        }
        for position in limited[: draw(st.integers(0, 2))]
    }


# ---------------------------------------------------------------------- the test


class OracleCommon(CustomerGradingCommon):
    """Customers with documents, and what grades them beside the oracle.

    :cvar records: who is graded, each in a place of its own among the customers
    """

    subject = "partner"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reference = date.today()
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
            "bought": cls.categories.ids,
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
        cls.categories = cls.env["product.category"].create([{"name": "Truck"}, {"name": "Part"}])
        products = cls.env["product.product"].create(
            [{"name": c.name, "type": "consu", "categ_id": c.id} for c in cls.categories]
        )
        cls.fixed = {}
        ages = [0, 29, 30, 31, 32, 400]
        for position, customer in enumerate(cls.customers):
            days = [ages[(position + n) % 6] for n in range(position % 3)]
            product = products[position % 2]
            for days_ago in days:
                day = cls.reference - timedelta(days=days_ago)
                cls._create_order(customer, day, 50, line={"product_id": product.id})
            customer.category_id = cls.tags[: position % 3]
            dates = [cls.reference - timedelta(days=days_ago) for days_ago in days]
            ordered = 50 * sum(days_ago < 365 for days_ago in days)
            cls.fixed[customer] = {
                "ordered": ordered,
                "group_ordered": ordered,
                "recency": min(days, default=None),
                "tenure": whole_months(min(dates), cls.reference) if dates else None,
                "tags": customer.category_id.ids,
                "bought": product.categ_id.id if ordered else None,
                "balance": cls._create_balance(customer, position % 4),
                "other_dimension": cls._give_other_grade(customer, position % 4),
            }
        mother, daughter = (cls.fixed[customer] for customer in cls.customers[2:4])
        mother["group_ordered"] = daughter["group_ordered"] = (
            mother["ordered"] + daughter["ordered"]
        )

    @classmethod
    def _create_balance(cls, customer, kind):
        """Invoice nothing, or 20 long ago, or 20 on the last month end; return what is known.

        That is the average of what was open at the last two month ends.
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
        if source in ("ordered", "group_ordered"):
            return {"measure": "order_amount", "whole_group": source == "group_ordered"}
        if source == "balance":
            return {"measure": "receivable_balance", "period": "month_ends", "period_count": 2}
        if source == "bought":
            return {"measure": "main_category"}
        if source == "other_dimension":
            return {"measure": "other_grade", "dimension_id": self.side.id}
        if source == "recency":
            return {"measure": "days_since_order", "period": "all_time"}
        if source == "tenure":
            return {"measure": "months_since_first_order", "period": "all_time"}
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
                key: self._get_known(criterion["source"], customer, row)
                for key, criterion in spec["criteria"].items()
                if "source" in criterion
            }
            for record, customer, row in zip(self.records, self.customers, drawn, strict=True)
        }
        groups = {
            record: {"country_id": row["country"]}
            for record, row in zip(self.records, drawn, strict=True)
        }
        return policy, Oracle(spec, known, facts, groups)

    @staticmethod
    def _prepare_band(band):
        band = dict(band)
        if whom := band.pop("whom", None):
            band["subject_domain"] = str([(whom[0], "=", whom[1])])
        return band

    def _get_known(self, source, customer, row):
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
            partner_id: (grade, reason, None if score is None else Fraction(score))
            for partner_id, grade, reason, score in self.env.cr.fetchall()
        }

    def _assert_agrees(self, oracle, how):
        self.assertEqual(
            self._read_stored(),
            {
                record.id: (
                    oracle.get_grade(record),
                    oracle.get_reason(record),
                    oracle.get_score(record),
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
                    None if points is None else Fraction(points),
                    oracle.get_points(customer, key),
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
            for criterion in explanation.get_missing_criteria():
                self.assertIsNone(oracle.get_value(customer, criterion.key))

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
        return cls.env["crm.lead"].browse(leads)

    def _get_measured(self, source):
        own = {
            "expected": {"measure": "lead_expected_revenue"},
            "closing": {"measure": "lead_days_to_close"},
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
