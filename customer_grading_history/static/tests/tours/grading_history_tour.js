import { DIALOG, click, see } from "@customer_grading/../tests/tours/grading_steps";
import { registry } from "@web/core/registry";

const INPUT = ".o_searchview_input";

/** Types a text into the search and picks “Grade on a date” for it. */
function searchGrade(text) {
    return [
        { content: text, trigger: INPUT, run: `edit ${text}` },
        click(".o_searchview_autocomplete .o-dropdown-item:contains(Grade on a date)", text),
    ];
}

registry.category("web_tour.tours").add("customer_grading_grade_on_a_date", {
    url: "/odoo/action-contacts.action_contacts",
    steps: () => [
        ...searchGrade("Z 2026-11-20"),
        see(`${DIALOG}:contains(is no grade of)`, "It is said what is wrong"),
        click(`${DIALOG} .modal-footer button`, "Close"),
        see(".o_searchview:not(:has(.o_searchview_facet:contains(Grade on a date)))", "No filter stays"),
        ...searchGrade("A 2026-11-20"),
        see(".o_searchview_facet:contains(A 2026-11-20)", "A grade on a date is a filter"),
    ],
});
