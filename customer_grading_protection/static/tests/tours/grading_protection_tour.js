import { registry } from "@web/core/registry";

/** A salesperson cancels an order that is protected: a reason is asked, and it waits. */
registry.category("web_tour.tours").add("customer_grading_protection_ask", {
    steps: () => [
        { content: "Cancel", trigger: ".o_statusbar_buttons button[name=action_ask_to_cancel]", run: "click" },
        {
            content: "Others decide",
            trigger: ".modal .o_field_widget[name=decider_text]:contains(Grading officers)",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit The project was stopped && press Tab",
        },
        { content: "Ask", trigger: ".modal footer button:contains(Ask to cancel)", run: "click" },
        { content: "It waits", trigger: "div[name=grading_request] button:contains(Open the request)" },
        { content: "It stands", trigger: ".o_arrow_button_current:contains(Sales Order)" },
    ],
});

/** A manager looks at what is asked, and cancels the order. */
registry.category("web_tour.tours").add("customer_grading_protection_approve", {
    url: "/odoo/orders-to-be-cancelled",
    steps: () => [
        {
            content: "Open it",
            trigger: ".o_data_row td[name=reason]:contains(The project was stopped)",
            run: "click",
        },
        { content: "Why, and who", trigger: ".o_field_widget[name=reason]:contains(The project was stopped)" },
        {
            content: "Cancel the order",
            trigger: ".o_statusbar_buttons button[name=action_approve]",
            run: "click",
        },
        { content: "It is", trigger: ".o_arrow_button_current:contains(Cancelled)" },
        { content: "Look at the order", trigger: ".o_field_widget[name=order_id] a", run: "click" },
        { content: "It is cancelled", trigger: ".o_form_view .o_arrow_button_current:contains(Cancelled)" },
    ],
});
