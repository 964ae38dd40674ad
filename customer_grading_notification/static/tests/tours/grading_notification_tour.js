import { registry } from "@web/core/registry";
import { click, see } from "@customer_grading/../tests/tours/grading_steps";

registry.category("web_tour.tours").add("customer_grading_read_note", {
    url: "/odoo/action-base.action_partner_form",
    steps: () => [
        click(".o_data_row td[name=complete_name]:contains(Small Trucks)", "Open my customer"),
        see(
            ".o-mail-Message:contains(C → B):contains(Revenue)",
            "The note tells the move and why"
        ),
        see(
            ".o-mail-Message:contains(C → B):not(:contains(2,050))",
            "It keeps figures from whoever reads it"
        ),
    ],
});
