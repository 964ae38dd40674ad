import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { DIALOG, click, saveDialog, see, tryOn, write } from "@customer_grading/../tests/tours/grading_steps";

function openMyCustomers() {
    const menu = (name) => `[data-menu-xmlid='customer_grading.customer_grading_menu_${name}']`;
    return [click(menu("root")), click(menu("my_customers"))];
}

function start() {
    return [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        ...openMyCustomers(),
        click(".o_grading_first_use button[name=action_start]", "Start"),
    ];
}

registry.category("web_tour.tours").add("customer_grading_empty_company", {
    url: "/odoo",
    steps: () => [...start(), see(".o_form_view:contains(Nobody to grade yet)")],
});

registry.category("web_tour.tours").add("customer_grading_first_use", {
    url: "/odoo",
    steps: () => [
        ...start(),
        {
            content: "The try-on shows grades, and nothing is saved as a grade",
            trigger: ".o_form_view button[name=action_put_in_force]",
            run: "click",
        },
        {
            content: "The policy is in force",
            trigger: ".o_arrow_button_current[data-value=running]",
        },
        {
            content: "Customers are graded",
            trigger: "button[name=action_view_results] .o_stat_value:contains(10)",
        },
        ...openMyCustomers(),
        {
            content: "They are grouped by their grades",
            trigger: ".o_group_header:contains(Key customer)",
            run: ({ anchor }) => document.querySelector(".o_data_row") || anchor.click(),
        },
        see(".o_data_row:contains(Customer 001) td[name=customer_grade_id] .badge:contains(/^A$/)"),
    ],
});

/** Makes an empty draft by the dialog that New opens, and waits for its form. */
function newPolicy(name, start, steps = []) {
    return [
        see(".o_list_view"),
        click(".o_control_panel button:contains(/^New$/)", "New"),
        write("name", name),
        ...steps,
        click(`${DIALOG} .o_field_widget[name=${start}] input[data-value=empty]`, "From nothing"),
        click(`${DIALOG} button[name=action_create]`, "Create"),
        see(".o_form_view .o_field_widget[name=decide_by]", "The draft is open"),
    ];
}

registry.category("web_tour.tours").add("customer_grading_start_from_nothing", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action",
    steps: () => [
        ...newPolicy("Share of sales", "start"),
        click(".o_breadcrumb a:contains(Policies), .o_breadcrumb .o_back_button", "Back"),
        ...newPolicy("Sales process", "lead_start", [
            click(`${DIALOG} .o_field_widget[name=subject] input[data-value=lead]`, "Opportunities"),
            see(`${DIALOG} .o_field_widget[name=lead_start]`),
        ]),
        see(".o_field_widget[name=lead_population]", "It grades opportunities"),
    ],
});

registry.category("web_tour.tours").add("customer_grading_start_from_own_figures", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action",
    steps: () => [
        click(".o_control_panel button:contains(/^New$/)", "New"),
        write("name", "By own figures"),
        click(`${DIALOG} .o_field_widget[name=start] input[data-value=requirements]`),
        click(`${DIALOG} button[name=action_create]`, "Create"),
        see(".o_notification:contains(taken from the figures of 20 customers)"),
        click(".o_field_widget[name=rule_ids] .o_data_row:contains(Key customer) td[name=text]"),
        see(`${DIALOG} .o_grading_reach:contains(2 customers reach it) svg rect.o_grading_reached`),
        click(`${DIALOG} .o_data_row:first td[name=value]`, "The limit of the revenue"),
        {
            content: "Who types sees how many reach it, before anything is saved",
            trigger: `${DIALOG} .o_selected_row td[name=value] input`,
            run: ({ anchor }) => {
                anchor.value = "1,500";
                anchor.dispatchEvent(new InputEvent("input", { bubbles: true }));
            },
        },
        see(`${DIALOG} .o_selected_row .o_grading_reach:contains(6 customers reach it)`),
        click(`${DIALOG} .o_field_x2many_list_row_add a:contains(Add a condition)`),
        {
            content: "A word finds measures besides the criteria that there are",
            trigger: `${DIALOG} .o_selected_row td[name=criterion_id] input:placeholder-shown`,
            run: "edit order am",
        },
        click(".o-autocomplete--dropdown-item:contains(Order amount):contains(new criterion)"),
        see(`${DIALOG} .o_selected_row td[name=operator] input:value(at least)`),
        see(`${DIALOG} .o_selected_row .o_grading_reach:contains(20 customers reach it)`),
        ...saveDialog(),
        ...tryOn({ A: 6 }),
    ],
});
