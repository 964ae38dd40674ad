import { registry } from "@web/core/registry";

const DIALOG = ".modal:not(.o_inactive_modal)";
const VIEW = `${DIALOG} .o_grading_view`;

/** Fails where something is wider than the screen. */
function fits(screen) {
    return {
        content: `${screen} fits the screen`,
        trigger: "body",
        run() {
            for (const element of [
                document.documentElement,
                ...document.querySelectorAll(".o_content, .modal-body, .o_grading_block"),
            ]) {
                const kanban = element.querySelector(".o_kanban_grouped");
                if (!kanban && element.scrollWidth > element.clientWidth + 1) {
                    throw new Error(`${screen}: ${element.className} scrolls sideways`);
                }
            }
        },
    };
}

/** Presses a badge: the dialog opens, and below it the screen stays as it is. */
function askWhy(badge) {
    return [
        { content: "Press the badge", trigger: `${badge} .o_grading_badge`, run: "click" },
        { content: "It tells why", trigger: `${VIEW}:contains(Revenue)` },
        {
            content: "Back",
            trigger: `${DIALOG} footer button:contains(Back)`,
            run: "click",
        },
        { content: "The dialog is gone", trigger: `body:not(:has(.modal)) ${badge}` },
    ];
}

function chooseGrade(code) {
    return {
        content: `Choose ${code}`,
        trigger: `${DIALOG} .o_field_widget[name=grade_id] .o_selection_badge:contains(${code} Grade)`,
        run: "click",
    };
}

registry.category("web_tour.tours").add("customer_grading_customer", {
    url: "/odoo/action-base.action_partner_form",
    steps: () => [
        {
            content: "Find by grade: type its code",
            trigger: ".o_searchview_input",
            run: "edit B",
        },
        {
            content: "The search offers the grade",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(Search Grade for: B)",
            run: "click",
        },
        {
            content: "Only customers of that grade are listed",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains(Small Trucks)))" +
                " .o_data_row:contains(Azure Trucks) td[name=customer_grade_id] .badge:contains(/^B$/)",
        },
        { content: "Without the filter", trigger: ".o_facet_remove", run: "click" },
        {
            content: "Group by...",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "...grade",
            trigger: ".o_group_by_menu .o_menu_item:contains(/^Grade$/)",
            run: "click",
        },
        {
            content: "Best grade first",
            trigger: ".o_group_header:first:contains(B Grade B)",
            run: "click",
        },
        ...askWhy(".o_data_row:contains(Azure Trucks) td[name=customer_grade_id]"),
        {
            content: "Open the customer",
            trigger: ".o_data_row td[name=complete_name]:contains(Azure Trucks)",
            run: "click",
        },
        {
            content: "The badge tells why",
            trigger: "button[name=action_why_grade]:has(.badge:contains(/^B$/))",
            run: "click",
        },
        {
            content: "What is missing can be answered on the spot",
            trigger: `${VIEW} tr:contains(Long-term partner?) a:contains(/^Answer$/)`,
            run: "click",
        },
        {
            content: "Yes",
            trigger: `${DIALOG} .o_field_widget[name=yes_no] input[data-value=yes]`,
            run: "click",
        },
        {
            content: "Save the answer",
            trigger: `${DIALOG} footer .o_form_button_save`,
            run: "click",
        },
        {
            content: "Regrade",
            trigger: `${VIEW} button:contains(/^Regrade$/)`,
            run: "click",
        },
        {
            content: "The answer made it an A",
            trigger: `${VIEW} header .badge:contains(/^A$/)`,
        },
        {
            content: "Close the dialog",
            trigger: `${DIALOG} footer button:contains(Back)`,
            run: "click",
        },
        {
            content: "The form shows the new grade",
            trigger:
                "body:not(:has(.modal)) button[name=action_why_grade] .badge:contains(/^A$/)",
        },
        {
            content: "The same stands on the page",
            trigger: "a.nav-link[name=customer_grading]",
            run: "click",
        },
        {
            content: "Set a grade by hand",
            trigger: ".o_form_view .o_grading_view button:contains(Set by hand)",
            run: "click",
        },
        chooseGrade("C"),
        {
            content: "Say why",
            trigger: `${DIALOG} .o_field_widget[name=reason] input`,
            run: "edit Lost their main customer",
        },
        {
            content: "Set it",
            trigger: `${DIALOG} footer button:contains(/^Set$/)`,
            run: "click",
        },
        {
            content: "The badge is the one set, with its mark",
            trigger: "button[name=action_why_grade]:has(.badge:contains(/^C$/)):contains(✎)",
        },
        {
            content: "The page says why",
            trigger: ".o_form_view .o_grading_view:contains(Lost their main customer)",
        },
        {
            content: "Actions of the customer",
            trigger: ".o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Regrade from there too",
            trigger: ".o-dropdown--menu .o_menu_item:contains(/^Regrade$/)",
            run: "click",
        },
        {
            content: "What was set by hand stays",
            trigger: ".o_notification:contains(Graded: 1)",
        },
        {
            content: "The badge still shows it",
            trigger: "button[name=action_why_grade]:has(.badge:contains(/^C$/)):contains(✎)",
        },
    ],
});

registry.category("web_tour.tours").add("customer_grading_phone", {
    url: "/odoo/action-customer_grading.customer_grading_my_customers_action",
    steps: () => [
        {
            content: "My customers are cards with a badge",
            trigger: ".o_kanban_record:contains(Azure Trucks) .badge:contains(/^B$/)",
        },
        {
            content: "They begin with the best grade",
            trigger: ".o_kanban_group:first .o_kanban_header:contains(B Grade B)",
        },
        {
            content: "Who has none comes last",
            trigger: ".o_kanban_group:last .o_kanban_header:contains(Not graded)",
        },
        fits("My customers"),
        ...askWhy(".o_kanban_record:contains(Azure Trucks)"),
        {
            content: "Open one",
            trigger: ".o_kanban_record:contains(Azure Trucks)",
            run: "click",
        },
        {
            content: "The badge tells why",
            trigger: "button[name=action_why_grade]:has(.badge:contains(/^B$/))",
            run: "click",
        },
        {
            content: "What keeps it from A",
            trigger: `${VIEW} tr:contains(Long-term partner?) a:contains(/^Answer$/)`,
        },
        fits("Why this grade?"),
        {
            content: "Propose a grade",
            trigger: `${VIEW} button:contains(Propose a grade)`,
            run: "click",
        },
        chooseGrade("A"),
        {
            content: "Say why",
            trigger: `${DIALOG} .o_field_widget[name=reason] input`,
            run: "edit New plant from March",
        },
        fits("Propose a grade"),
        {
            content: "Propose it",
            trigger: `${DIALOG} footer button:contains(/^Propose$/)`,
            run: "click",
        },
        {
            content: "The proposal waits",
            trigger: `${VIEW}:contains(New plant from March)`,
        },
        {
            content: "The grade is as before",
            trigger: `${VIEW} header .badge:contains(/^B$/)`,
        },
        {
            content: "Back to the customer",
            trigger: `${DIALOG} footer button:contains(Back)`,
            run: "click",
        },
        {
            content: "The badge says that a change is waiting",
            trigger: "body:not(:has(.modal)) button[name=action_why_grade]:contains(Grade):contains(!)",
        },
        { content: "So it does on the card", trigger: ".o_back_button", run: "click" },
        {
            content: "Beside the badge",
            trigger: ".o_kanban_record:contains(Azure Trucks):contains(!)",
        },
    ],
});

registry.category("web_tour.tours").add("customer_grading_phone_approve", {
    url: "/odoo/grade-changes",
    steps: () => [
        {
            content: "What waits for me are cards",
            trigger: ".o_kanban_record:contains(Azure Trucks):contains(New plant from March)",
        },
        fits("Changes"),
        {
            content: "Open the proposal",
            trigger: ".o_kanban_record:contains(Azure Trucks)",
            run: "click",
        },
        {
            content: "The customer's figures stand below",
            trigger: ".o_form_view .o_grading_view:contains(Revenue)",
        },
        fits("Change"),
        {
            content: "Approve",
            trigger: ".o_statusbar_buttons button[name=action_approve]",
            run: "click",
        },
        {
            content: "It is decided",
            trigger: ".o_form_view:not(:has(button[name=action_approve]))",
        },
    ],
});

// The url says which list, which form.
registry.category("web_tour.tours").add("customer_grading_badge_in_list", {
    steps: () => askWhy(".o_data_row:contains(Azure Trucks) td[name=customer_grade_id]"),
});

registry.category("web_tour.tours").add("customer_grading_badge_in_kanban", {
    steps: () => askWhy(".o_kanban_record:contains(Azure Trucks) [name=customer_grade_id]"),
});

registry.category("web_tour.tours").add("customer_grading_badge_on_form", {
    steps: () => askWhy(".o_form_view [name=customer_grade_id]:contains(Grade)"),
});
