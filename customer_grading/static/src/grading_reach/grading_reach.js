import { Component, toRaw, useEffect, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatInteger } from "@web/views/fields/formatters";
import { FloatField, floatField } from "@web/views/fields/float/float_field";
import { parseFloat } from "@web/views/fields/parsers";

const BARS = 12;
const TAIL = 0.05; // of all, with the highest values: they share the last bar

// What was asked by a dialog, and answered: one question a criterion, however many limits it has.
const answers = new WeakMap();

/** Whether `value` is on the side of the limit that is asked for. */
export const SIDES = {
    ge: (value, limit) => value >= limit,
    gt: (value, limit) => value > limit,
    le: (value, limit) => value <= limit,
    lt: (value, limit) => value < limit,
    between: (value, limit, most) => value >= limit && value <= most,
};

/**
 * How many reach the limit beside it, with a picture of where it lies among the values.
 */
export class GradingReach extends Component {
    static template = "customer_grading.GradingReach";
    static props = {
        model: Object, // of the form in which the limit stands
        criterionId: { type: [Number, Boolean], optional: true },
        vals: { type: Object, optional: true }, // what is not saved of it
        operator: String,
        limit: Number,
        most: { type: Number, optional: true },
        subject: { type: [String, Boolean], optional: true },
    };

    setup() {
        this.state = useState({ steps: [] });
        useEffect(
            (asked) => {
                this.load(asked);
            },
            () => [JSON.stringify([this.props.criterionId || false, this.props.vals || {}])]
        );
    }

    async load(asked) {
        const { model } = this.props;
        const told = answers.get(toRaw(model)) || new Map();
        answers.set(toRaw(model), told);
        if (!told.has(asked)) {
            const [id, vals] = JSON.parse(asked);
            // Not by a service of the component: the answer is for those after it, too.
            const { orm } = this.env.services;
            const args = [id ? [id] : [], vals];
            const steps = orm.silent.call("customer.grading.criterion", "get_distribution", args);
            // The form is there to write a policy: without figures it does as well.
            told.set(asked, steps.catch(() => []));
        }
        this.asked = asked;
        const steps = await told.get(asked);
        if (this.asked === asked) {
            this.state.steps = steps;
        }
    }

    /** Each value with how many have it, the lowest first. */
    get counts() {
        const { steps } = this.state;
        return steps
            .map(([value, reach], index) => [value, reach - (index ? steps[index - 1][1] : 0)])
            .reverse();
    }

    isReached(value) {
        const { operator, limit, most } = this.props;
        return SIDES[operator](value, limit, most);
    }

    get text() {
        const count = this.counts.reduce((n, [value, own]) => n + (this.isReached(value) ? own : 0), 0);
        if (this.props.subject === "lead") {
            return count === 1
                ? _t("1 opportunity reaches it")
                : _t("%s opportunities reach it", formatInteger(count));
        }
        if (this.props.subject !== "partner") {
            return _t("reached by %s", formatInteger(count));
        }
        return count === 1
            ? _t("1 customer reaches it")
            : _t("%s customers reach it", formatInteger(count));
    }

    /** The heights of the bars, and whether those in them reach the limit. */
    get bars() {
        const { counts } = this;
        const all = this.state.steps.at(-1)[1];
        const lowest = counts[0][0];
        const [highest] = this.state.steps.find(([, reach]) => reach >= all * TAIL);
        const width = (highest - lowest) / BARS || 1;
        const bars = Array.from({ length: BARS }, (_, index) => ({ index, count: 0, reached: 0 }));
        for (const [value, count] of counts) {
            const bar = bars[Math.min(Math.floor((value - lowest) / width), BARS - 1)];
            bar.count += count;
            bar.reached += this.isReached(value) ? count : 0;
        }
        const most = Math.max(...bars.map(({ count }) => count));
        return bars.map(({ index, count, reached }) => ({
            index,
            height: Math.round(Math.sqrt(count / most) * 16), // a few are seen beside many
            isReached: reached * 2 >= count && reached > 0,
        }));
    }
}

/** What a field does in which a limit is typed: it tells how many reach what stands there. */
export function useTyped() {
    const typed = useState({ limit: null });
    return {
        typed,
        onInput: (ev) => {
            try {
                typed.limit = parseFloat(ev.target.value);
            } catch {
                typed.limit = null; // half a number
            }
        },
        onChange: () => {
            typed.limit = null;
        },
    };
}

// What decides of a criterion which values there are.
const WITHOUT_EFFECT = ["band_ids", "name", "weight", "cap", "in_total", "parent_id", "sequence"];

/**
 * Where a level begins, in the list of a criterion's levels.
 */
export class GradingLimitField extends Component {
    static template = "customer_grading.GradingLimitField";
    static components = { FloatField, GradingReach };
    static props = FloatField.props;

    setup() {
        Object.assign(this, useTyped());
    }

    get criterion() {
        return this.props.record._parentRecord;
    }

    get isCounted() {
        const { data } = this.criterion;
        const isMeasured = data.kind === "measure" ? data.measure_id : this.criterion.resId;
        return data.policy_state === "draft" && data.band_by === "value" && Boolean(isMeasured);
    }

    get reachProps() {
        const { criterion, props } = this;
        const vals = criterion._getChanges();
        for (const name of WITHOUT_EFFECT) {
            delete vals[name];
        }
        return {
            model: criterion.model,
            criterionId: criterion.resId,
            vals,
            operator: props.record.data.strict ? "gt" : "ge",
            limit: this.typed.limit ?? props.record.data[props.name],
            subject: criterion.data.policy_subject,
        };
    }
}

registry.category("fields").add("grading_limit", { ...floatField, component: GradingLimitField });
