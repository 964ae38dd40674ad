import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const row = (name) => `.o_data_row:contains(${name})`;

/** An administrator writes a rule on a grade, looks at its preview, and activates it. */
registry.category("web_tour.tours").add("customer_grading_pool_rule", {
    steps: () => [
        {
            content: "Write a rule",
            trigger: ".o_field_widget[name=pool_rule_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "It reads as a sentence",
            trigger: ".modal .o_field_widget[name=reads_as]:contains(to the pool on day 60)",
        },
        { content: "Sooner", trigger: ".modal .o_field_widget[name=remind_days] input", run: "edit 5" },
        { content: "Sooner", trigger: ".modal .o_field_widget[name=leader_days] input", run: "edit 6" },
        { content: "Sooner", trigger: ".modal .o_field_widget[name=take_days] input", run: "edit 7 && press Tab" },
        {
            content: "The sentence follows",
            trigger: ".modal .o_field_widget[name=reads_as]:contains(to the pool on day 7)",
            run: "click",
        },
        { content: "Keep it", trigger: ".modal .o_form_button_save", run: "click" },
        {
            content: "It is a draft",
            trigger: `.o_field_widget[name=pool_rule_ids] ${row("No contact for 7 days")}:contains(Draft)`,
        },
        ...stepUtils.saveForm(),
        {
            content: "Look at what it does",
            trigger: `.o_field_widget[name=pool_rule_ids] ${row("No contact for 7 days")} button:contains(Preview)`,
            run: "click",
        },
        {
            content: "Who was neglected is there",
            trigger: `.o_field_widget[name=line_ids] ${row("Long silent")}`,
        },
        { content: "Activate", trigger: "button[name=action_activate]", run: "click" },
        { content: "Yes", trigger: ".modal footer button:contains(Activate)", run: "click" },
        { content: "It is in force", trigger: ".o_arrow_button_current:contains(In force)" },
    ],
});

/** A salesperson claims a customer from the pool. */
registry.category("web_tour.tours").add("customer_grading_pool_claim", {
    url: "/odoo/pool",
    steps: () => [
        { content: "Two are there", trigger: `${row("Lonely one")}:contains(No contact for)` },
        { content: "Claim one", trigger: `${row("Lonely one")} button[name=action_claim]`, run: "click" },
        { content: "It is gone", trigger: `.o_list_view:not(:has(${row("Lonely one")}))` },
        { content: "Choose the other one", trigger: `${row("Also free")} .o_list_record_selector input`, run: "click" },
        { content: "Claim it", trigger: ".o_control_panel button[name=action_claim]", run: "click" },
        { content: "The pool is empty", trigger: ".o_view_nocontent:contains(Nobody is in the pool)" },
    ],
});

/** The same on a phone: cards. */
registry.category("web_tour.tours").add("customer_grading_pool_claim_phone", {
    url: "/odoo/pool",
    steps: () => [
        {
            content: "Claim one",
            trigger: ".o_kanban_record:contains(Lonely one) button[name=action_claim]",
            run: "click",
        },
        { content: "It is gone", trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains(Lonely one)))" },
        { content: "The other one waits", trigger: ".o_kanban_record:contains(Also free)" },
    ],
});
