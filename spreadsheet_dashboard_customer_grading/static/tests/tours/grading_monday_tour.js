import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const card = (title) => `.o-figure canvas.o-scorecard[title='${title}']`;

/** One click from the dashboard: the list behind a number, and back. */
const askCard = (question, title, answer) => [
    { content: question, trigger: `${card(title)}[role=button]`, run: "click" },
    { content: `${question} It is answered.`, trigger: answer },
    { content: "Back to the dashboard", trigger: ".o_breadcrumb .breadcrumb-item a", run: "click" },
];

/** Two clicks from CRM: Reporting, and the report. */
const askReport = (question, xmlid, answer) => [
    {
        content: question,
        trigger: "[data-menu-xmlid='crm.crm_menu_report'], .o_menu_sections .dropdown-toggle:contains(Reporting)",
        run: "click",
    },
    { content: question, trigger: `[data-menu-xmlid='${xmlid}']`, run: "click" },
    { content: `${question} It is answered.`, trigger: answer },
];

/** What a sales director asks on Monday, each within two clicks. */
registry.category("web_tour.tours").add("customer_grading_monday", {
    steps: () => [
        { content: "How many A, how much revenue?", trigger: card("Graded customers") },
        { content: "Where are we concentrated?", trigger: card("Top 10 customers") },
        ...askCard("Who moved up, and why?", "Moved up", ".o_data_row:contains(Customer 003) td[name=why]:contains(Revenue)"),
        ...askCard("Who is about to fall?", "About to fall", ".o_data_row:contains(Faller)"),
        ...askCard("Who is overdue, and whose?", "Overdue follow-ups", ".o_data_row:contains(Forgotten)"),
        ...askCard("Who waits for me?", "Waiting for me", ".o_data_row:contains(Proposed)"),
        ...askCard("Is data missing?", "Not graded", ".o_data_row:contains(Excluded)"),
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Over to CRM"),
        ...askReport(
            "Do grades predict?",
            "customer_grading_simulation.customer_grading_menu_prediction",
            ".o_form_view:contains(What it says)"
        ),
        ...askReport(
            "What does A cost us in terms?",
            "customer_grading_terms.customer_grading_menu_terms_cost",
            ".o_pivot th:contains(A)"
        ),
        ...askReport(
            "Who overrides?",
            "customer_grading_habit.customer_grading_menu_habit_override",
            ".o_pivot th:contains(The director)"
        ),
    ],
});
