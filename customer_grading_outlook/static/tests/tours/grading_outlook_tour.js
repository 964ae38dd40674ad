import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:contains(${name})`;

/** A salesperson looks who is about to fall, plans an activity, and finds them among the contacts. */
registry.category("web_tour.tours").add("customer_grading_outlook", {
    url: "/odoo/grading-outlook",
    steps: () => [
        { content: "Who falls is there", trigger: ".o_facet_value:contains(About to fall)" },
        { content: "In the main dimension", trigger: ".o_facet_value:contains(Main dimension)" },
        { content: "It says what keeps the grade", trigger: `${row("Faller")}:contains(400 more of Revenue)` },
        { content: "Mine alone", trigger: `.o_list_view:not(:has(${row("Foreign")}))` },
        {
            content: "Everybody's",
            trigger: ".o_searchview_facet:contains(Mine) .o_facet_remove",
            run: "click",
        },
        {
            content: "The figures of others are hidden",
            trigger: `${row("Foreign")} td[name=what_it_takes]:contains(hidden)`,
        },
        { content: "Their revenue, too", trigger: `${row("Foreign")} td[name=revenue]:contains(hidden)` },
        { content: "Mine are told", trigger: `${row("Faller")} td[name=revenue]:contains(1,500)` },
        { content: "Plan", trigger: `${row("Faller")} button[name=action_plan]`, run: "click" },
        {
            content: "It says what it is about",
            trigger: ".modal .o_field_widget[name=summary] input:value(About to fall to B)",
        },
        { content: "Schedule it", trigger: ".modal button[name=action_schedule_activities]", run: "click" },
        { content: "It is planned", trigger: "body:not(:has(.modal))" },
        { content: "Open the customer", trigger: `${row("Faller")} td[name=partner_id]`, run: "click" },
        { content: "Why this grade?", trigger: "button[name=action_why_grade]", run: "click" },
        { content: "It falls, on a day", trigger: "body:contains(Falls to B on)" },
        { content: "What keeps it", trigger: "body:contains(To keep A, by then: 400 more)" },
    ],
});

/** The same on a phone: cards. */
registry.category("web_tour.tours").add("customer_grading_outlook_phone", {
    url: "/odoo/grading-outlook",
    steps: () => [
        { content: "Who falls", trigger: ".o_kanban_record:contains(Faller):contains(400 more of Revenue)" },
        { content: "With the revenue", trigger: ".o_kanban_record:contains(Faller):contains(Revenue: 1,500)" },
        {
            content: "Plan",
            trigger: ".o_kanban_record:contains(Faller) button[name=action_plan]",
            run: "click",
        },
        {
            content: "It says what it is about",
            trigger: ".modal .o_field_widget[name=summary] input:value(About to fall to B)",
        },
    ],
});

/** Contacts and opportunities are filtered by it. */
registry.category("web_tour.tours").add("customer_grading_outlook_filter", {
    steps: () => [
        { content: "Open the filters", trigger: ".o_searchview_dropdown_toggler", run: "click" },
        { content: "Who falls", trigger: ".o_filter_menu .o-dropdown-item:contains(About to fall)", run: "click" },
        { content: "Only one is left", trigger: ".o_group_header:contains((1))" },
        { content: "It is who falls", trigger: row("Faller") },
        { content: "Nobody else", trigger: `.o_list_view:not(:has(${row("Stayer")}))` },
    ],
});
