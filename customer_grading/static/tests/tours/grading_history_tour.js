import { registry } from "@web/core/registry";

import { DIALOG, click, see, write } from "./grading_steps";

const CLOSED = "body:not(:has(.modal))";

/** An officer gives a customer another grade until a day, and ends it before. */
registry.category("web_tour.tours").add("customer_grading_override_end", {
    steps: () => [
        click("a.nav-link[name=customer_grading]", "Open Grading"),
        click(".o_grading_view button:contains(Set by hand)", "Set by hand"),
        click(`${DIALOG} .o_selection_badge:contains(C)`, "C"),
        write("reason", "Lost their main customer"),
        click(`${DIALOG} .o_field_widget[name=until] :is(input, button)`, "Until"),
        {
            content: "The last day of 2026",
            trigger: `${DIALOG} .o_field_widget[name=until] input`,
            run: "edit 12/31/2026 && press Enter",
        },
        click(`${DIALOG} button[name=action_confirm]:contains(/^Set$/)`, "Set"),
        see(CLOSED),
        see(".o_grading_notice:contains(C by hand until 12/31/2026)", "Who, why and until when"),
        see(
            ".o_grading_block:contains(Until now) tr:contains(Lost their main customer)",
            "It stands in the timeline"
        ),
        see(".o_grading_block:contains(Until now) tr:contains(B)", "Above the grade of before"),
        click(".o_grading_view button:contains(End now)", "End now"),
        see(".o_grading_view:not(:contains(by hand until))", "It ended"),
        see(".o_grading_view header .badge:contains(B)", "The computed grade is back"),
    ],
});

/** An officer excludes two customers of the contact list at once, and thinks better of it. */
registry.category("web_tour.tours").add("customer_grading_many_at_once", {
    steps: () => [
        ...["Azure Trucks", "Small Trucks"].map((name) =>
            click(`.o_data_row:contains(${name}) .o_list_record_selector input`, `Choose ${name}`)
        ),
        click(".o_cp_action_menus button:contains(Actions)", "Actions"),
        click(".o-dropdown-item:contains(Exclude from grading)", "Exclude from grading"),
        write("reason", "Competitors"),
        click(`${DIALOG} button[name=action_confirm]:contains(/^Exclude$/)`, "Exclude"),
        see(CLOSED),
        click(
            ".o_notification:contains(Excluded from grading: 2 customers) button:contains(Undo)",
            "Undo"
        ),
        see(".o_notification:contains(Undone for all 2.)", "It says that all are back"),
    ],
});
