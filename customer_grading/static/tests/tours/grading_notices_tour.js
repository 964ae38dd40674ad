import { registry } from "@web/core/registry";
import { DIALOG, click, see } from "./grading_steps";

const SHEET = `${DIALOG} .o_grading_sheet`;

registry.category("web_tour.tours").add("customer_grading_read_why", {
    url: "/odoo/action-base.action_partner_form",
    steps: () => [
        click(".o_data_row td[name=complete_name]:contains(Small Trucks)", "Open my customer"),
        click("button[name=action_why_grade]:has(.badge:contains(/^B$/))", "Why this grade?"),
        see(`${SHEET}:contains(Why B)`, "Why"),
        see(`${SHEET} tr:contains(Revenue):contains(at least 1,000):contains(2,050)`, "Asked and is"),
        see(`${SHEET}:contains(Why not A: 1 of 2 not met)`, "Why not better"),
        see(
            `${SHEET}:contains(To reach A: “Long-term partner?” answered yes):contains(asked of the salesperson)`,
            "What next"
        ),
        see(`${SHEET}:contains(waits for a grading officer since)`, "What waits, and for whom"),
        see(`${SHEET}:contains(Before)`, "What was before"),
        see(`${SHEET} tr:contains(Long-term partner?) a:contains(/^Answer$/)`, "What can be done"),
    ],
});
