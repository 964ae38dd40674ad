import { registry } from "@web/core/registry";
import { DIALOG, click, see, write } from "./grading_steps";

const VIEW = `${DIALOG} .o_grading_view`;

registry.category("web_tour.tours").add("customer_grading_read_why", {
    url: "/odoo/action-base.action_partner_form",
    steps: () => [
        click(".o_data_row td[name=complete_name]:contains(Small Trucks)", "Open my customer"),
        click("button[name=action_why_grade]:has(.badge:contains(/^B$/))", "Why this grade?"),
        see(`${VIEW}:contains(Why B)`, "Why"),
        see(`${VIEW} tr:contains(Revenue):contains(at least 1,000):contains(2,050)`, "Asked and is"),
        see(`${VIEW}:contains(Why not A: 1 of 2 not met)`, "Why not better"),
        see(
            `${VIEW}:contains(To reach A: “Long-term partner?” answered yes):contains(asked of the salesperson)`,
            "What next"
        ),
        see(`${VIEW}:contains(waits for a grading officer since)`, "What waits, and for whom"),
        see(`${VIEW}:contains(Before)`, "What was before"),
        see(`${VIEW} tr:contains(Long-term partner?) a:contains(/^Answer$/)`, "What can be done"),
    ],
});

registry.category("web_tour.tours").add("customer_grading_aside", {
    url: "/odoo/action-base.action_partner_form",
    steps: () => [
        click(".o_data_row td[name=complete_name]:contains(Azure Trucks)", "Open a customer"),
        click("button[name=action_why_grade]", "Why this grade?"),
        see(`${VIEW} tr:contains(at least 1,000) .text-success:contains(✔)`, "What holds is green"),
        see(
            `${VIEW} tr.text-muted:contains(at least 900,000) .o_grading_mark.text-muted:contains(✘)`,
            "The alternative that failed is grey"
        ),
    ],
});

/** A salesperson proposes a grade, from Why this grade? */
registry.category("web_tour.tours").add("customer_grading_propose", {
    url: "/odoo/action-base.action_partner_form",
    steps: () => [
        click(".o_data_row td[name=complete_name]:contains(Small Trucks)", "Open my customer"),
        click("button[name=action_why_grade]", "Why this grade?"),
        click(`${VIEW} button:contains(Propose a grade)`, "Propose a grade"),
        click(`${DIALOG} .o_selection_badge:contains(A)`, "A"),
        write("reason", "New plant from March"),
        click(`${DIALOG} footer button:contains(/^Propose$/)`, "Propose it"),
        see(`${VIEW}:contains(proposes A: “New plant from March”)`, "It waits for an officer"),
    ],
});

/** An officer refuses what was proposed, with a reason. */
registry.category("web_tour.tours").add("customer_grading_refuse", {
    url: "/odoo/grade-changes",
    steps: () => [
        click(".o_data_row:contains(Small Trucks) td[name=subject_name]", "Open the proposal"),
        see(".o_form_view:contains(New plant from March)", "Why it was proposed"),
        click("button[name=action_ask_refusal]", "Refuse"),
        write("reason", "Not before March"),
        click(`${DIALOG} footer button[name=action_confirm]`, "Refuse"),
        see("body:not(:has(.modal)) .o_arrow_button_current:contains(Refused)", "It is refused"),
    ],
});

/** Who proposed reads that it was refused, by whom and why. */
registry.category("web_tour.tours").add("customer_grading_read_refusal", {
    url: "/odoo/action-base.action_partner_form",
    steps: () => [
        click(".o_data_row td[name=complete_name]:contains(Small Trucks)", "Open my customer"),
        click("button[name=action_why_grade]", "Why this grade?"),
        see(`${VIEW}:contains(was refused by):contains(Not before March)`, "Refused, by whom, why"),
    ],
});
