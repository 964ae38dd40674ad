import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:contains(${name})`;

/** One has too many: who could go is proposed, and given to a colleague. */
registry.category("web_tour.tours").add("customer_grading_capacity", {
    url: "/odoo/grading-capacity",
    steps: () => [
        { content: "One has too many", trigger: `${row("grading_salesperson")}:contains(Too many)` },
        {
            content: "See who could go",
            trigger: `${row("grading_salesperson")} button[name=action_open_proposals]`,
            run: "click",
        },
        {
            content: "It is said why",
            trigger: `${row("Opportunity 001")}:contains(has 3 of at most 2 opportunities of grade A)`,
        },
        { content: "Assign it", trigger: `${row("Opportunity 001")} button[name=action_assign]`, run: "click" },
        {
            content: "A colleague with room is proposed",
            trigger: `.modal ${row("Opportunity 001")}:contains(grading_colleague)`,
        },
        { content: "Assign", trigger: ".modal footer button[name=action_confirm]", run: "click" },
        { content: "Nobody is left", trigger: ".o_view_nocontent:contains(Nobody has to go elsewhere)" },
    ],
});

/** The same on a phone: cards. */
registry.category("web_tour.tours").add("customer_grading_capacity_phone", {
    url: "/odoo/grading-proposals",
    steps: () => [
        {
            content: "Assign it",
            trigger: ".o_kanban_record:contains(Opportunity 001) button[name=action_assign]",
            run: "click",
        },
        { content: "Assign", trigger: ".modal footer button[name=action_confirm]", run: "click" },
        { content: "Nobody is left", trigger: ".o_view_nocontent:contains(Nobody has to go elsewhere)" },
    ],
});

/** A visitor goes to who is next. */
registry.category("web_tour.tours").add("customer_grading_reception", {
    steps: () => [
        {
            content: "The next free person is shown",
            trigger: ".o_field_widget[name=next_host_id]:contains(grading_salesperson)",
        },
        { content: "Assign", trigger: "button[name=action_assign_to_next]", run: "click" },
        {
            content: "The salesperson is written",
            trigger: ".o_form_view:not(:has(.o_field_widget[name=next_host_id] .o_avatar))",
        },
    ],
});
