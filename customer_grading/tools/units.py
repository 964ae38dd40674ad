# Kind of answer -> unit of a criterion that asks for it.
QUESTION_UNITS = {
    "yes_no": "yes_no",
    "levels": "choice",
    "points": "points",
    "number": "number",
    "text": "text",
    "date": "days",
}
# Kind of a combination -> its unit; any other one has points, but the first known its part's.
COMBINATION_UNITS = {"count": "count", "quotient": "number"}
