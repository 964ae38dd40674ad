import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { DIALOG, click, see, write } from "@customer_grading/../tests/tours/grading_steps";

registry.category("web_tour.tours").add("customer_grading_first_use", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        {
            trigger: "[data-menu-xmlid='customer_grading.customer_grading_menu_root']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='customer_grading.customer_grading_menu_my_customers']",
            run: "click",
        },
        { trigger: ".o_grading_first_use button[name=action_start]", run: "click" },
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
