import { Component, useState } from "@odoo/owl";

import { GradingRuleValue } from "@customer_grading/grading_rule_lines/grading_rule_cells";
import { usePopover } from "@web/core/popover/popover_hook";
import { patch } from "@web/core/utils/patch";

import { GradingHistogram } from "./grading_histogram";

/** The values of the criterion of a condition, above the number that it asks for. */
export class RuleHistogram extends Component {
    static template = "customer_grading_chart.RuleHistogram";
    static components = { GradingHistogram };
    static props = { record: Object, subject: { type: [String, Boolean] }, close: Function };

    setup() {
        this.record = useState(this.props.record);
    }

    get title() {
        return this.record.data.criterion_id.display_name;
    }

    get limits() {
        const { operator, value, value_max } = this.record.data;
        if (operator !== "between") {
            return [this.getLimit("value", operator, value)];
        }
        return [
            this.getLimit("value", "ge", value, { most: value_max }),
            this.getLimit("value_max", "le", value_max, { least: value }),
        ];
    }

    getLimit(key, operator, limit, { least = -Infinity, most = Infinity } = {}) {
        const [, label] = this.record.fields.operator.selection.find(([name]) => name === operator);
        return { key, label, limit, operator, least, most };
    }

    get histogramProps() {
        const { record } = this;
        return {
            model: record.model,
            criterionId: record.data.criterion_id.id,
            limits: this.limits,
            ranking: { band_by: "value" },
            subject: this.props.subject,
            onMove: (key, limit) => this.props.record.update({ [key]: limit }),
        };
    }
}

patch(GradingRuleValue.prototype, {
    setup() {
        super.setup();
        this.histogram = usePopover(RuleHistogram, {
            position: "bottom",
            popoverClass: "o_grading_rule_histogram",
        });
    },

    openHistogram(ev) {
        const { record } = this.props;
        const subject = record.evalContext.parent.policy_subject;
        this.histogram.open(ev.currentTarget, { record, subject });
    },
});
