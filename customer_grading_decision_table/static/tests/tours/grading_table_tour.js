import { registry } from "@web/core/registry";

const CELL = ".modal .o_grading_table_grid tbody tr:nth-child(1) td:nth-child";

/** Types a grade that does not exist yet into a cell of the first line. */
function writeGrade(column, code) {
    return [
        {
            content: `Write ${code}`,
            trigger: `${CELL}(${column}) input`,
            run: `edit ${code}`,
        },
        {
            content: `${code} is chosen`,
            trigger: `.o-autocomplete--dropdown-item:contains(${code}) a`,
            run: "click",
        },
        {
            content: `${code} is made, and offered no more`,
            trigger: "body:not(:has(.o-autocomplete--dropdown-menu))",
        },
    ];
}

registry.category("web_tour.tours").add("customer_grading_write_table", {
    steps: () => [
        { trigger: "button[name=action_write_table]", run: "click" },
        { trigger: ".modal button[name=action_fill]", run: "click" },
        ...writeGrade(2, "P"),
        ...writeGrade(3, "Q"),
        {
            content: "Closing the dialog asks first",
            trigger: ".modal:not(.o_inactive_modal) .modal-header .btn-close",
            run: "click",
        },
        { trigger: ".modal button:contains(Go on writing)", run: "click" },
        {
            content: "What was written is still there",
            trigger: ".modal .o_grading_table_grid:has(tr:nth-child(1) td:nth-child(2) input)",
            run: "click",
        },
        { trigger: ".modal:not(.o_inactive_modal) button[name=action_save]", run: "click" },
        {
            content: "The grades stand in the list",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=rule_ids] td[name=grade_code]:contains(Q)",
        },
    ],
});
