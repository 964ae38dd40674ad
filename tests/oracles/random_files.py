"""Policy files drawn at random: valid ones, keys in the order of the format.

What stands here is written by hand from docs/policy-format.md and shares no code with the
addon. Names that begin with “unused” are of what no criterion and no rule names.
"""

from hypothesis import strategies as st

NUMBERS = [0, 1, 2.5, 33.3333, 100, -5]
WORDS = ["Plain", "甲", "A & B", "“100 %”", "<b>"]
# What a file may say although it goes without saying: shape -> key -> value.
WITHOUT_SAYING = {
    "dimension": {"subject": "partner", "company_scope": "company"},
    "grade": {"color": 0},
    "question": {"subject": "partner", "validity_months": 12, "proof_required": False},
    "choice": {"points": 0},
    "measure": {"category": "6_about", "empty_is": "zero", "known_for_past": True},
    "criterion": {"weight": 1, "cap": 0, "linear": False},
    "period": {"up_to": "day"},
    "tolerance": {"amount": 0, "working_days": False},
    "rank": {"among": "positive", "within": "all", "crossing": "in"},
    "band": {"points": 0},
    "changes": {"upgrade_days": 0, "one_step": False, "working_days": False},
    "limit": {"within": "all"},
    "terms": {"review_months": 0},
}
ORDER = {
    "policy": "format key name note dimension questions measures decide_by applies_to in_force_from records_from population"
    " criteria rules changes",
    "dimension": "code name subject company_scope grades",
    "grade": "code name color meaning follow_up benefits",
    "question": "code name subject kind choices points_max unit asked_of groups validity_months"
    " proof_required basis outdated_by description",
    "choice": "name points",
    "measure": "code name kind category unit description model_name domain subject_path"
    " company_field date_field value_field aggregate empty_is numerator denominator"
    " base_measure known_for_past groups",
    "criterion": "key name measure combine question filter period only with_tax whole_group credit_notes"
    " counted_in counted zero_is_unknown unit_of_measure tolerance weight cap normalize_to"
    " unknown_lowers_maximum rank bands linear parts",
    "period": "last_months last_days best_of_years month_ends since span up_to",
    "tolerance": "days working_days amount percent",
    "rank": "by among within field crossing",
    "band": "from strict first_percent own_percent from_percent choice for level points suggest_percent",
    "changes": "upgrades downgrades upgrade_days downgrade_days grace_days working_days one_step"
    " probation_months windows regrades_changed stop_percent manual_months",
    "window": "first_day first_month last_day last_month",
    "condition": "criterion at_least more_than at_most less_than within level level_at_least"
    " level_at_most points_at_least points_less_than between before after is known if_unknown"
    " suggest_percent",
    "limit": "count by within field",
    "terms": "timing days review_months expiry_months",
}
PERIODS = [
    {"last_months": 12},
    {"last_days": 90, "up_to": "month_end"},
    {"best_of_years": 2},
    {"month_ends": 3},
    {"since": "create_date"},
    {"span": "this_year"},
    {"span": "all_time", "up_to": "quarter_end"},
]
FILTERS = [
    [["is_company", "=", True]],
    ["|", ["name", "ilike", "a"], ["country_id.code", "in", ["CN", "BE"]]],
    [["user_id", "=", {"record": "base.user_admin"}]],
]
OWN_MEASURE = {
    "kind": "documents",
    "unit": "count",
    "model_name": "sale.order",
    "domain": [["state", "in", ["draft", "sent"]]],
    "subject_path": "partner_id.commercial_partner_id",
    "company_field": "company_id",
    "aggregate": "count",
}


@st.composite
def files(draw):
    """Return a valid policy file as Python has it, keys in the order of the format."""
    return _Drawing(draw).get_file()


class _Drawing:
    def __init__(self, draw):
        self.draw = draw
        self.number = 0
        self.questions, self.measures = [], []

    def _any(self, *choices):
        return self.draw(st.sampled_from(choices))

    def _maybe(self):
        return self.draw(st.booleans())

    def _name(self, stem=""):
        """A number makes it a name of its own."""
        self.number += 1
        english = f"{stem}{self._any(*WORDS)} {self.number}"
        return self._any(
            english,
            {"en": english},
            {"en": english, "zh_CN": f"名{self.number}"},
            {"en": english, "zh_CN": english},
            {"en": english, "fr_FR": "Nom"},
        )

    def _shape(self, shape, content):
        """Return the object in order, with some of what goes without saying."""
        for key, value in WITHOUT_SAYING.get(shape, {}).items():
            if key not in content and self.draw(st.integers(0, 4)) == 0:
                content[key] = value
        return {key: content[key] for key in ORDER[shape].split() if key in content}

    def get_file(self):
        """Return the whole file."""
        criteria = [self._criterion() for _i in range(self.draw(st.integers(1, 4)))]
        grades = [
            self._shape("grade", {"code": code, "name": self._name(), **self._optional_grade()})
            for code in "ABCDE"[: len(criteria) + 1 + self._maybe()]
        ]
        if self._maybe():
            self._question("unused", "number")
        if self._maybe():
            self._measure("unused")
        return self._shape(
            "policy",
            {
                "format": 1,
                "key": "random",
                "name": self._name(),
                "dimension": self._shape(
                    "dimension", {"code": "random", "name": self._name(), "grades": grades}
                ),
                "questions": self.questions,
                "measures": self.measures,
                "decide_by": "requirements",
                "applies_to": self._any([], *FILTERS),
                "criteria": criteria,
                "rules": self._rules(criteria, [grade["code"] for grade in grades]),
                **self._optional_policy(),
            },
        )

    def _optional_grade(self):
        content = {}
        if self._maybe():
            content["color"] = 10
        if self._maybe():
            content["meaning"] = self._name()
        if self._maybe():
            content["follow_up"] = [
                {"contact": "call", "times": 2, "per": "week", "about": self._name()},
                {"contact": "visit", "every": {"days": 15}},
                {"after": [{"days": 3}, {"months": 1}], "anchor": "first_delivery"},
            ]
            content["benefits"] = [{"kind": "promise", "text": self._name()}]
        return content

    def _optional_policy(self):
        content = {}
        if self._maybe():
            content["note"] = self._any(
                ["One", "Two & more"], {"en": ["a"], "zh_CN": ["甲"]}, "<ul><li>x</li></ul>", "bare"
            )
        if self._maybe():
            content["in_force_from"] = content["records_from"] = "2027-01-01"
        if self._maybe():
            content["population"] = self._any("all", "documents")
        if self._maybe():
            content["changes"] = self._changes()
        return content

    def _changes(self):
        content = {
            "upgrades": self._any("now", "confirmed"),
            "downgrades": self._any("now", "month_end"),
            "downgrade_days": self._any(0, 14),
            "grace_days": 3,
            "one_step": True,
            "regrades_changed": True,
            "stop_percent": self._any(0, 12.5),
            "manual_months": self._any(0, 6),
            "windows": [
                {"first_day": 1, "first_month": 12, "last_day": 5, "last_month": 1},
                {"first_day": 25, "first_month": 3, "last_day": 30, "last_month": 3},
            ],
        }
        kept = {key: value for key, value in content.items() if self._maybe()}
        return self._shape("changes", kept or {"upgrades": "now"})

    # ------------------------------------------------------------------ criteria

    def _criterion(self, is_part=False):
        self.number += 1
        content = {"key": f"c{self.number}", "name": self._name()}
        kinds = [self._documents, self._asked, self._other]
        if not is_part:
            kinds.append(self._combination)
        self._any(*kinds)(content)
        if self._maybe():
            content["weight"] = self._any(2, 0.5)
        if self._maybe():
            content["cap"] = 40
        return self._shape("criterion", content)

    def _documents(self, content):
        content["measure"] = self._any("order_count", "invoiced_revenue", "win_rate", "own")
        if content["measure"] == "own":
            content["measure"] = self._measure("own")["code"]
        else:
            periods = PERIODS[:2] if content["measure"] == "win_rate" else PERIODS
            content["period"] = self._shape("period", dict(self._any(*periods)))
        if self._maybe():
            content["only"] = [["company_id", "!=", False]]
        if content["measure"] == "invoiced_revenue" and self._maybe():
            content["with_tax"] = True
            content["credit_notes"] = self._any("own", "invoice")
        if content["measure"] != "win_rate" and self._maybe():
            content["whole_group"] = True
        if content["measure"] != "own" and self._maybe():
            content["zero_is_unknown"] = True
        if content["measure"] == "order_count" and self._maybe():
            starts = {"own_share": "own_percent", "average": "from_percent"}
            by = self._any("percentile", "share", *starts)
            content["rank"] = self._shape("rank", {"by": by, "within": "country_id"})
            self._bands(content, starts.get(by, "first_percent"), [10, 50])
        else:
            self._bands(content, "from", self._any([], NUMBERS[:2], NUMBERS[2:5]))
            if content.get("bands") and self._maybe():
                content["linear"] = True

    def _asked(self, content):
        kind = self._any("yes_no", "levels", "points", "number", "text", "date")
        question = self._question("q", kind)
        content.update(measure="asked", question=question["code"])
        names = [c["name"] if isinstance(c["name"], str) else c["name"]["en"]
                 for c in question.get("choices", ())]  # fmt: skip
        if kind == "date" and self._maybe():
            content.update(counted_in=self._any("months", "years"), counted="since")
        if names:
            self._bands(content, "choice", names)
        elif kind != "text":
            self._bands(content, "from", self._any([], [1, 0]))

    def _other(self, content):
        content["measure"] = self._any(
            "matches_filter", "country", "ordered_quantity", "late_count"
        )
        if content["measure"] == "matches_filter":
            content["filter"] = self._any(*FILTERS)
        elif content["measure"] == "country":
            self._bands(content, "choice", self._any([], ["base.cn", "base.be"]))
        elif content["measure"] == "late_count":
            content["period"] = {"last_months": 12}
            content["tolerance"] = self._shape(
                "tolerance", {"days": 3, "percent": self._any(0.5, 2)}
            )
        else:
            content["unit_of_measure"] = "uom.product_uom_unit"
            content["period"] = {"last_months": 6}

    def _combination(self, content):
        if self._maybe():
            content["combine"] = self._any("first", "quotient")
            content["parts"] = [
                {**part, "key": f"{part['key']}{number}"}
                for number, part in enumerate([self._date()] * 2)
            ]
            return
        content["combine"] = self._any("sum", "best", "worst", "count")
        content["parts"] = [self._criterion(is_part=True) for _i in range(self._any(1, 2))]
        if content["combine"] == "sum" and self._maybe():
            content.update(normalize_to=100, unknown_lowers_maximum=True)

    def _date(self):
        """Return a criterion that is counted from a day."""
        self.number += 1
        period = self._shape("period", {"span": "all_time"})
        content = {"key": f"c{self.number}", "name": self._name(), "measure": "days_since_order"}
        content.update(period=period, counted_in=self._any("days", "months"))
        return self._shape("criterion", content)

    def _bands(self, content, start, values):
        bands = []
        for value in values:
            band = {start: value}
            if start != "choice" or self._maybe():
                band["level"] = self._name("L")
            if start == "choice" or self._maybe():
                band["points"] = self._any(1, 2.5, 10)
            if start in ("from", "from_percent") and self._maybe():
                band["strict"] = True
            if start == "from" and self._maybe():
                band["suggest_percent"] = self._any(10, 2.5)
            bands.append(self._shape("band", band))
        if bands and self._maybe():
            bands += [{**band, "for": FILTERS[0]} for band in bands]
            bands = [self._shape("band", band) for band in bands]
        if bands:
            content["bands"] = bands

    def _question(self, stem, kind):
        code = f"{stem}_{len(self.questions)}"
        content = {"code": code, "name": self._name(), "kind": kind}
        if kind == "levels":
            content["choices"] = [
                self._shape("choice", {"name": self._name(), "points": points})
                for points in (5, 2.5)
            ]
        if kind == "points":
            content["points_max"] = 5
        if kind == "number":
            content["unit"] = self._name()
        if self._maybe():
            content.update(asked_of="group", groups=["account.group_account_user"])
        if self._maybe():
            content["description"] = self._name()
        if self.questions and self._maybe():
            content["basis"] = [self.questions[0]["code"]]
        self.questions.append(self._shape("question", content))
        return self.questions[-1]

    def _measure(self, stem):
        code = f"{stem}_{len(self.measures)}"
        content = {"code": code, "name": self._name(), **OWN_MEASURE}
        if self._maybe():
            content.update(category="1_sales", known_for_past=False)
        self.measures.append(self._shape("measure", content))
        return self.measures[-1]

    # ------------------------------------------------------------------ rules

    def _rules(self, criteria, codes):
        rules = []
        for criterion, code in zip(criteria, codes, strict=False):
            rule = {"grade": code}
            if "period" in criterion and "combine" not in criterion and self._maybe():
                within = self._any({"within": "country_id"}, {"within": "field", "field": "city"})
                limit = {"count": 7, "by": criterion["key"], **within}
                rule["limit"] = self._shape("limit", limit)
            if self._maybe():
                terms = {"timing": "within", "days": 5, "expiry_months": 6}
                rule["terms"] = self._shape("terms", terms)
            conditions = [self._condition(criterion) for _i in range(self._any(1, 2))]
            rules.append({**rule, **self._group(conditions)})
            if self._maybe():
                rules[-1]["until"] = [self._condition(criterion)]
        return [*rules, {"grade": codes[len(criteria)]}]

    def _group(self, conditions):
        if self._maybe():
            return {self._any("all", "any"): conditions}
        if self._maybe():
            return {"at_least": len(conditions), "of": conditions}
        return {"all": [conditions[0], {"any": conditions}]}

    def _condition(self, criterion):
        asked = {"criterion": criterion["key"]}
        bands = criterion.get("bands", [])
        named = [band["level"] for band in bands if "level" in band]
        options = [{"known": True}]
        if "counted_in" in criterion:
            options += [{"within": 3}, {"before": "2027-01-01"}, {"after": "2026-01-01"}]
        if named:
            level = named[0] if isinstance(named[0], str) else named[0]["en"]
            options += [{self._any("level", "level_at_least", "level_at_most"): level}]
        if "measure" in criterion and any(band.get("points") for band in bands):
            options += [{"points_at_least": 1}, {"points_less_than": 2.5}]
        if criterion.get("combine") or "period" in criterion:
            options += [{"at_least": 2.5}, {"less_than": 100}, {"between": [1, 33.3333]}]
            options += [{"at_least": 1, "suggest_percent": self._any(10, 33.3333)}]
        if criterion.get("measure") == "matches_filter":
            options += [{"is": True}, {"is": False}]
        if criterion.get("measure") == "country" and not named:
            options += [{"is": "base.cn"}]
        asked |= self._any(*options)
        if "known" not in asked and self._maybe():
            asked["if_unknown"] = self._any("met", "unmet", "open")
        return self._shape("condition", asked)


def shuffle(data, content, shape="policy"):
    """Return ``content`` with the keys of its objects in any order.

    :param data: what hypothesis gives to a test to draw from
    """
    if isinstance(content, list):
        return [shuffle(data, item) for item in content]
    if not isinstance(content, dict):
        return content
    keys = data.draw(st.permutations(list(content)))
    return {key: shuffle(data, content[key]) for key in keys}


def forget(content):
    """Return what decides of a file: without what goes without saying, and what nothing names.

    Texts of one language are plain, and how grades change is said in full.
    """
    kept = _forget({"population": "documents", **content}, "policy")
    given = {rule["grade"] for rule in content["rules"]}
    dimension = kept["dimension"]
    dimension["grades"] = [grade for grade in dimension["grades"] if grade["code"] in given]
    usual = {
        "upgrades": "now",
        "downgrades": "month_end",
        "downgrade_days": 14,
        "stop_percent": 10,
        "manual_months": 12,
    }
    kept["changes"] = {**usual, **kept.get("changes", {})}
    return kept


SHAPES_OF = {
    "questions": "question",
    "measures": "measure",
    "grades": "grade",
    "choices": "choice",
    "criteria": "criterion",
    "parts": "criterion",
    "bands": "band",
    "windows": "window",
    "rules": "rule",
    "dimension": "dimension",
    "period": "period",
    "tolerance": "tolerance",
    "rank": "rank",
    "changes": "changes",
    "limit": "limit",
    "terms": "terms",
}


def _forget(content, shape):
    kept = {}
    for key, value in content.items():
        if WITHOUT_SAYING.get(shape, {}).get(key, value is None) == value:
            continue
        if key in ("follow_up", "benefits"):  # the file alone keeps them
            continue
        if key == "note":
            value = _forget_note(value)
        elif key in SHAPES_OF and isinstance(value, list):
            value = [
                _forget(item, SHAPES_OF[key])
                for item in value
                if not str(item.get("code", "")).startswith("unused")
            ]
        elif key in SHAPES_OF:
            value = _forget(value, SHAPES_OF[key])
        elif isinstance(value, dict) and "en" in value:
            value = _forget_languages(value)
        if value != []:
            kept[key] = value
    return kept


def _forget_languages(value):
    texts = {"en": value["en"]}
    if value.get("zh_CN", value["en"]) != value["en"]:
        texts["zh_CN"] = value["zh_CN"]
    return texts if len(texts) > 1 else value["en"]


def _forget_note(note):
    return ["bare"] if note == "bare" else note
