import { registry } from "@web/core/registry";

import { click, see } from "@customer_grading/../tests/tours/grading_steps";

const DRAFT = ".o_arrow_button_current[data-value=draft]";
const back = (name) => click(`.o_breadcrumb a:contains(${name}), .o_breadcrumb .o_back_button`);

registry.category("web_tour.tours").add("customer_grading_simulation", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action",
    steps: () => [
        click(".o_data_row:contains(v2) td[name=display_name]", "Open the next version"),
        see(DRAFT),

        click("button[name=action_compare]", "What differs"),
        see(".modal .o_grading_differences td:contains(1,000)", "Before"),
        see(".modal .o_grading_differences td:contains(2,000)", "Now"),
        click(".modal button[name=action_compare_grades]", "Compare the grades"),
        see(".o_pivot .o_pivot_cell_value", "Grade by grade"),
        see(".o_breadcrumb:contains(1 of 3 differ)"),
        back("v2"),
        see(DRAFT),

        click("button[name=action_start_pilot]", "Start the pilot"),
        see(".o_field_widget[name=summary] .o_grading_view", "The first night is told at once"),
        click("button[name=action_view_pilot_days]", "Day by day"),
        see(".o_graph_renderer canvas", "As a picture first"),
        click(".o_switch_view.o_list"),
        see(".o_data_row:contains(33.3)"),
        back("Pilot"),
        click("button[name=action_back_to_editing]"),
        see("button[name=action_stop_pilot]", "The pilot goes on"),

        click("button[name=action_view_pilot]:contains(1)", "One differs"),
        click("button[name=action_view_moves]", "As a table"),
        see(".o_pivot .o_pivot_cell_value"),
        back("Pilot"),
        click("button[name=action_put_in_force]", "Activate"),
        see(".o_form_view:contains(v2) .o_arrow_button_current[data-value=running]"),
    ],
});

registry.category("web_tour.tours").add("customer_grading_prediction", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action",
    steps: () => [
        click(".o_data_row:contains(Accounts) td[name=display_name]", "Open the policy"),
        click("button:contains(Does it predict?)", "Ask"),
        see(".modal .o_field_widget[name=last_text] span", "What is looked at"),
        click(".modal button[name=action_run]", "Look at what followed"),
        see(".o_grading_view td:contains(A bought 2.5 times the average)", "In words"),
        see(".o_grading_view td:contains(The only one of A brought)"),
        click("button[name=action_view_prediction]", "As a picture"),
        see(".o_graph_renderer canvas"),
        click(".o_switch_view.o_pivot"),
        see(".o_pivot .o_pivot_cell_value", "As a table"),
        click(".o_switch_view.o_list"),
        see(".o_data_row:contains(Plain revenue rank)"),

        click(".o_breadcrumb a:contains(Accounts)"),
        click("button:contains(Back-test)", "Back-test it"),
        click(".modal button[name=action_run]"),
        see(".o_graph_renderer canvas", "Stacked months"),
        click(".o_switch_view.o_pivot"),
        see(".o_pivot .o_pivot_cell_value"),
    ],
});
