import { getGradeColor } from "@customer_grading/grading_colors";
import { registries } from "@odoo/o-spreadsheet";
import { ChartDataSource } from "@spreadsheet/chart/data_source/chart_data_source";
import "@spreadsheet/chart/odoo_chart/odoo_bar_chart";
import "@spreadsheet/chart/odoo_chart/odoo_pie_chart";
import { patch } from "@web/core/utils/patch";

const { chartRegistry } = registries;

// What else is told apart, by model and field: good first.
const CHOICES = {
    "customer.grading.move.report": {
        direction: { up: "#61c36e", new: "#5794dd", down: "#dc8534", lost: "#a2a2a2" },
    },
    "customer.grading.attainment": {
        outcome: { in_time: "#61c36e", late: "#e8bb1d", overdue: "#dc8534", missed: "#ee2d2d" },
    },
};
/** Return what the points of a series, or a point of the only one, have in common. */
function getKey(identifier) {
    const [value] = Object.values(JSON.parse(identifier).at(-1));
    return Array.isArray(value) ? value[0] : value;
}

/** Charts by grade have the grades' own colors, in their order; moves and outcomes have theirs. */
patch(ChartDataSource.prototype, {
    async _load() {
        await super._load();
        this.colors = this._model?.data && (await this._loadColors());
        if (this.colors && this._metaData.groupBy.length > 1) {
            const order = [...this.colors.keys()];
            const place = ({ identifiers }) => order.indexOf(getKey([...identifiers][0]));
            this._model.data.datasets.sort((one, other) => place(one) - place(other));
        }
    },
    /** Return the color of each grade or choice, in order; nothing where none is told apart. */
    async _loadColors() {
        const { fields, groupBy, resModel } = this._metaData;
        const name = groupBy.at(-1)?.split(":")[0];
        const choices = CHOICES[resModel]?.[name];
        if (choices) {
            return new Map(Object.entries(choices));
        }
        if (fields[name]?.relation !== "customer.grade") {
            return undefined;
        }
        const context = { active_test: false };
        const grades = await this._orm.searchRead("customer.grade", [], ["color"], { context });
        const colors = grades.map((grade) => [grade.id, getGradeColor(grade)]);
        return new Map([...colors, [false, getGradeColor({ color: null })]]);
    },
});

function paint(runtime, { dataSource, metaData, type }) {
    if (!dataSource?.colors || !dataSource.isReady()) {
        return runtime;
    }
    const { data, options } = runtime.chartJsConfig;
    dataSource.getData().datasets.forEach(({ identifiers }, index) => {
        const colors = [...identifiers].map((one) => dataSource.colors.get(getKey(one)));
        data.datasets[index].backgroundColor = metaData.groupBy.length > 1 ? colors[0] : colors;
    });
    const { labels } = options.plugins.legend;
    if (type === "odoo_pie" && labels?.generateLabels) {
        const { generateLabels } = labels;
        labels.generateLabels = (chart) =>
            generateLabels(chart).map((label, index) => {
                const color = chart.data.datasets[0].backgroundColor[index];
                return { ...label, fillStyle: color, strokeStyle: color };
            });
    }
    return runtime;
}

for (const type of ["odoo_bar", "odoo_pie"]) {
    const kind = chartRegistry.get(type);
    chartRegistry.replace(type, {
        ...kind,
        getChartRuntime: (chart, getters) => paint(kind.getChartRuntime(chart, getters), chart),
    });
}
