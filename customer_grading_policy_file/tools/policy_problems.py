"""What may be wrong with a policy file: each text says the reason, and what to do.

The place stands before it. Values stand in the texts by name.
"""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# fmt: off
PROBLEMS = {
    # The text, and the form of what it holds.
    "no_json": _lt("this is no JSON: %(error)s. Mend it there, or export the policy again."),
    "null_character": _lt("it holds the character \\u0000, which no text has. Take it out."),
    "half_character": _lt(
        "it holds half of a character, such as \\ud800, which no text has. Take it out."),
    "file_too_long": _lt("it has more than %(most)s characters. A policy file is shorter."),
    "too_many": _lt("there are %(count)s. Write %(most)s at most."),
    "no_object_file": _lt("a policy file is one object. Write it as {...}."),
    "key_twice": _lt("the key stands twice in one object. Take one of them out."),
    "other_format": _lt(
        "this version of the addon reads format %(known)s, not %(found)s. Write "
        '"format": %(known)s, or update the addon.'),
    "no_object": _lt("this must be an object. Write it as {...}."),
    "no_list": _lt("this must be a list. Write it as [...]."),
    "key_needed": _lt("this key is needed. Add it."),
    "one_key_needed": _lt("exactly one of these keys is needed: %(keys)s."),
    "key_unknown": _lt("there is no such key. Take it out, or write one of: %(keys)s."),
    "key_misspelt": _lt("there is no such key. The nearest one is “%(key)s”."),
    "key_of_addon": _lt(
        "this key belongs to the addon “%(addon)s”, which is not installed. Install it, or take "
        "the key out."),
    "no_text": _lt("this must be a text. Write it in quotes."),
    "too_long": _lt("“%(text)s” is too long. Write %(most)s characters at most."),
    "no_key": _lt(
        "“%(key)s” is no key. Write small letters, digits and underscores, a letter first."),
    "no_english": _lt("the English text is needed. Add it."),
    "no_language": _lt(
        "“%(code)s” is no language of Odoo. Write a code such as zh_CN or fr_FR."),
    "other_parts": _lt("it has other parts than the English note. Write the same parts."),
    "no_integer": _lt("this must be a whole number. Write no quotes."),
    "no_number": _lt("this must be a number. Write no quotes."),
    "number_too_fine": _lt(
        "write a number below a million million, with 4 decimals at most, and none from 10,000 "
        "million on."),
    "too_little": _lt("%(value)s is too little. Write %(least)s or more."),
    "too_much": _lt("%(value)s is too much. Write %(most)s or less."),
    "no_flag": _lt("write true or false, without quotes."),
    "no_day": _lt("write a day as 2026-11-20, in quotes."),
    "no_answer": _lt("write true, false or a text in quotes."),
    "no_choice": _lt("“%(value)s” is not possible. Write one of: %(options)s."),
    "no_texts": _lt("this must be a list of texts. Write it as [...]."),
    "no_bounds": _lt("write two numbers, such as [10, 20]."),
    "bounds_reversed": _lt(
        "%(least)s is more than %(most)s. Write the smaller number first."),
    "no_grouping": _lt(
        "write one of: all, any, none, or at_least or at_most with “of”, and nothing beside it."),
    "too_deep": _lt(
        "groups can stand three deep at most. Split the requirement: write a second one for the "
        "same grade."),
    # What is named.
    "stands_twice": _lt("“%(name)s” stands twice. Give each a name of its own."),
    "key_stands_twice": _lt("“%(key)s” stands twice. Give each a key of its own."),
    "no_measure": _lt("there is no measure “%(name)s”."),
    "no_question": _lt("there is no question “%(name)s”, here or in the file."),
    "no_grade": _lt("the dimension of this file has no grade “%(name)s”."),
    "no_dimension": _lt(
        "there is no dimension “%(name)s”. Load or make its policy first."),
    "no_criterion": _lt("there is no criterion “%(name)s” in this file."),
    "no_level": _lt("“%(criterion)s” has no level “%(name)s”."),
    "no_other_grade": _lt("the other dimension has no grade “%(name)s”."),
    "no_option": _lt("question “%(code)s” has no choice “%(name)s”."),
    "did_you_mean": _lt("%(message)s Did you mean “%(name)s”?"),
    "there_are": _lt("%(message)s There are: %(names)s."),
    "no_currency": _lt(
        "there is no currency “%(name)s”. Write a code such as CNY or EUR."),
    "no_record": _lt(
        "there is no “%(name)s” (%(model)s). Write an external id or the English name of a record "
        "that exists, or make it first."),
    "several_records": _lt(
        "%(count)s records are called “%(name)s” (%(model)s). Write an external id."),
    "no_filter": _lt('a filter is a list, such as [["category_id.name", "=", "OEM"]].'),
    "numbered_records": _lt(
        "a filter names records, because numbers differ between databases. Write their names, "
        'such as ["category_id.name", "=", "OEM"].'),
    "no_named_record": _lt(
        'write {"record": "..."} with the name or external id of a record.'),
    # What exists, and what the file makes of it.
    "dimension_unnamed": _lt(
        "there is no dimension “%(code)s” yet. Name it, so that it can be made."),
    "dimension_differs": _lt(
        "dimension “%(code)s” exists, as “%(scope)s”. Write that, or choose another code."),
    "grades_in_other_order": _lt(
        "dimension “%(dimension)s” has these grades in another order: %(order)s. Write them in "
        "that order, or choose another dimension."),
    "groups_misplaced": _lt('groups go with "asked_of": "group". Write both, or neither.'),
    "choices_alike": _lt("two choices have one name. Rename one."),
    "choices_needed": _lt("a question of levels needs choices, best first."),
    "choices_needless": _lt(
        'only a question of levels has choices. Take them out, or write "levels".'),
    "question_of_others": _lt(
        "question “%(code)s” exists, asked about “%(subject)s”. Write that, or choose another "
        "code."),
    "question_differs": _lt(
        "question “%(code)s” exists with other answers (%(kind)s: %(choices)s). Choose another "
        "code, or write the answers that it has."),
    "measure_differs": _lt(
        "measure “%(code)s” exists and measures something else. Choose another code, or take the "
        "measure out of the file."),
    # Criteria, bands, conditions.
    "unfit_of_combination": _lt("a combination has none. Give it to a part."),
    "unfit_of_measure": _lt("it does not fit measure “%(measure)s”. Take it out."),
    "no_age": _lt("only a date is counted in days, months or years. Take it out."),
    "needed_by_measure": _lt("measure “%(measure)s” needs this key. Add it."),
    "combines_nothing": _lt("say which criteria it combines."),
    "no_date": _lt(
        "“%(field)s” is no date of the record. Write a field such as create_date."),
    "text_without_bands": _lt("a text has no bands. Take them out."),
    "band_without_start": _lt("say where the band begins: this key is needed here."),
    "unfit_of_criterion": _lt("it does not fit this criterion. Take it out."),
    "bands_start_alike": _lt(
        "two bands start at %(start)s. Change or take out one of them."),
    "nothing_above": _lt(
        "nothing begins at %(end)s, so higher values have no level. Take “to” out, or add a band "
        "from there."),
    "band_reversed": _lt("the band ends below its beginning. Write %(start)s."),
    "gap": _lt("values from %(end)s to %(start)s are in no band. Write %(start)s."),
    "overlap": _lt("values from %(start)s to %(end)s are in two bands. Write %(start)s."),
    "unfit_comparison": _lt(
        "“%(word)s” does not fit “%(criterion)s”. Write one of: %(words)s."),
}
# fmt: on
