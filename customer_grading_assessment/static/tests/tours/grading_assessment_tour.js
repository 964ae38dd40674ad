import { DIALOG, click, see } from "@customer_grading/../tests/tours/grading_steps";
import { registry } from "@web/core/registry";

/** Answers a line of the checklist. */
function answerYes(question) {
    const line = `${DIALOG} .o_grading_checklist .o_data_row:contains(${question})`;
    return [
        click(`${line} td[name=new_answer]`, question),
        { content: "Yes", trigger: `${line} td[name=new_answer] select`, run: "select Yes" },
    ];
}

registry.category("web_tour.tours").add("customer_grading_fill_checklist", {
    steps: () => [
        click(".o_grading_badge:contains(A21)", "Why this grade?"),
        click(`${DIALOG} button:contains(Fill in the checklist)`, "Fill in the checklist"),
        ...answerYes("Has paid?"),
        ...answerYes("Real steps taken?"),
        click(`${DIALOG} footer button:contains(/^Save$/)`, "Save"),
        click(`${DIALOG} .o_grading_view button:contains(/^Regrade$/)`, "Regrade"),
        see(`${DIALOG} .o_grading_view header .badge:contains(A02)`, "The facts make it a deal"),
    ],
});
