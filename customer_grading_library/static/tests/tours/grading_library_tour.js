import { registry } from "@web/core/registry";

import { DIALOG, click, see, write } from "@customer_grading/../tests/tours/grading_steps";

const POLICIES = "/odoo/action-customer_grading.customer_grading_policy_action";

/** Puts the draft on the screen in force, and sees so many graded. */
function activate(count) {
    return [
        click(".o_form_view button[name=action_activate]", "Activate"),
        click(".o_form_view button[name=action_put_in_force]", "Put it in force"),
        see(".o_arrow_button_current[data-value=running]", "It is in force"),
        see(`button[name=action_view_results] .o_stat_value:contains(${count})`),
    ];
}

registry.category("web_tour.tours").add("customer_grading_from_the_guide", {
    url: POLICIES,
    steps: () => [
        click(".o_control_panel button:contains(Help me choose)"),
        click(".o_field_widget[name=decides] input[data-value=money]", "Money matters most"),
        click("button[name=action_find]", "Show what fits"),
        see(".o_kanban_record:contains(A-D by revenue rank) tr:contains(/^A.*2$/)"),
        see(".o_kanban_record:nth-child(2) .o_grading_bar", "There is another beside it"),
        click(".o_kanban_record:contains(A-D by revenue rank) button[name=action_adopt]"),
        click(`${DIALOG} footer button[name=action_adopt]`, "Adopt it"),
        see(".o_form_view .o_field_widget[name=decide_by]", "The draft is open"),
        ...activate(20),
    ],
});

registry.category("web_tour.tours").add("customer_grading_from_the_library", {
    url: POLICIES,
    steps: () => [
        click(".o_control_panel button:contains(Library)"),
        see(".o_kanban_view"),
        {
            content: "Look for a word",
            trigger: ".o_searchview_input",
            run: "edit yearly sales",
        },
        click(".o_searchview_autocomplete .o-dropdown-item:contains(yearly sales)"),
        click(".o_kanban_record:contains(VIP, level 1)"),
        see(".o_field_widget[name=reads_as]:contains(5,000,000)", "It says what it asks"),
        click("button[name=action_try_on]", "Try on my data"),
        see(".o_grading_view:contains(Result) tr:contains(VIP)"),
        click("button[name=action_adopt]", "Adopt"),
        see(`${DIALOG} .o_field_widget[name=limit_ids] .o_data_row:first td[name=original_reach]:contains(/^0$/)`),
        see(`${DIALOG} .o_field_widget[name=limit_ids] .o_data_row:first td[name=reach]:contains(/^1$/)`),
        click(`${DIALOG} .o_field_widget[name=grade_ids] .o_data_row:first td[name=name]`),
        {
            content: "The best grade has another name here",
            trigger: `${DIALOG} .o_field_widget[name=grade_ids] .o_selected_row td[name=name] input`,
            run: "edit House customer",
        },
        write("name", "Our levels"),
        click(`${DIALOG} footer button[name=action_adopt]`, "Adopt it"),
        see(".o_field_widget[name=rule_ids] .o_data_row:first:contains(House customer)"),
        click("a.nav-link[name=reads_as]", "Read it"),
        click("button[name=action_view_library_difference]", "What differs from the library"),
        see(`${DIALOG} .o_grading_view td:contains(5,000,000)`),
        click(`${DIALOG} footer button`, "Close"),
        see("body:not(:has(.modal))"),
    ],
});
