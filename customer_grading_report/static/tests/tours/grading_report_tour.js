import { registry } from "@web/core/registry";

/** What is drawn: each bar, line or slice with its colour, in order. */
function getDrawn() {
    const { datasets, labels } = window.Chart.getChart(
        document.querySelector(".o_graph_canvas_container canvas")
    ).data;
    if (datasets.length > 1) {
        return datasets
            .filter(({ type }) => type !== "line")
            .map((set) => [set.label, set.borderColor || set.backgroundColor]);
    }
    const [{ backgroundColor }] = datasets;
    return labels.map((label, index) => [label, backgroundColor[index]]);
}

function checkDrawn(...expected) {
    return {
        content: `It is drawn as ${JSON.stringify(expected)}`,
        trigger: ".o_graph_canvas_container canvas",
        run: async () => {
            for (let attempt = 0; attempt < 50; attempt++) {
                const drawn = getDrawn();
                if (JSON.stringify(drawn) === JSON.stringify(expected)) {
                    return;
                }
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            throw new Error(`It is drawn as ${JSON.stringify(getDrawn())}`);
        },
    };
}

const click = (trigger, content) => ({ content, trigger, run: "click" });
const A = ["A Grade A", "#ee2d2d"];
const B = ["B Grade B", "#dc8534"];
const C = ["C Grade C", "#e8bb1d"];
const NONE = ["Not graded", "#d8dadd"];

/** A sales director asks how the customer base stands, who moved, and how it was before. */
registry.category("web_tour.tours").add("customer_grading_report", {
    steps: () => [
        {
            content: "Customers and revenue by grade",
            trigger: ".o_pivot tr:contains(A Grade A):contains(2,000) ~ tr:contains(Not graded)",
        },
        click(".o_switch_view.o_graph", "As a picture"),
        checkDrawn(A, B, C, NONE),
        click(".o_graph_button[data-mode=pie]", "As a pie"),
        checkDrawn(A, B, C, NONE),
        click(".o_switch_view.o_list", "As a list"),
        click(".o_data_row:contains(Customer 001) td[name=partner_id]", "Whoever it is"),
        { content: "The customer opens", trigger: ".o_form_view h1:contains(Customer 001), .o_form_view .o_field_widget[name=name]" },
    ],
});

registry.category("web_tour.tours").add("customer_grading_month", {
    steps: () => [
        checkDrawn(A, B, C, NONE),
        click(".o_graph_button[data-mode=line]", "As lines"),
        checkDrawn(A, B, C, NONE),
        click(".o_switch_view.o_pivot", "In figures"),
        { content: "Each grade of the month", trigger: ".o_pivot tr:contains(B Grade B)" },
    ],
});

registry.category("web_tour.tours").add("customer_grading_month_year", {
    steps: () => [
        { content: "The country", trigger: ".o_pivot tbody tr:contains(United States)" },
        { content: "Its regions", trigger: ".o_pivot tbody tr:contains(United States) + tr:contains(California)" },
    ],
});

registry.category("web_tour.tours").add("customer_grading_move_report", {
    steps: () => [
        { content: "Moves by month", trigger: ".o_graph_canvas_container canvas" },
        click(".o_switch_view.o_pivot", "From, to"),
        { content: "Who had the best grade", trigger: ".o_pivot tr:contains(A Grade A)" },
        click(".o_switch_view.o_list", "Each of them"),
        click(".o_data_row:contains(Customer 001) td[name=partner_id]", "One of them"),
        { content: "Its change opens", trigger: ".o_form_view:contains(Customer 001)" },
    ],
});
