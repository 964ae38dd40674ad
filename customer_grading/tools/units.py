# Kind of answer -> unit of a criterion that asks for it.
QUESTION_UNITS = {
    "yes_no": "yes_no",
    "levels": "choice",
    "points": "points",
    "number": "number",
    "text": "text",
    "date": "days",
}
