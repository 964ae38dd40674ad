import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const row = (name) => `.o_data_row:contains(${name})`;

/** An officer opens the draft of a salesperson, decides otherwise, and asks for approval. */
registry.category("web_tour.tours").add("customer_grading_credit_propose", {
    url: "/odoo/credit-proposals",
    steps: () => [
        { content: "Open the draft", trigger: `${row("Big")} .o_data_cell`, run: "click" },
        {
            content: "It says by what",
            trigger: ".o_field_widget[name=explanation_text]:contains(80 of 80 points)",
        },
        {
            content: "Another limit",
            trigger: ".o_field_widget[name=decided_limit] input",
            run: "edit 40000 && press Tab",
        },
        ...stepUtils.saveForm(),
        { content: "Ask", trigger: "button[name=action_ask]", run: "click" },
        { content: "It waits", trigger: ".o_arrow_button_current:contains(To approve)" },
    ],
});

/** Whoever is to take the next step approves from the list of what waits. */
registry.category("web_tour.tours").add("customer_grading_credit_approve", {
    url: "/odoo/credit-proposals",
    steps: () => [
        { content: "Open what waits", trigger: `${row("Big")} .o_data_cell`, run: "click" },
        { content: "Approve", trigger: "button[name=action_approve]", run: "click" },
        { content: "Done", trigger: ".o_form_view:not(:has(button[name=action_approve]))" },
    ],
});

/** A salesperson's quotation over the limit is held; its release is asked for. */
registry.category("web_tour.tours").add("customer_grading_credit_held", {
    steps: () => [
        {
            content: "The banner says that it is held; why, Odoo says itself",
            trigger: "div[name=credit_hold]:contains(Held until a credit manager releases it)",
        },
        { content: "Confirm", trigger: ".o_statusbar_buttons button[name=action_confirm]", run: "click" },
        { content: "It is refused", trigger: ".modal .modal-body:contains(is held)" },
        { content: "Close", trigger: ".modal footer button", run: "click" },
        { content: "Ask", trigger: "button[name=action_ask_credit_release]", run: "click" },
        {
            content: "Why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit The old invoices are paid on Monday",
        },
        { content: "Ask for it", trigger: ".modal footer button:contains(Ask for release)", run: "click" },
        { content: "It is asked for", trigger: "div[name=credit_hold]:contains(Its release has been asked for)" },
    ],
});

/** A credit manager releases it. */
registry.category("web_tour.tours").add("customer_grading_credit_release", {
    url: "/odoo/held-orders",
    steps: () => [
        {
            content: "Release",
            trigger: `${row("paid on Monday")} button[name=action_release]`,
            run: "click",
        },
        { content: "Nothing waits", trigger: ".o_view_nocontent:contains(No orders are waiting)" },
    ],
});

/** The same on a phone. */
registry.category("web_tour.tours").add("customer_grading_credit_release_phone", {
    url: "/odoo/held-orders",
    steps: () => [
        {
            content: "Release",
            trigger: ".o_kanban_record:contains(paid on Monday) button[name=action_release]",
            run: "click",
        },
        { content: "Nothing waits", trigger: ".o_view_nocontent:contains(No orders are waiting)" },
    ],
});

/** Released, it is confirmed. */
registry.category("web_tour.tours").add("customer_grading_credit_confirm", {
    steps: () => [
        { content: "No banner", trigger: ".o_form_view:not(:has(div[name=credit_hold]))" },
        { content: "Confirm", trigger: ".o_statusbar_buttons button[name=action_confirm]", run: "click" },
        { content: "It is an order", trigger: ".o_arrow_button_current:contains(Sales Order)" },
    ],
});
