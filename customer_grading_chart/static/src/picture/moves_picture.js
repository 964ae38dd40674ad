import { Component } from "@odoo/owl";

import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";

import { getAxis, getOptions, showPointer, useChart } from "./chart_hook";
import { formatShort } from "./figures";
import { getStateColor, withAlpha } from "./palette";

/** Who goes down to the left, who goes up to the right, by the grade of today. */
export class MovesPicture extends Component {
    static template = "customer_grading_chart.MovesPicture";
    static props = { block: Object, onAction: Function };

    setup() {
        useChart(
            () => this.config,
            () => [this.props.block]
        );
    }

    get rows() {
        return this.props.block.picture.rows;
    }

    /** The ways that somebody goes: nearest the middle first on both sides. */
    get ways() {
        const [bad, good] = [getStateColor("danger"), getStateColor("success")];
        return [
            { key: "down", label: _t("Down"), sign: -1, color: bad },
            { key: "lost", label: _t("No longer graded"), sign: -1, color: withAlpha(bad, 0.45) },
            { key: "up", label: _t("Up"), sign: 1, color: good },
            { key: "new", label: _t("Newly graded"), sign: 1, color: withAlpha(good, 0.45) },
        ].filter(({ key }) => this.rows.some((row) => row[key]));
    }

    get config() {
        const { rows } = this;
        const options = getOptions({
            indexAxis: "y",
            onHover: showPointer,
            onClick: (ev, [found], chart) => found && this.open(chart, found),
            plugins: {
                tooltip: {
                    callbacks: {
                        title: ([{ dataIndex }]) =>
                            `${rows[dataIndex].code} ${rows[dataIndex].name}`.trim(),
                        label: ({ dataset, raw }) =>
                            `${dataset.label}: ${formatInteger(Math.abs(raw))}`,
                        footer: ([{ dataIndex }]) =>
                            _t("Unchanged: %s", formatInteger(rows[dataIndex].same)),
                    },
                },
            },
            scales: {
                x: getAxis({
                    stacked: true,
                    ticks: {
                        maxTicksLimit: 7,
                        precision: 0,
                        callback: (value) => formatShort(Math.abs(value)),
                    },
                }),
                y: getAxis({ stacked: true, grid: { display: false } }),
            },
        });
        const datasets = this.ways.map(({ key, label, sign, color }) => ({
            key,
            label,
            data: rows.map((row) => sign * row[key]),
            backgroundColor: color,
            maxBarThickness: 28,
        }));
        return { type: "bar", data: { labels: rows.map(({ code }) => code), datasets }, options };
    }

    /** Opens those who go one way from a grade: of all cells of the table that count them. */
    open(chart, { index, datasetIndex }) {
        const { key, label } = chart.data.datasets[datasetIndex];
        const { cells, code } = this.rows[index];
        const counted = cells[key].map((position) => this.props.block.rows[index].cells[position]);
        const actions = counted.map((cell) => cell?.action).filter(Boolean);
        if (actions.length) {
            const domain = Domain.or(actions.map((action) => action.domain)).toList();
            const name = _t("%(grade)s: %(way)s", { grade: code, way: label });
            this.props.onAction({ action: { ...actions[0], name, domain } });
        }
    }
}
