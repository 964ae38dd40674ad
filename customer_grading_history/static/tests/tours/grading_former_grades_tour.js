import { click, see } from "@customer_grading/../tests/tours/grading_steps";
import { registry } from "@web/core/registry";

const FILE = [
    "Customer,Grade,From,Until,Remark",
    "K0,A,2024-01-01,2024-12-31,By the old sheet",
    "K1,C,2024-01-01,,",
].join("\n");

registry.category("web_tour.tours").add("customer_grading_former_grades", {
    url: "/odoo/action-customer_grading_history.customer_grading_on_date_action",
    steps: () => [
        click(".modal button:contains(Import former grades)", "Where grades on a date are asked"),
        see(".o_nocontent_help a:contains(Template for former grades)", "A template is offered"),
        {
            content: "Choose the file",
            trigger: ".o_control_panel .o_file_input input[type=file]:not(:visible)",
            run: ({ anchor }) => {
                const chosen = new DataTransfer();
                chosen.items.add(new File([FILE], "former.csv", { type: "text/csv" }));
                anchor.files = chosen.files;
                anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        see(".o_import_data_content:contains(Remark)", "It is read"),
        click(".o_control_panel button:contains(/^Import$/)", "Import"),
        see(".o_list_view .o_data_row:contains(By the old sheet)", "The former grades are listed"),
        see(".o_list_view .o_data_row:contains(Customer 002)", "Both"),
    ],
});
