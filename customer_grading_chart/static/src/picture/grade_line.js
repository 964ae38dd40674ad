import { Component, useEffect, useState } from "@odoo/owl";

import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { getAxis, getOptions, useChart } from "./chart_hook";
import { formatShort } from "./figures";
import { getGradeColors, getStateColor, getTextColor } from "./palette";

/**
 * The grades of one customer as steps, the best on top, and the points as a line.
 *
 * What is drawn is asked for once the page is open. Below it stands in words what the step is
 * that somebody points at, or went to by the arrow keys.
 */
export class GradeLine extends Component {
    static template = "customer_grading_chart.GradeLine";
    static props = { block: Object, onAction: Function };

    setup() {
        this.state = useState({ line: null, chosen: null });
        this.getChart = useChart(
            () => this.config,
            () => [this.state.line]
        );
        useEffect(
            () => {
                this.load(false);
            },
            () => [this.props.block]
        );
    }

    async load(whole) {
        const { block } = this.props;
        const { model, id, dimension_id } = block.picture;
        const { orm } = this.env.services;
        const args = [[id], dimension_id, whole];
        // The page tells it in words, too: without the picture it does as well.
        const line = await orm.silent.call(model, "get_grade_line", args).catch(() => ({}));
        if (block === this.props.block) {
            const count = line.steps?.length || 0;
            this.state.chosen = count - 1;
            this.state.line = count ? line : null;
        }
    }

    get step() {
        return this.state.line?.steps[this.state.chosen];
    }

    get hasPoints() {
        return this.state.line.points.length > 0;
    }

    get label() {
        return _t("Grades over time. Arrow keys go from one change to the next.");
    }

    /** The height of a grade: the best on top, none at the bottom. */
    getHeight(grade) {
        return grade === null ? 0 : this.state.line.grades.length - grade;
    }

    getColors(grade) {
        return getGradeColors(grade === null ? null : this.state.line.grades[grade].color);
    }

    /** The steps as one line: each begins at a change, the last ends today. */
    get stepDataset() {
        const { steps, start, today } = this.state.line;
        const points = steps.map(({ date, grade }) => ({
            x: toTime(date < start ? start : date),
            y: this.getHeight(grade),
        }));
        points.push({ x: toTime(today), y: points.at(-1).y });
        const colors = steps.map(({ grade }) => this.getColors(grade));
        colors.push(colors.at(-1));
        const isMarked = (index) => index < steps.length && steps[index].date >= start;
        return {
            label: "grades",
            data: points,
            clip: 12, // the first and the last are drawn whole
            stepped: "before",
            borderWidth: 4,
            segment: {
                // A step keeps its own colour until the next one begins.
                borderColor: ({ p0DataIndex }) => colors[p0DataIndex].line,
            },
            pointStyle: steps.map(({ by_hand }) => (by_hand ? "rectRot" : "circle")),
            pointRadius: points.map((_point, index) =>
                isMarked(index) ? (steps[index].by_hand ? 8 : 6) : 0
            ),
            pointHoverRadius: points.map((_point, index) => (isMarked(index) ? 9 : 0)),
            pointBackgroundColor: colors.map(({ fill }) => fill),
            pointBorderColor: colors.map(({ line }) => line),
            pointBorderWidth: 2,
        };
    }

    get pointDatasets() {
        const color = getStateColor("info");
        return this.state.line.points.map((points) => ({
            label: "points",
            clip: 12,
            yAxisID: "points",
            data: points.map(({ date, points: y, text }) => ({ x: toTime(date), y, text })),
            borderColor: color,
            backgroundColor: color,
            borderDash: [4, 3],
            borderWidth: 1.5,
            pointRadius: 2.5,
        }));
    }

    get config() {
        const { grades, steps, start, today } = this.state.line;
        const hasNone = steps.some(({ grade }) => grade === null);
        const scales = {
            x: getAxis({
                type: "time",
                min: toTime(start),
                max: toTime(today),
                time: { minUnit: "month", tooltipFormat: "DD" },
                ticks: { maxRotation: 0, autoSkipPadding: 16 },
                grid: { display: false },
            }),
            y: getAxis({
                min: hasNone ? -0.4 : 0.6,
                max: grades.length + 0.4,
                afterBuildTicks: (axis) => {
                    const heights = [...Array(grades.length + 1).keys()];
                    axis.ticks = heights.slice(hasNone ? 0 : 1).map((value) => ({ value }));
                },
                ticks: {
                    autoSkip: false,
                    callback: (value) =>
                        value ? grades[grades.length - value].code : _t("Not graded"),
                },
            }),
        };
        if (this.hasPoints) {
            scales.points = getAxis({
                position: "right",
                beginAtZero: true,
                title: { display: true, text: _t("Points"), color: getTextColor() },
                ticks: { maxTicksLimit: 4, callback: (value) => formatShort(value) },
                grid: { display: false },
            });
        }
        const options = getOptions({
            layout: { padding: { top: 4, right: 8 } },
            interaction: { mode: "nearest", axis: "x", intersect: false },
            onHover: (_ev, elements) => this.choose(elements),
            onClick: (_ev, elements) => this.choose(elements),
            plugins: {
                tooltip: {
                    filter: ({ dataset }) => dataset.label === "points",
                    callbacks: { label: ({ raw }) => raw.text },
                },
            },
            scales,
        });
        return {
            type: "line",
            data: { datasets: [...this.pointDatasets, this.stepDataset] },
            options,
        };
    }

    /** Tells in words the step at the pointer. */
    choose(elements) {
        const [found] = elements;
        if (!found) {
            return;
        }
        const chart = this.getChart();
        const { label, data } = chart.data.datasets[found.datasetIndex];
        const { steps } = this.state.line;
        if (label === "grades") {
            this.state.chosen = Math.min(found.index, steps.length - 1);
        } else {
            this.state.chosen = this.findStep(data[found.index].x);
        }
    }

    /** The step in which a moment falls. */
    findStep(time) {
        const { steps } = this.state.line;
        const later = steps.findIndex(({ date }) => toTime(date) > time);
        return later < 0 ? steps.length - 1 : Math.max(later - 1, 0);
    }

    onKeydown(ev) {
        const way = { ArrowLeft: -1, ArrowRight: 1 }[ev.key];
        const chosen = this.state.chosen + way;
        if (way && this.state.line.steps[chosen]) {
            ev.preventDefault();
            this.state.chosen = chosen;
        }
    }
}

function toTime(date) {
    return deserializeDate(date).toMillis();
}
