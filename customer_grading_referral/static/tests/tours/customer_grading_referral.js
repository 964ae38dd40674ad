import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const choose = (field, text) => [
    {
        content: `Choose ${text}`,
        trigger: `.tab-pane.active .o_field_widget[name=${field}] input`,
        run: `edit ${text}`,
    },
    {
        content: `Take ${text}`,
        trigger: `.o-autocomplete--dropdown-item > a:contains(${text})`,
        run: "click",
    },
];

/** A salesperson says who referred an opportunity, wins it, and thanks the referrer. */
registry.category("web_tour.tours").add("customer_grading_referral_thanks", {
    steps: () => [
        { content: "Open the page", trigger: ".o_notebook a[name=lead]", run: "click" },
        {
            content: "A text was noted before",
            trigger: ".tab-pane.active .o_field_widget[name=referred]:contains(Mr Wang)",
        },
        ...choose("grading_referrer_id", "Old Wang"),
        ...choose("grading_referral_kind_id", "Friends and relatives"),
        {
            content: "The text is not needed any more",
            trigger: ".tab-pane.active:not(:has(.o_field_widget[name=referred]))",
        },
        ...stepUtils.saveForm(),
        { content: "Won", trigger: "button[name=action_set_won_rainbowman]", run: "click" },
        { content: "It is won", trigger: ".o_statusbar_status .o_arrow_button_current:contains(Won)" },
        ...stepUtils.toggleHomeMenu(),
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        { content: "Grading", trigger: ".o_menu_sections button:contains(Grading)", run: "click" },
        {
            content: "Thanks due",
            trigger: ".dropdown-item:contains(Thanks due)",
            run: "click",
        },
        {
            content: "There it is",
            trigger: ".o_data_row:contains(Old Wang):contains(Due) button[name=action_thank]",
            run: "click",
        },
        { content: "How", trigger: ".modal .o_field_widget[name=how] input", run: "edit A call" },
        { content: "Save", trigger: ".modal button[name=action_confirm]", run: "click" },
        { content: "Nobody is left", trigger: ".o_view_nocontent:contains(There is nobody to thank)" },
    ],
});

/** The same list on a phone: cards. */
registry.category("web_tour.tours").add("customer_grading_referral_thanks_phone", {
    url: "/odoo/referral-thanks",
    steps: () => [
        {
            content: "Thank",
            trigger: ".o_kanban_record:contains(Old Wang) button[name=action_thank]",
            run: "click",
        },
        { content: "How", trigger: ".modal .o_field_widget[name=how] input", run: "edit A call" },
        { content: "Save", trigger: ".modal button[name=action_confirm]", run: "click" },
        { content: "Nobody is left", trigger: ".o_view_nocontent:contains(There is nobody to thank)" },
    ],
});
