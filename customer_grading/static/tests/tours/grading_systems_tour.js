import { registry } from "@web/core/registry";

import {
    DIALOG,
    addCriterion,
    addGrade,
    addLevels,
    addLevelCondition,
    addPoints,
    choose,
    click,
    newLine,
    newPolicy,
    openPage,
    readsAs,
    saveDialog,
    see,
    select,
    tryOn,
    write,
} from "./grading_steps";
import { ADD_LINE, WHAT, addCondition, key, tabTo } from "./grading_policy_tour";

const NEW_POLICY = "/odoo/action-customer_grading.customer_grading_policy_action/new";

registry.category("web_tour.tours").add("customer_grading_sales_share", {
    url: NEW_POLICY,
    steps: () => [
        ...newPolicy("Share of sales"),
        click(".o_field_widget[name=decide_by] input[data-value=rank]", "Decides by rank"),
        ...openPage("criteria"),
        ...addCriterion("Invoiced revenue", [
            ...choose("measure_id", "Invoiced revenue"),
            ...select("band_by", "in per cent of the total"),
            ...addLevels(["70", "First 70 %"], ["90", "Up to 90 %"]),
        ]),
        ...openPage("grades"),
        ...addGrade("A", "Key customer", addLevelCondition("Invoiced revenue", "First 70 %")),
        ...addGrade("B", "Important customer", addLevelCondition("Invoiced revenue", "Up to 90 %")),
        ...addGrade("C", "Regular customer"),
        see("div[name=rest]:contains(Whoever fits none of those above: C)"),
        ...readsAs(
            "among those who make the first 70 % of the total",
            "among those who make the first 90 % of the total, but not among those who make the first 70 % of the total",
            "C, for everybody else."
        ),
        ...tryOn({ A: 2, B: 1, C: 2 }),
        click("button[name=action_put_in_force]", "Activate"),
        see(".o_arrow_button_current[data-value=running]", "The policy is in force"),
    ],
});

/** Adds a fact that people are asked for: a question made on the spot. */
function addFact(question) {
    return addCriterion(question, [
        ...choose("measure_id", "Asked of people"),
        write("question_id", question),
        click(".o-autocomplete--dropdown-item a:contains(Create and edit)", "A new question"),
        see(`${DIALOG} .o_field_widget[name=asked_of]`),
        ...saveDialog(true),
        see(`${DIALOG} .o_field_widget[name=question_id] input:value(${question})`),
    ]);
}

/** Adds a group below the line in focus, by the keyboard. */
function addGroup() {
    return [
        key("Enter"),
        key("Shift+Enter", `${WHAT}:focus`),
        see(".o_selected_row.o_grading_group td[name=kind] input:focus", "The line is a group"),
    ];
}

registry.category("web_tour.tours").add("customer_grading_nested_facts", {
    url: NEW_POLICY,
    steps: () => [
        ...newPolicy("Sales process", [
            ...choose("dimension_id", "Opportunity", ".o_form_view"),
            see(".o_field_widget[name=lead_population]", "It grades opportunities"),
        ]),
        ...openPage("criteria"),
        ...addFact("Agreement signed?"),
        ...addFact("Has paid?"),
        ...addFact("Confirmed by word?"),
        ...addFact("Real steps taken?"),
        ...openPage("grades"),
        ...addGrade("A02", "Deal", [
            ...select("kind", "ANY of", `${DIALOG} div[name=root]`),
            tabTo(ADD_LINE),
            key("Enter"),
            ...addCondition("Agreement signed?"),
            ...addGroup(),
            key("Enter"),
            ...addCondition("Has paid?"),
            ...addGroup(),
            click(`${DIALOG} .o_selected_row td[name=kind] input`, "How many of them?"),
            click(".o_select_menu_item:contains(AT LEAST)", "At least n of"),
            click(`${DIALOG} .o_selected_row button[name=add_below]`, "Add a condition below"),
            ...addCondition("Confirmed by word?"),
            key("Enter"),
            ...addCondition("Real steps taken?"),
        ]),
        ...addGrade("A21", "Raw data"),
        ...readsAs("at least 1 of"),
        ...tryOn({ A21: 1 }),
        click("button[name=action_put_in_force]", "Activate"),
        see(".o_arrow_button_current[data-value=running]", "The policy is in force"),
    ],
});

/** Adds a question that is answered by one of several levels, each with its points. */
function addAssessment(question, ...levels) {
    const list = ".o_field_widget[name=choice_ids]";
    const row = `${DIALOG} ${list} .o_selected_row`;
    return addCriterion(question, [
        ...choose("measure_id", "Asked of people"),
        write("question_id", question),
        click(".o-autocomplete--dropdown-item a:contains(Create and edit)", "A new question"),
        see(`${DIALOG} .o_field_widget[name=asked_of]`),
        click(`${DIALOG} .o_field_widget[name=kind] input[data-value=levels]`, "By levels"),
        ...levels.flatMap(([name, points], index) => [
            ...newLine(list, index + 1, "Add a line"),
            write("name", name, row),
            write("points", points, row),
        ]),
        ...saveDialog(true),
        see(`${DIALOG} .o_field_widget[name=question_id] input:value(${question})`),
    ]);
}

/** Adds a grade for those with so many points in all. */
function addByPoints(code, name, points) {
    return addGrade(code, name, [
        tabTo(ADD_LINE),
        key("Enter"),
        ...addCondition("Total", points),
    ]);
}

registry.category("web_tour.tours").add("customer_grading_three_axes", {
    url: NEW_POLICY,
    steps: () => [
        ...newPolicy("Influence, value, loyalty"),
        click(".o_field_widget[name=decide_by] input[data-value=points]", "Decides by points"),
        ...openPage("criteria"),
        ...addCriterion("Invoiced revenue", [
            ...choose("measure_id", "Invoiced revenue"),
            ...addPoints(["0", "1"], ["1000", "2"], ["5000", "3"]),
        ]),
        ...addCriterion("Months since the first order", [
            write("measure_id", "first order"),
            click(".o-autocomplete--dropdown-item a:contains(Months since the first order)"),
            ...addPoints(["0", "1"], ["12", "2"], ["24", "3"]),
        ]),
        ...addAssessment("Influence", ["Great", "3"], ["Some", "2"], ["Little", "1"]),
        ...openPage("grades"),
        ...addByPoints("A", "Great, valuable, loyal", "8"),
        ...addByPoints("B", "In between", "5"),
        ...addGrade("C", "The others"),
        ...readsAs("at least 8", "C, for everybody else."),
        ...tryOn({ B: 1, C: 1 }),
        click("button[name=action_put_in_force]", "Activate"),
        see(".o_arrow_button_current[data-value=running]", "The policy is in force"),
    ],
});
