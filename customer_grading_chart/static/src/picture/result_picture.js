import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";

import { getAxis, getOptions, showPointer, useChart } from "./chart_hook";
import { formatShare, formatShort } from "./figures";
import { getGradeColors, withAlpha } from "./palette";

/** How many have which grade: today beside what is new, in the colours of the grades. */
export class ResultPicture extends Component {
    static template = "customer_grading_chart.ResultPicture";
    static props = { block: Object, onAction: Function };

    setup() {
        this.state = useState({ shown: 0 });
        useChart(
            () => this.config,
            () => [this.props.block, this.state.shown]
        );
    }

    get picture() {
        return this.props.block.picture;
    }

    get series() {
        return this.picture.series[this.state.shown];
    }

    /** Whether there is anything of today to compare with. */
    get hasToday() {
        return Boolean(this.series.today);
    }

    get label() {
        return _t("%s by grade, as in the table", this.series.name);
    }

    get datasets() {
        const colors = this.picture.grades.map(({ color }) => getGradeColors(color));
        const own = {
            key: "new",
            label: _t("New"),
            data: this.series.new,
            backgroundColor: colors.map(({ fill }) => fill),
            borderColor: colors.map(({ line }) => withAlpha(line, 0.9)),
            borderWidth: 1,
        };
        if (!this.hasToday) {
            return [own];
        }
        const today = {
            key: "today",
            label: _t("Today"),
            data: this.series.today,
            backgroundColor: colors.map(({ fill }) => withAlpha(fill, 0.25)),
            borderColor: colors.map(({ line }) => withAlpha(line, 0.6)),
            borderWidth: 1,
        };
        return [today, own];
    }

    format(value) {
        return this.series.is_share ? formatShare(value) : formatInteger(value);
    }

    get config() {
        const { grades } = this.picture;
        const options = getOptions({
            onHover: showPointer,
            onClick: (ev, [found], chart) => found && this.open(chart, found),
            plugins: {
                tooltip: {
                    callbacks: {
                        title: ([{ dataIndex }]) =>
                            `${grades[dataIndex].code} ${grades[dataIndex].name}`.trim(),
                        label: ({ dataset, raw }) => `${dataset.label}: ${this.format(raw)}`,
                    },
                },
            },
            scales: {
                x: getAxis({ grid: { display: false } }),
                y: getAxis({
                    beginAtZero: true,
                    ticks: {
                        maxTicksLimit: 5,
                        precision: 0,
                        callback: (value) =>
                            this.series.is_share ? `${value} %` : formatShort(value),
                    },
                }),
            },
        });
        const data = { labels: grades.map(({ code }) => code), datasets: this.datasets };
        return { type: "bar", data, options };
    }

    /** Opens those whom a bar counts, as the cell of the table does. */
    open(chart, { index, datasetIndex }) {
        const { key } = chart.data.datasets[datasetIndex];
        const cell = this.props.block.rows[index].cells[this.picture.cells[key]];
        if (cell?.action) {
            this.props.onAction(cell);
        }
    }
}
