import { registry } from "@web/core/registry";

const print = (paper) => [
    { content: "Actions", trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click" },
    { content: "Print", trigger: ".o-dropdown--menu .o-dropdown:contains(Print)", run: "hover && click" },
    {
        content: paper,
        trigger: `.o-dropdown--menu .o_menu_item:contains(${paper})`,
        run: "click",
    },
    { content: "It is printed", trigger: "body:not(:has(.o_blockUI)):not(:has(.o-dropdown--menu))" },
];

/** A salesperson prints three papers from the print menu of a customer. */
registry.category("web_tour.tours").add("customer_grading_paper_print", {
    steps: () => [
        { content: "The customer", trigger: ".o_form_view :contains(To be printed)" },
        ...print("Grade sheet"),
        ...print("Customer card"),
        ...print("Follow-up record"),
        { content: "Nothing is left to do", trigger: ".o_form_view" },
    ],
});
