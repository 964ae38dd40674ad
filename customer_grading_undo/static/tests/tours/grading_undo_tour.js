import { DIALOG, click, see, write } from "@customer_grading/../tests/tours/grading_steps";
import { registry } from "@web/core/registry";

/** An officer undoes a run, reads how many went back, and looks at the changes. */
registry.category("web_tour.tours").add("customer_grading_undo_run", {
    steps: () => [
        click("button[name=action_ask_undo]", "Undo this run"),
        see(`${DIALOG} .o_field_widget[name=back_text]:contains(/^1 customer$/)`, "One goes back"),
        see(
            `${DIALOG} .o_field_widget[name=stay_text]:contains(/^1 customer$/)`,
            "One was decided anew since"
        ),
        write("reason", "The invoices were not posted yet"),
        click(`${DIALOG} button[name=action_confirm]`, "Undo"),
        see("body:not(:has(.modal))"),
        see(
            ".alert .o_field_widget[name=undo_text]:contains(1 went back; 1 were decided)",
            "It says how many"
        ),
        see("body:not(:has(button[name=action_ask_undo]))", "It is undone once"),
        click("button[name=action_view_changes]", "Show changes"),
        see(".o_data_row:contains(The invoices were not posted yet)", "The way back, with reason"),
    ],
});
