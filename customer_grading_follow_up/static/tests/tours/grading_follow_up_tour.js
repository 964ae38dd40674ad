import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:contains(${name})`;
const card = (name) => `.o_kanban_record:contains(${name})`;

/** A salesperson sees who waits, notes a call, and plans a visit. */
registry.category("web_tour.tours").add("customer_grading_day", {
    url: "/odoo/follow-ups",
    steps: () => [
        { content: "One customer is overdue", trigger: `${row("Waits long")}:has([name=date_due] .text-danger)` },
        { content: "A call of today", trigger: `${row("Waits long")} button[name=action_log]`, run: "click" },
        { content: "The next one is later than this week", trigger: `.o_list_view:not(:has(${row("Waits long")}))` },
        { content: "Plan a visit", trigger: `${row("Due soon")} button[name=action_plan]`, run: "click" },
        {
            content: "What it is about stands there",
            trigger: ".modal .o_field_widget[name=summary] input:value(Its trade)",
        },
        { content: "Plan it", trigger: ".modal footer button:contains(Save), .modal footer button:contains(Schedule)", run: "click" },
        { content: "The dialog is gone", trigger: "body:not(:has(.modal))" },
        { content: "Open the customer", trigger: `${row("Due soon")} td[name=partner_id]`, run: "click" },
        { content: "It is planned", trigger: ".o-mail-Activity:contains(Its trade)" },
    ],
});

/** Attainment is a picture over time first, then a table with a column for each month. */
registry.category("web_tour.tours").add("customer_grading_attainment", {
    url: "/odoo/contact-attainment",
    steps: () => [
        { content: "A picture", trigger: ".o_graph_view .o_graph_canvas_container canvas" },
        {
            content: "Of outcomes, one on top of another",
            trigger: ".o_graph_view .o_graph_button.active[data-tooltip=Stacked]",
        },
        { content: "The table", trigger: ".o_switch_view.o_pivot", run: "click" },
        {
            content: "A month is a column",
            trigger: `.o_pivot thead th:contains(${luxon.DateTime.now().toFormat("MMMM yyyy")})`,
        },
        { content: "An outcome is a row", trigger: ".o_pivot tbody th:contains(In time)" },
    ],
});

/** The same on a phone: cards, the first one noted. */
registry.category("web_tour.tours").add("customer_grading_day_phone", {
    url: "/odoo/follow-ups",
    steps: () => [
        { content: "One customer is overdue", trigger: `${card("Waits long")}:has([name=date_due] .text-danger)` },
        { content: "A call of today", trigger: `${card("Waits long")} button[name=action_log]`, run: "click" },
        { content: "It is gone", trigger: `.o_kanban_view:not(:has(${card("Waits long")}))` },
        { content: "The other one waits", trigger: card("Due soon") },
    ],
});
