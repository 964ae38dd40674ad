import { registry } from "@web/core/registry";

/** Wait until so many papers came down: the next menu opens only then. */
const download = async (count) => {
    const isPaper = ({ name }) => name.includes("/report/download");
    while (performance.getEntriesByType("resource").filter(isPaper).length < count) {
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
};

const print = (paper, count) => [
    { content: "Actions", trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click" },
    { content: "Print", trigger: ".o-dropdown--menu .o-dropdown:contains(Print)", run: "hover && click" },
    {
        content: paper,
        trigger: `.o-dropdown--menu .o_menu_item:contains(${paper})`,
        run: "click",
    },
    { content: "It is printed", trigger: "body", run: () => download(count), timeout: 60000 },
    { content: "The page is free", trigger: "body:not(:has(.o_blockUI)):not(:has(.o-dropdown--menu))" },
];

/** A salesperson prints three papers from the print menu of a customer. */
registry.category("web_tour.tours").add("customer_grading_paper_print", {
    steps: () => [
        { content: "The customer", trigger: ".o_form_view :contains(To be printed)" },
        ...print("Grade sheet", 1),
        ...print("Customer card", 2),
        ...print("Follow-up record", 3),
        { content: "Nothing is left to do", trigger: ".o_form_view" },
    ],
});
