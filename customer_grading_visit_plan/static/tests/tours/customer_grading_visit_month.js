import { registry } from "@web/core/registry";

const { DateTime } = luxon;
const column = (number) => `.o_kanban_group:nth-child(${number})`;
const card = (name) => `.o_kanban_record:contains(${name})`;
const menu = (xmlid) => `[data-menu-xmlid="${xmlid}"]`;

/** A manager makes the plans of the next month, moves a visit, confirms, and looks at the figures. */
registry.category("web_tour.tours").add("customer_grading_visit_month", {
    url: "/odoo/visit-plans",
    steps: () => [
        { content: "Plans of a month", trigger: "button:contains(Make plans)", run: "click" },
        {
            content: "The next one",
            trigger: ".modal .o_field_widget[name=date_month] input, .modal .o_field_widget[name=date_month] button",
            async run(helpers) {
                await helpers.click();
            },
        },
        {
            content: "A day of it",
            trigger: ".modal .o_field_widget[name=date_month] input",
            async run(helpers) {
                await helpers.edit(DateTime.now().plus({ months: 1 }).toFormat("MM/dd/yyyy"));
                await helpers.press("Tab");
            },
        },
        { content: "Make them", trigger: ".modal footer button[name=action_make]", run: "click" },
        { content: "Open the salesperson's", trigger: ".o_data_row:contains(Draft) td:contains(Sally Seller)", run: "click" },
        { content: "Its visits", trigger: "button[name=action_open_visits]:contains(Planned)", run: "click" },
        {
            content: "Draw the visit to the second week",
            trigger: `.o_kanban_group:not(:nth-child(2)) ${card("Moves on")}`,
            run: `drag_and_drop(${column(2)})`,
        },
        { content: "There it is", trigger: `${column(2)} ${card("Moves on")}` },
        { content: "Back to the plan", trigger: ".o_back_button, .breadcrumb-item:last a", run: "click" },
        { content: "Confirm it", trigger: "button[name=action_confirm]:contains(Confirm)", run: "click" },
        { content: "It is confirmed", trigger: ".o_statusbar_status .o_arrow_button_current:contains(Confirmed)" },
        { content: "Reporting", trigger: menu("crm.crm_menu_report"), run: "click" },
        {
            content: "Statistics",
            trigger: menu("customer_grading_visit_plan.customer_grading_menu_visit_report"),
            run: "click",
        },
        { content: "Of all months", trigger: ".o_facet_remove", run: "click" },
        { content: "The salesperson's row", trigger: ".o_pivot th:contains(Sally Seller)" },
    ],
});

/** A salesperson notes today's visit on the phone. */
registry.category("web_tour.tours").add("customer_grading_visit_phone", {
    url: "/odoo/visits-today",
    steps: () => [
        { content: "A visit of today", trigger: `${card("Comes today")} button[name=action_log]`, run: "click" },
        { content: "It was successful", trigger: `${card("Comes today")} button[name=action_succeed]`, run: "click" },
        { content: "It is marked", trigger: `${card("Comes today")} .text-success` },
    ],
});
