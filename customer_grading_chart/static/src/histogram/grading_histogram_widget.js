import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { formatFigure } from "../picture/figures";
import { GradingHistogram } from "./grading_histogram";

// What decides nothing of which values there are, as where limits are typed: one question for both.
const WITHOUT_EFFECT = ["band_ids", "name", "weight", "cap", "in_total", "parent_id", "sequence"];

/**
 * The values of a criterion above its levels, whose limits follow the lines.
 *
 * It is there by itself where a limit is told how many reach it, which asks for the same; else
 * once somebody wants it.
 */
export class GradingHistogramWidget extends Component {
    static template = "customer_grading_chart.GradingHistogramWidget";
    static components = { GradingHistogram };
    static props = { ...standardWidgetProps };

    setup() {
        this.state = useState({ isOpen: false });
    }

    get criterion() {
        return this.props.record;
    }

    get bands() {
        return this.criterion.data.band_ids.records;
    }

    get isMeasured() {
        const { data, resId } = this.criterion;
        return Boolean(data.kind === "measure" ? data.measure_id : resId);
    }

    get isDraft() {
        return this.criterion.data.policy_state === "draft";
    }

    get isOpen() {
        const isCounted = this.isDraft && this.criterion.data.band_by === "value";
        return this.state.isOpen || (isCounted && this.bands.length > 0);
    }

    /** Whether there is a ranking for each country, team..., and no limit for all. */
    get isApart() {
        const { band_by, rank_within } = this.criterion.data;
        return band_by !== "value" && rank_within !== "all";
    }

    get limits() {
        return this.isApart ? [] : this.bands.map((band) => this.getLimit(band));
    }

    /** A limit can be moved as far as those next to it, of levels for the same customers. */
    getLimit(band) {
        const { lower, subject_domain, strict } = band.data;
        const others = this.bands
            .filter((other) => other !== band && isSame(other.data.subject_domain, subject_domain))
            .map((other) => other.data.lower);
        const isPlace = this.criterion.data.band_by !== "value";
        return {
            key: band.id,
            label: this.getLabel(band),
            limit: lower,
            operator: strict ? "gt" : "ge",
            least: Math.max(isPlace ? 0 : -Infinity, ...others.filter((other) => other < lower)),
            most: Math.min(Infinity, ...others.filter((other) => other > lower)),
        };
    }

    getLabel({ data: { level, points } }) {
        if (level) {
            return level;
        }
        return points === 1 ? _t("1 point") : _t("%s points", formatFigure(points));
    }

    get histogramProps() {
        const { criterion } = this;
        const { band_by, rank_from, rank_among, crossing, unit, policy_subject } = criterion.data;
        const vals = criterion._getChanges();
        for (const name of WITHOUT_EFFECT) {
            delete vals[name];
        }
        // An age has none that is too little to count.
        const isAge = ["days", "months", "years"].includes(unit);
        return {
            model: criterion.model,
            criterionId: criterion.resId,
            vals,
            limits: this.limits,
            ranking: { band_by, rank_from, rank_among: isAge ? "known" : rank_among, crossing },
            subject: policy_subject,
            onMove: this.isDraft && !this.props.readonly ? this.move.bind(this) : undefined,
        };
    }

    async move(key, lower) {
        const band = this.bands.find(({ id }) => id === key);
        await band.update({ lower });
    }
}

function isSame(domain, other) {
    return (domain || "[]") === (other || "[]");
}

registry.category("view_widgets").add("grading_histogram", { component: GradingHistogramWidget });
