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

/** Opens To assess as the menu does. */
const TO_ASSESS = "/odoo/action-customer_grading_assessment.customer_grading_assessment_action_open";

/** On a phone: whose the customer is, what it buys and would become; answered, it is asked no more. */
registry.category("web_tour.tours").add("customer_grading_to_assess_phone", {
    url: TO_ASSESS,
    steps: () => {
        const card = ".o_kanban_record:contains(Zhao Transport)";
        return [
            see(`${card}:contains(Would become) [name=would_grade_id]:contains(A)`, "What is within reach"),
            see(`${card} [name=stake]:contains(5,000)`, "What it buys"),
            see(`${card} [name=salesperson_id]`, "Whose it is"),
            see(".o_kanban_record:contains(Nobody's) [name=stake]:contains(hidden)", "Not for everybody"),
            click(card, "Open it"),
            see(".o_form_view [name=would_grade_id]:contains(A)", "What it would become"),
            see(".o_form_view [name=stake]:contains(5,000)", "What it buys"),
            see(".o_form_view [name=salesperson_id]:contains(Salesperson)", "Whose it is"),
            {
                content: "Yes",
                trigger: ".o_form_view [name=new_answer] select",
                run: "select Yes",
            },
            click(".o_form_button_save", "Save"),
            see(".o_form_view:not(:has(.o_form_dirty))", "Saved"),
            click(".o_back_button", "Back to the cards"),
            see(`${card}:contains(✔)`, "It is answered"),
        ];
    },
});

/** Once answered, it waits no more. */
registry.category("web_tour.tours").add("customer_grading_to_assess_again_phone", {
    url: TO_ASSESS,
    steps: () => [
        see(".o_kanban_record:contains(Nobody's)", "What nobody answered waits"),
        see(".o_kanban_view:not(:has(.o_kanban_record:contains(Zhao Transport)))", "It is gone"),
    ],
});
