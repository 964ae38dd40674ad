import { registry } from "@web/core/registry";

import { click, openPage, see } from "./grading_steps";

const STATUS = (state) => `.o_arrow_button_current[data-value=${state}]`;

registry.category("web_tour.tours").add("customer_grading_versions", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action",
    steps: () => [
        click(".o_data_row:contains(Accounts) td[name=display_name]", "Open the policy in force"),
        see(STATUS("running")),
        click("button[name=action_revise]", "Revise it"),
        see(`.o_form_view:has(${STATUS("draft")}):contains(v2)`, "The next version is a draft"),
        click(".o_field_widget[name=rule_ids] .o_data_row:contains(A) td[name=text]"),
        click(".modal .o_grading_rule_lines .o_data_row td[name=value]"),
        {
            content: "A takes more",
            trigger: ".modal .o_grading_rule_lines .o_selected_row td[name=value] input",
            run: "edit 2000",
        },
        click(".modal .o_form_button_save", "Save the grade"),
        see("body:not(:has(.modal)) .o_field_widget[name=rule_ids] td[name=text]:contains(2,000)"),
        click("body:not(:has(.modal)) button[name=action_activate]", "Look what it would do"),
        see(".o_field_widget[name=summary] .o_grading_view"),
        click("button[name=action_put_in_force]", "Activate"),
        see(`.o_form_view:contains(v2):has(${STATUS("running")})`, "The version is in force"),
        click("button[name=action_view_versions]", "Open the versions"),
        see(".o_data_row:contains(Running):has(td[name=version]:contains(2))"),
        see(".o_data_row:contains(Closed):has(td[name=version]:contains(1))"),
    ],
});

registry.category("web_tour.tours").add("customer_grading_schedule_version", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action",
    steps: () => [
        click(".o_data_row:contains(Accounts) td[name=display_name]"),
        click("button[name=action_revise]"),
        see(STATUS("draft")),
        {
            content: "In force from a later day",
            trigger: ".o_field_widget[name=date_from] input",
            run: "edit 01/01/2099 && press Tab",
        },
        click("button[name=action_activate]", "Activate opens the try-on"),
        click("button[name=action_put_in_force]", "Activate"),
        see(STATUS("scheduled")),
        see(".alert:contains(takes over on)", "It says when"),
        click("button[name=action_unschedule]", "Back to draft"),
        see(STATUS("draft")),
        ...openPage("reads_as"),
        see(".o_field_widget[name=reads_as]:contains(In force from)"),
    ],
});

/** Another policy takes over from the one in force: said before it is tried on, and beside the button. */
registry.category("web_tour.tours").add("customer_grading_take_over", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action",
    steps: () => [
        click(".o_data_row:contains(Simple) td[name=display_name]", "Open the draft"),
        see(".o_form_view .alert:contains(takes over from it)", "It says whom it takes over from"),
        click("button[name=action_activate]", "Look what it would do"),
        see(".alert .o_field_widget[name=takeover_text]:contains(“Accounts”)", "And so does the try-on"),
        see(".o_grading_view tr:has(td:first:contains(C)) td:contains(/^3\\b/)", "All are counted"),
        see("body:not(:has(button[name=action_put_in_force]:contains(Activate)))"),
        click("button[name=action_put_in_force]:contains(Take over)", "Take over"),
        see(`.o_form_view:contains(Simple):has(${STATUS("running")})`, "It is in force"),
    ],
});
