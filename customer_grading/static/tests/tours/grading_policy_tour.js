import { delay, edit, press } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";
import { getTabableElements } from "@web/core/utils/ui";

export const ADD_LINE = ".modal .o_grading_rule_lines .o_field_x2many_list_row_add a";
// Of a line on which nothing was chosen yet: the one before it may still have the focus.
export const WHAT =
    ".modal .o_grading_rule_lines .o_selected_row td[name=criterion_id] input:placeholder-shown";

/** Presses Tab; what vanishes, or cannot take the focus, is passed over as a browser does. */
async function pressTab() {
    const before = document.activeElement;
    const elements = getTabableElements(document.body);
    const following = elements.slice(elements.indexOf(before) + 1);
    await press("Tab");
    await delay(20);
    while ([before, document.body].includes(document.activeElement) && following.length) {
        following.shift().focus();
    }
}

/** Presses Tab until the focus is where it is wanted. */
export function tabTo(target) {
    return {
        content: `Tab to ${target}`,
        trigger: `body:has(${target})`,
        async run() {
            const seen = [];
            for (let presses = 0; presses < 80; presses++) {
                seen.push(document.activeElement.outerHTML.slice(0, 120));
                if (document.activeElement.matches(target)) {
                    return;
                }
                await pressTab();
            }
            throw new Error(`Tab does not reach ${target}: ${seen.join("\n")}`);
        },
    };
}

/** Types into what has the focus, `target`. */
function type(text, target) {
    return {
        content: `Type ${text}`,
        trigger: `body:has(${target}:focus)`,
        run: () => edit(text, { confirm: false }),
    };
}

export function key(keys, then = "*") {
    return { content: `Press ${keys}`, trigger: `body:has(${then})`, run: `press ${keys}` };
}

/** Types a word into the many2one in focus, and takes what is found first. */
function choose(text, target, found = text) {
    const offered = `.o-autocomplete--dropdown-item:contains(${found})`;
    return [
        type(text, target),
        key("Enter", offered),
        { content: `${found} is chosen`, trigger: `body:not(:has(.o-autocomplete--dropdown-menu))` },
    ];
}

function save(dialogs = 1) {
    return [
        tabTo(".modal:not(.o_inactive_modal) .o_form_button_save"),
        key("Enter"),
        {
            content: "The dialog has saved and closed",
            trigger:
                dialogs === 1
                    ? "body:not(:has(.modal))"
                    : "body:has(.modal):not(:has(.o_inactive_modal))",
        },
    ];
}

function openPage(name) {
    return [tabTo(`a.nav-link[name=${name}]`), key("Enter"), tabTo(`a.nav-link[name=${name}].active`)];
}

function addCriterion(measure, steps = []) {
    return [
        tabTo("button[name=action_add_criterion]"),
        key("Enter"),
        ...choose(measure, ".modal .o_field_widget[name=measure_id] input"),
        ...steps,
        ...save(),
        {
            content: `${measure} is in the list`,
            trigger: `.o_field_widget[name=criterion_ids] td[name=measure_label]:contains(${measure})`,
        },
    ];
}

export function addCondition(criterion, value) {
    return [
        ...choose(criterion, WHAT),
        { content: "A comparison is offered", trigger: ".o_selected_row td[name=operator] input" },
        ...(value
            ? [
                  key("Tab"),
                  key("Tab", ".o_selected_row td[name=operator] input:focus"),
                  type(value, ".o_selected_row td[name=value] input"),
              ]
            : []),
    ];
}

registry.category("web_tour.tours").add("customer_grading_write_policy", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action/new",
    steps: () => [
        type("Account grading", ".o_field_widget[name=name] input"),
        ...openPage("criteria"),
        ...addCriterion("Invoiced revenue"),
        ...addCriterion("Number of orders"),
        ...addCriterion("Asked of people", [
            tabTo(".modal .o_field_widget[name=question_id] input"),
            ...choose(
                "Long-term partner?",
                ".modal .o_field_widget[name=question_id] input",
                "Create and edit"
            ),
            { content: "The question is asked", trigger: ".modal .o_field_widget[name=asked_of]" },
            ...save(2),
        ]),
        ...openPage("grades"),
        tabTo("button[name=action_add_grade]"),
        key("Enter"),
        type("A", ".modal .o_field_widget[name=grade_code] input"),
        tabTo(".modal .o_field_widget[name=grade_name] input"),
        type("Key customer", ".modal .o_field_widget[name=grade_name] input"),
        tabTo(ADD_LINE),
        key("Enter"),
        ...addCondition("Invoiced revenue", "10000000"),
        key("Enter"),
        key("Shift+Enter", `${WHAT}:focus`), // the empty line becomes a group
        key("Enter", ".o_selected_row.o_grading_group td[name=kind] input:focus"),
        ...addCondition("Number of orders", "3"),
        key("Enter"),
        ...addCondition("Long-term partner?"),
        key("Enter"),
        key("Shift+Tab", ".o_selected_row td.o_grading_depth_1 input:focus:placeholder-shown"),
        {
            content: "The empty line has left the group",
            trigger: ".o_selected_row td.o_grading_depth_0[name=criterion_id]",
        },
        ...addCondition("Long-term partner?"),
        key("Alt+Shift+ArrowUp", ".o_selected_row td[name=operator] input"),
        {
            content: "The line stands above the group now",
            trigger: ".o_grading_group:nth-child(3)",
        },
        {
            content: "The requirement follows in words",
            trigger: ".modal .o_field_widget[name=text]:contains(10,000,000)",
        },
        key("Escape"),
        ...save(),
        {
            content: "The grade is in the list",
            trigger: ".o_field_widget[name=rule_ids] td[name=grade_code]:contains(A)",
        },
    ],
});

registry.category("web_tour.tours").add("customer_grading_mend_problems", {
    url: "/odoo/action-customer_grading.customer_grading_policy_action",
    steps: () => [
        { trigger: ".o_data_row:contains(Not yet written) td[name=display_name]", run: "click" },
        {
            content: "A link of the bar opens the place to mend",
            trigger: ".o_field_widget[name=problems] a:contains(Add a grade)",
            run: "click",
        },
        { trigger: ".modal .o_form_view .o_field_widget[name=grade_code] input", run: "edit A" },
        { trigger: ".modal .o_field_widget[name=grade_name] input", run: "edit Key customer" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        {
            content: "The bar is written anew",
            trigger: "body:not(:has(.o_field_widget[name=problems] a:contains(Add a grade)))",
        },
        { trigger: ".o_field_widget[name=rule_ids] .o_data_row:contains(Key customer)" },
    ],
});
