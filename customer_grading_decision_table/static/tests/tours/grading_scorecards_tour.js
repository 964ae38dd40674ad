import { registry } from "@web/core/registry";

import {
    DIALOG,
    NO_MENU,
    addCombination,
    addCriterion,
    addLevels,
    addPoints,
    choose,
    click,
    newPolicy,
    onlyFor,
    openPage,
    readsAs,
    see,
    tryOn,
} from "@customer_grading/../tests/tours/grading_steps";

const LEVELS = `${DIALOG} .o_field_widget[name=band_ids]`;
const GRID = `${DIALOG} .o_grading_table_grid`;
const NEW_POLICY = "/odoo/action-customer_grading.customer_grading_policy_action/new";

/** Adds what counts into a scorecard: points from a number of documents up. */
function addPart(measure, scorecard, ...bands) {
    return addCriterion(measure, [
        ...choose("measure_id", measure),
        ...choose("parent_id", scorecard),
        ...addPoints(...bands),
    ]);
}

/** Chooses the grade of a combination in the grid: levels from the best, counted from 1. */
function chooseGrade(line, column, code) {
    const cell = `${GRID} tbody tr:nth-child(${line}) td:nth-child(${column + 1})`;
    return [
        click(`${cell} input`, `Row ${line}, column ${column}`),
        click(`.o-autocomplete--dropdown-item a:contains(/^${code}\\b/)`, code),
        see(NO_MENU),
    ];
}

registry.category("web_tour.tours").add("customer_grading_two_scorecards", {
    url: NEW_POLICY,
    steps: () => [
        ...newPolicy("Loyalty by ability"),
        ...openPage("criteria"),
        ...addCombination("Loyalty", "Sum of points", [
            click(`${LEVELS} .o_optional_columns_dropdown button`, "More columns"),
            click(".o-dropdown--menu .dropdown-item:contains(Only for) input", "Only for"),
            click(".modal-title", "Close the menu"),
            ...addLevels(
                ["4", "High", onlyFor("Belgium")],
                ["0", "Low", onlyFor("Belgium")],
                ["6", "High"],
                ["0", "Low"]
            ),
        ]),
        ...addCombination("Ability", "Sum of points", addLevels(["6", "High"], ["0", "Low"])),
        ...addPart("Number of orders", "Loyalty", ["1", "2"], ["3", "5"]),
        ...addPart("Number of invoices", "Loyalty", ["1", "2"], ["3", "5"]),
        ...addPart("Invoiced revenue", "Ability", ["100", "2"], ["1000", "5"]),
        ...addPart("Order amount", "Ability", ["100", "2"], ["1000", "5"]),
        ...openPage("grades"),
        click("button[name=action_write_table]", "Write as a table"),
        click(`${DIALOG} button[name=action_fill]`, "All combinations"),
        ...chooseGrade(1, 1, "A"),
        ...chooseGrade(1, 2, "B"),
        ...chooseGrade(2, 1, "B"),
        ...chooseGrade(2, 2, "C"),
        click(`${DIALOG} button[name=action_save]`, "Save the table"),
        see(".o_field_widget[name=rule_ids] .o_data_row:nth-child(3) td[name=grade_code]:contains(C)"),
        ...readsAs("High", "Country is “Belgium”"),
        ...tryOn({ A: 1, B: 1, C: 1 }),
    ],
});
