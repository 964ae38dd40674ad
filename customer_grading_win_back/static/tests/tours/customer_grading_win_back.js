import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:contains(${name})`;
const card = (name) => `.o_kanban_record:contains(${name})`;

/** A salesperson loses an opportunity, finds out that it was a false loss, and wins it back. */
registry.category("web_tour.tours").add("customer_grading_win_back", {
    steps: () => [
        { content: "Lose it", trigger: "button[name='crm.crm_lead_lost_action'], button:contains(Lost)", run: "click" },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name=lost_reason_id] .btn:contains(Price / Too dear), .modal .o_field_widget[name=lost_reason_id] span:contains(Price / Too dear)",
            run: "click",
        },
        {
            content: "Say to whom",
            trigger: ".modal .o_field_widget[name=rival_product_id] input",
            run: "edit N9",
        },
        {
            content: "It is one of a rival's",
            trigger: ".o-autocomplete--dropdown-item > a:contains(Northern N9)",
            run: "click",
        },
        {
            content: "The rival follows",
            trigger: ".modal .o_field_widget[name=rival_id] input:value(Northern)",
        },
        { content: "Mark it as lost", trigger: ".modal button[name=action_lost_reason_apply]", run: "click" },
        {
            content: "It is quasi-lost",
            trigger: "div[name=grading_loss]:contains(Quasi-lost):contains(Offer a lease)",
        },
        {
            content: "Go to what is due",
            trigger: ".o_web_client",
            run: () => {
                window.sessionStorage.gradingLead = window.location.href;
                window.location.assign("/odoo/win-back");
            },
            expectUnloadPage: true,
        },
        {
            content: "It stands there with the rival",
            trigger: `${row("Ten trucks")}:contains(Northern)`,
        },
        { content: "It was a false loss", trigger: `${row("Ten trucks")} button[name=action_false_loss]`, run: "click" },
        { content: "Nothing is due", trigger: ".o_view_nocontent:contains(No second follow-up is due)" },
        {
            content: "Back to it",
            trigger: ".o_web_client",
            run: () => window.location.assign(window.sessionStorage.gradingLead),
            expectUnloadPage: true,
        },
        { content: "It goes on: win it", trigger: "button[name=action_set_won_rainbowman]", run: "click" },
        { content: "It is won", trigger: ".o_arrow_button_current:contains(Won), .ribbon:contains(Won)" },
        { content: "Its losses stand on it", trigger: ".nav-link:contains(Lost and refused)", run: "click" },
        { content: "It was won back", trigger: `.o_field_widget[name=grading_loss_ids] ${row("Won back")}` },
    ],
});

/** On a phone what is quasi-lost is a card. */
registry.category("web_tour.tours").add("customer_grading_win_back_phone", {
    url: "/odoo/win-back",
    steps: () => [
        { content: "It is due", trigger: `${card("Ten trucks")}:contains(Offer a lease)` },
        { content: "It is lost", trigger: `${card("Ten trucks")} button[name=action_still_lost]`, run: "click" },
        { content: "Nothing is due", trigger: ".o_view_nocontent:contains(No second follow-up is due)" },
    ],
});
