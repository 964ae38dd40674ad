"""Policies and customers drawn at random, as the dicts that tests make policies from.

``choices`` says what there is to choose from: ``{source: ids}`` of those that are choices,
``sources``, and what only the database knows.
"""

from hypothesis import strategies as st

from .grades import GROUPS

NUMBERS = [-5, 0, 0.1, 1, 2, 2.5, 10, 33.3333]
POINTS = [-5, 0, 1, 2.5, 10]
WEIGHTS = [1, 1, 1, 0.1, 0.3, 0.7, 3, -1]
SHARES = [1, 10, 25, 33.3333, 50, 80, 100]
PLACES = [1, 2, 3, 10]
CITIES = ["Ghent", "gent", "Liège"]
RANKED = ("number", "amount", "points", "count", "quantity", "ratio")
AGES = ("days", "months", "years")
NUMERIC = (*RANKED, *AGES)
# What a policy may look at: its unit, and numbers near its values.
SOURCES = {
    "latitude": ("number", NUMBERS),
    "longitude": ("number", NUMBERS),
    "asked_points": ("points", [0, 2.5, 7, 10]),
    "asked_yes_no": ("yes_no", [0, 1]),
    "asked_level": ("choice", None),
    "country": ("choice", None),
    "tags": ("choice", None),
    "city": ("text", None),
    "is_belgian": ("yes_no", [0, 1]),
    "filled": ("ratio", [0, 50, 100]),
    "average": ("amount", [0, 10, 20]),
    "other_dimension": ("choice", None),
}
# What is read of the order lines of a period, of all of them or some.
LINE_SOURCES = {
    "lines_amount": ("amount", [0, 60, 120, 300]),
    "lines_average": ("amount", [60, 90, 120]),
    "lines_smallest": ("amount", [60, 120]),
    "lines_largest": ("amount", [60, 120, 240]),
    "lines_latest": ("amount", [60, 120, 240]),
    "lines_count": ("count", [0, 1, 2, 3]),
    "lines_categories": ("count", [0, 1, 2]),
    "lines_quantity": ("quantity", [0, 1, 2, 12, 24, 144]),
    "lines_main": ("choice", None),
    "lines_recency": ("days", [0, 30, 31, 400]),
    "lines_tenure": ("months", [0, 1, 2, 13]),
    "lines_years": ("years", [0, 1, 2]),
    "lines_interval": ("number", [1, 30, 200, 365]),
    "lines_growth": ("ratio", [-100, -50, 0, 100]),
    "lines_share": ("ratio", [0, 33.3333, 50, 100]),
    "lines_ratio": ("ratio", [0, 500, 1000]),
}
SOURCES |= LINE_SOURCES
# What only an opportunity has.
LEAD_SOURCES = {
    "expected": ("amount", [0, 10, 250]),
    "closing": ("days", [-3, 0, 30]),
    "advice": ("text", None),
    "score_given": ("number", [-1, 0, 2.5]),
    "quotations": ("count", [0, 1, 2]),
}
ALL_SOURCES = SOURCES | LEAD_SOURCES


@st.composite
def values(draw, choices):
    """Draw what is known of one customer."""

    def known_or_not(known):
        return draw(st.sampled_from([None, *known]))

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
def rank_bands(draw, shares=SHARES):
    """Draw levels of the first so many, or so many per cent, best first."""
    shares = draw(st.lists(st.sampled_from(shares), min_size=1, max_size=3, unique=True))
    return [
        {"lower": share, "level": f"first {share}", "points": draw(st.sampled_from(POINTS))}
        for share in sorted(shares)
    ]


@st.composite
def ranking(draw, unit, choices, exact=True):
    """Draw levels by rank: of days there are no shares of a total.

    :param exact: whether values have few decimals, so that one may be the average itself
    """
    ways = ["percentile", "position"]
    if exact and unit != "ratio":
        ways += ["average", "median"]
    if unit not in AGES:
        ways += ["share", "own_share"]
    band_by = draw(st.sampled_from(ways))
    averaged = band_by in ("average", "median")
    bands = rank_bands(PLACES if band_by == "position" else SHARES)
    if averaged:
        bands = number_bands([-20, 50, 100, 150]).filter(bool)
    placed = not averaged and band_by != "own_share"
    return {
        "bands": draw(for_some(bands, choices)),
        "band_by": band_by,
        "rank_from": draw(st.sampled_from(["top", "bottom"])) if placed else "top",
        "rank_among": draw(st.sampled_from(["positive", "known"])),
        "rank_within": draw(st.sampled_from(["all", "all", "country_id"])),
        "crossing": draw(st.sampled_from(["in", "out"])),
    }


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
def line_terms(draw, source, choices):
    """Draw which order lines count: of which period, which of them, and whose."""
    unit = LINE_SOURCES[source][0]
    periods = ["trailing", "trailing", "this_year", "last_year"]
    if source not in ("lines_growth", "lines_share", "lines_ratio"):
        periods += ["since_start", "all_time"]
        if unit in RANKED:
            periods += ["best_year", "month_ends"]
    period_unit = draw(st.sampled_from(["days", "months"]))
    return {
        "period": draw(st.sampled_from(periods)),
        "period_unit": period_unit,
        "period_count": draw(st.sampled_from([1, 2, 3] if period_unit == "months" else [30, 31])),
        "up_to": draw(st.sampled_from(["day", "day", "month_end", "quarter_end"])),
        "whole_group": draw(st.sampled_from([False, False, True])),
        "only": draw(st.sampled_from([None, *choices["lines_main"]])),
        "uom_id": draw(st.sampled_from(choices["units"])),
    }


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
    if source in LINE_SOURCES:
        spec.update(draw(line_terms(source, choices)))
    if unit == "choice":
        spec["bands"] = draw(
            choice_bands(choices[source], source in ("asked_level", "other_dimension"))
        )
    elif unit in NUMERIC and draw(st.booleans()):
        whole = source not in ("average", "lines_average", "lines_interval")
        exact = whole and spec.get("period") != "month_ends"
        spec.update(draw(ranking(unit, choices, exact)))
    elif unit != "text":
        spec["bands"] = draw(for_some(number_bands(numbers), choices))
        spec["linear"] = draw(st.sampled_from([False, False, unit in NUMERIC]))
    if unit in RANKED:
        spec["zero_is_unknown"] = draw(st.sampled_from([False, False, True]))
    return spec


@st.composite
def combination(draw, parts, choices):
    spec = {
        "kind": draw(st.sampled_from(["sum", "sum", "best", "worst", "count"])),
        "parts": parts,
        "weight": draw(st.sampled_from(WEIGHTS)),
        "cap": draw(st.sampled_from([0, 0, 7.5])),
        "normalize_to": draw(st.sampled_from([0, 0, 10, 100])),
        "unknown_lowers_maximum": draw(st.booleans()),
        "bands": draw(for_some(number_bands(NUMBERS), choices)),
    }
    return spec | draw(ranking("points", choices)) if draw(st.booleans()) else spec


@st.composite
def value_combination(draw, parts, unit, choices):
    """Draw the first known of parts of one unit, or the quotient of two."""
    kind = draw(st.sampled_from(["first", "quotient"] if len(parts) == 2 else ["first"]))
    unit = unit if kind == "first" else "number"
    spec = {
        "kind": kind,
        "parts": parts,
        "weight": draw(st.sampled_from(WEIGHTS)),
        "bands": draw(for_some(number_bands([0, 1, 2, 30]), choices).filter(bool)),
    }
    return spec | draw(ranking(unit, choices, exact=False)) if draw(st.booleans()) else spec


@st.composite
def criteria(draw, choices):
    """Draw measured criteria, and combinations of some of them up to two high."""
    drawn = {f"m{position}": draw(measured(choices)) for position in range(draw(st.integers(1, 6)))}
    free = list(drawn)
    units = {key: ALL_SOURCES[spec["source"]][0] for key, spec in drawn.items()}
    numbers = [key for key in free if units[key] in NUMERIC]
    if numbers and draw(st.booleans()):
        unit = units[numbers[0]]
        alike = [key for key in numbers if units[key] == unit]
        parts = draw(st.lists(st.sampled_from(alike), unique=True, min_size=1, max_size=3))
        drawn["v0"] = draw(value_combination(sorted(parts), unit, choices))
        free = [key for key in free if key not in parts] + ["v0"]
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
    if spec.get("kind") == "first":
        unit = ALL_SOURCES[drawn[spec["parts"][0]]["source"]][0]
    operators = ["known", "unknown"]
    if unit in NUMERIC:
        operators += ["ge", "gt", "le", "lt", "between"] * 2
        operators += ["within"] * 2 if unit in AGES else []
    elif unit == "yes_no":
        operators += ["yes", "no"] * 3
    elif unit in ("choice", "text"):
        operators += ["is"] * 4
    if spec.get("bands"):
        operators += ["level_is", "level_ge", "level_le"] * 2
        if "source" in spec or key == "v0":
            operators += ["points_ge", "points_gt", "points_le", "points_lt"]
    operator = draw(st.sampled_from(operators))
    unknown = draw(st.sampled_from(["", "", "|met", "|unmet", "|open"]))
    return (key, operator + unknown, *draw(operands(operator, spec, numbers, choices)))


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
    """Draw criteria, requirements over them, and how many may take some grades."""
    drawn = draw(criteria(choices))
    grades = draw(st.permutations("ABC"))[: draw(st.integers(1, 3))]
    rules = [(grade, draw(group(drawn, choices, 3))) for grade in grades]
    if draw(st.integers(0, 2)) == 0:
        rules.append((grades[0], draw(group(drawn, choices, 3))))
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
