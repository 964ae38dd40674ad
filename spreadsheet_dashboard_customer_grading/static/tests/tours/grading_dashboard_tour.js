import { registry } from "@web/core/registry";

const getModel = () => {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    return services.spreadsheet_dashboard_loader.getActiveDashboard().model;
};

/** Wait until no cell is loading, and complain about each that shows an error. */
async function checkCells() {
    const { getters } = getModel();
    const getWrong = (isWrong) =>
        getters
            .getSheetIds()
            .flatMap((sheetId) => getters.getEvaluatedCells(sheetId))
            .filter((cell) => cell.type === "error" && isWrong(cell.value));
    for (let tries = 0; tries < 100 && getWrong((value) => /Loading/.test(value)).length; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const wrong = getWrong(() => true);
    if (wrong.length) {
        throw new Error(wrong.map((cell) => `${cell.value}: ${cell.message}`).join("; "));
    }
}

const card = (title) => `.o-figure canvas.o-scorecard[title='${title}']`;

/** A director opens the dashboard, sees no error, and clicks on a number for its list. */
registry.category("web_tour.tours").add("customer_grading_dashboard", {
    steps: () => [
        { content: "No cell is wrong", trigger: card("Graded customers"), run: checkCells },
        {
            content: "It begins with the main dimension",
            trigger: ".o_searchview_facet:contains(Dimension):contains(Customer value)",
        },
        { content: "Who are they?", trigger: `${card("Graded customers")}[role=button]`, run: "click" },
        { content: "These", trigger: ".o_list_view .o_data_row:contains(Customer 001)" },
        { content: "Back", trigger: ".o_breadcrumb .breadcrumb-item a", run: "click" },
        { content: "Who moved up?", trigger: `${card("Moved up")}[role=button]`, run: "click" },
        { content: "This one", trigger: ".o_list_view .o_data_row:contains(Customer 003)" },
        { content: "No other", trigger: ".o_list_view:not(:has(.o_data_row:contains(Customer 001)))" },
    ],
});

/** The same on a phone, which shows the figures alone. */
registry.category("web_tour.tours").add("customer_grading_dashboard_phone", {
    steps: () => [
        { content: "No cell is wrong", trigger: card("Graded customers"), run: checkCells },
        { content: "Who moved up?", trigger: `${card("Moved up")}[role=button]`, run: "click" },
        { content: "This one", trigger: ".o_content:contains(Customer 003):not(:contains(Customer 001))" },
    ],
});
