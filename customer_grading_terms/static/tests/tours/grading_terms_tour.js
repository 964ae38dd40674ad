import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** An administrator writes what a grade gives, checks who is affected, and activates it. */
registry.category("web_tour.tours").add("customer_grading_terms_give", {
    steps: () => [
        {
            content: "Write what the grade gives",
            trigger: ".o_field_widget[name=benefit_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        { content: "Payment terms", trigger: ".modal .o_field_widget[name=kind] input", run: "click" },
        {
            content: "Payment terms",
            trigger: ".o_select_menu_item:contains(Payment terms)",
            run: "click",
        },
        {
            content: "Which",
            trigger: ".modal .o_field_widget[name=payment_term_id] input",
            run: "edit Sixty days of the tour",
        },
        {
            content: "These",
            trigger: ".o-autocomplete--dropdown-item:contains(Sixty days of the tour)",
            run: "click",
        },
        {
            content: "It reads as a sentence",
            trigger: ".modal .o_field_widget[name=reads_as]:contains(Payment terms: Sixty days of the tour)",
        },
        { content: "Keep it", trigger: ".modal .o_form_button_save", run: "click" },
        ...stepUtils.saveForm(),
        { content: "Where it is given", trigger: "button[name=action_view_terms]", run: "click" },
        { content: "Nothing is given yet", trigger: ".o_data_row:contains(Nothing is given yet) td[name=dimension_id]", run: "click" },
        { content: "Look whom it changes", trigger: ".o_statusbar_buttons button[name=action_preview]", run: "click" },
        { content: "There it is", trigger: ".o_data_row:contains(Sixty days of the tour)" },
        { content: "Back", trigger: ".o_breadcrumb .o_back_button", run: "click" },
        { content: "Activate", trigger: ".o_statusbar_buttons button[name=action_activate]", run: "click" },
        { content: "Yes", trigger: ".modal footer button:contains(Activate)", run: "click" },
        { content: "It is in force", trigger: ".o_arrow_button_current:contains(In force)" },
    ],
});

/** A salesperson reads on the customer what its grade gives. */
registry.category("web_tour.tours").add("customer_grading_terms_why", {
    steps: () => [
        { content: "Why this grade?", trigger: ".o_grading_badge", run: "click" },
        {
            content: "What it gives",
            trigger: ".modal :contains(What grade A gives)",
        },
        { content: "Since when", trigger: ".modal tr:contains(Sixty days of the tour):contains(since)" },
    ],
});
