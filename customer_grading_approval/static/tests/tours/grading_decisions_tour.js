import { registry } from "@web/core/registry";

import { click, see } from "@customer_grading/../tests/tours/grading_steps";

const CHANGES = "/odoo/grade-changes";

function row(customer) {
    return `.o_list_view .o_data_row:contains(${customer})`;
}

/** Selects the change of a customer in the list. */
function choose(customer) {
    return click(`${row(customer)} .o_list_record_selector input`, `Choose ${customer}`);
}

registry.category("web_tour.tours").add("customer_grading_approve_first", {
    url: CHANGES,
    steps: () => [
        see(`${row("Azure Trucks")}:contains(step 1 of 2)`, "It waits for me"),
        choose("Azure Trucks"),
        choose("Blue Harbour"),
        click(".o_control_panel button[name=action_approve]", "Approve both"),
        see(
            `.o_list_view:not(:has(.o_data_row:contains(Azure Trucks)))`,
            "They wait for somebody else now"
        ),
        choose("Small Trucks"),
        click(".o_control_panel button[name=action_ask_refusal]", "Refuse another"),
        {
            content: "One reason for all",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Pays late",
        },
        click(".modal footer button[name=action_confirm]", "Refuse"),
        see(".o_list_view:not(:has(.o_data_row:contains(Small Trucks)))", "Nothing waits for me"),
    ],
});

registry.category("web_tour.tours").add("customer_grading_approve_last", {
    url: CHANGES,
    steps: () => [
        see(`.o_list_view:not(:has(.o_data_row:contains(Small Trucks)))`),
        click(`${row("Azure Trucks")}:contains(step 2 of 2) td[name=subject_name]`, "Open it"),
        see(".o_form_view .o_grading_view:contains(Approved so far):contains(Chen Jing)"),
        see(".o_form_view .o_grading_view th:contains(Then)", "Figures of then"),
        see(".o_form_view .o_grading_view th:contains(Now)", "Figures of now"),
        click(".o_statusbar_buttons button[name=action_approve]", "Approve"),
        see(
            ".o_form_view:not(:has(button[name=action_approve])) .o_arrow_button_current:contains(Applied)",
            "It is in effect"
        ),
    ],
});

registry.category("web_tour.tours").add("customer_grading_hidden_revenue", {
    url: CHANGES,
    steps: () => [
        see(`${row("Azure Trucks")} td[name=revenue]:contains(2,100)`, "Of one's own customer"),
        click(".o_searchview_facet:contains(My customers) .o_facet_remove", "Of everybody"),
        see(`${row("Blue Harbour")} td[name=revenue]:contains(hidden)`, "It says so"),
        click(`${row("Blue Harbour")} td[name=subject_name]`, "Open it"),
        see(".o_form_view .o_field_widget[name=revenue]:contains(hidden)", "Here, too"),
    ],
});

registry.category("web_tour.tours").add("customer_grading_export_decisions", {
    url: CHANGES,
    steps: () => [
        see(row("Azure Trucks")),
        click("button[name=action_export_decisions]", "Export what is listed"),
        see(row("Azure Trucks"), "The file was made"),
    ],
});

registry.category("web_tour.tours").add("customer_grading_import_decisions", {
    url: CHANGES,
    steps: () => [
        see(row("Azure Trucks")),
        click(".o_control_panel button:contains(/^Import$/)", "Import decisions"),
        {
            content: "The spreadsheet of the meeting",
            trigger: ".o_control_panel .o_file_input input[type=file]:not(:visible)",
            async run({ anchor }) {
                const sheet = await fetch(sessionStorage.getItem("meeting.xlsx"));
                const files = new DataTransfer();
                files.items.add(new File([await sheet.blob()], "meeting.xlsx"));
                anchor.files = files.files;
                anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        see(".o_import_data_content:contains(Reason or note)", "It is read"),
        click(".o_control_panel button:contains(/^Import$/)", "Import"),
        see(`${row("Azure Trucks")}:contains(Applied)`, "It says what was decided"),
        see(`${row("Blue Harbour")}:contains(Refused)`, "And what was refused"),
    ],
});
