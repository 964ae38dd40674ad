import { cookie } from "@web/core/browser/cookie";
import { getCustomColor, lightenColor, darkenColor } from "@web/core/colors/colors";
import { getGradeColor } from "@customer_grading/grading_colors";
import { sortBy } from "@web/core/utils/arrays";
import { GraphRenderer } from "@web/views/graph/graph_renderer";

const colorScheme = cookie.get("color_scheme");

/** Draws what is grouped by grade in the colours of the grades: bars, lines, pies. */
export class GradingGraphRenderer extends GraphRenderer {
    /** @override */
    getBarChartData() {
        const data = super.getBarChartData();
        for (const dataset of this.model.data.datasets) {
            if (dataset.grade) {
                dataset.backgroundColor = getGradeColor(dataset.grade);
            } else if (this.hasColorsByLabel) {
                dataset.backgroundColor = this.labelColors;
            }
        }
        return data;
    }

    /** @override */
    getLineChartData() {
        const data = super.getLineChartData();
        for (const dataset of data.datasets.filter(({ grade }) => grade)) {
            const color = getGradeColor(dataset.grade);
            Object.assign(dataset, {
                backgroundColor: getCustomColor(
                    colorScheme,
                    lightenColor(color, 0.5),
                    darkenColor(color, 0.5)
                ),
                borderColor: color,
                hoverBackgroundColor: color,
                pointBackgroundColor: color,
            });
        }
        return data;
    }

    /** @override */
    getPieChartData() {
        const data = super.getPieChartData();
        if (data.labelGrades) {
            for (const dataset of data.datasets.filter(({ domains }) => domains)) {
                dataset.backgroundColor = this.labelColors;
                dataset.hoverBackgroundColor = this.labelColors;
            }
        }
        return data;
    }

    /** @override */
    getLegendOptions() {
        const options = super.getLegendOptions();
        const colors = this.labelColors;
        if (!colors.length) {
            return options;
        }
        const generateLabels = options.labels.generateLabels;
        options.labels.generateLabels = (chart) =>
            generateLabels(chart).map((label) => {
                if (this.model.metaData.mode === "pie") {
                    return { ...label, fillStyle: colors[label.index] || label.fillStyle };
                }
                // One colour stands for all bars of the measure.
                const pick = (style) => (Array.isArray(style) ? style[0] : style);
                return {
                    ...label,
                    fillStyle: pick(label.fillStyle),
                    strokeStyle: pick(label.strokeStyle),
                };
            });
        return options;
    }

    /** @override */
    getTooltipItems(data, metaData, tooltipModel) {
        const items = super.getTooltipItems(data, metaData, tooltipModel);
        const points = sortBy(tooltipModel.dataPoints, "raw", "desc");
        for (const [index, item] of items.entries()) {
            if (Array.isArray(item.boxColor)) {
                item.boxColor = item.boxColor[points[index].dataIndex];
            }
        }
        return items;
    }

    /** Whether each bar has the colour of its grade: there is one for each. */
    get hasColorsByLabel() {
        const { groupBy, mode } = this.model.metaData;
        return mode === "bar" && groupBy.length === 1 && this.labelColors.length > 0;
    }

    get labelColors() {
        return (this.model.data.labelGrades || []).map(getGradeColor);
    }
}
