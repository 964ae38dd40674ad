import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

import { useState } from "@odoo/owl";

/**
 * The badge of a grade: its title says in one sentence why it is held, and a click opens "Why
 * this grade?", not the record that it stands on.
 *
 * With the option `of`, a many2one, it is the grade of that record: of an order's customer; with
 * `labelled` a form says before it what it is.
 * The sentence is asked for when somebody points at the badge: a board with many cards costs
 * nothing more.
 */
export class GradingBadgeField extends BadgeField {
    static template = "customer_grading.GradingBadgeField";
    static props = {
        ...BadgeField.props,
        label: { type: String, optional: true },
        labelled: { type: Boolean, optional: true },
        of: { type: String, optional: true },
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ reason: null });
    }

    get title() {
        return this.state.reason || _t("Why this grade?");
    }

    /** For who does not see where the badge stands. */
    get description() {
        return `${this.props.label} ${this.formattedValue}: ${this.title}`;
    }

    /** What is graded: the record, or what it names. */
    get graded() {
        const { of, record } = this.props;
        if (!of) {
            return { model: record.resModel, id: record.resId };
        }
        return { model: record.fields[of].relation, id: record.data[of].id };
    }

    /** On a card the grade of an opportunity is told from that of its customer by its shape. */
    get shapeClass() {
        return this.graded.model === "crm.lead" ? "rounded-1" : "rounded-pill";
    }

    async loadReason() {
        if (this.state.reason !== null) {
            return;
        }
        const { model, id } = this.graded;
        this.state.reason = ""; // asked for once
        this.state.reason = await this.orm.silent.call(model, "get_grade_reason", [[id]]);
    }

    async openWhy() {
        const { record } = this.props;
        const action = await this.orm.call(this.graded.model, "action_why_grade", [this.graded.id]);
        // The grade may be another one afterwards; what was typed meanwhile stays.
        const onClose = async () => (await record.isDirty()) || record.load();
        await this.action.doAction(action, { onClose });
    }
}

registry.category("fields").add("grading_badge", {
    ...badgeField,
    component: GradingBadgeField,
    supportedTypes: ["many2one"],
    supportedOptions: [
        ...badgeField.supportedOptions,
        { label: _t("Whose grade it is"), name: "of", type: "field", availableTypes: ["many2one"] },
        { label: _t("With its label"), name: "labelled", type: "boolean" },
    ],
    extractProps: (fieldInfo) => ({
        ...badgeField.extractProps(fieldInfo),
        label: fieldInfo.string,
        labelled: fieldInfo.options.labelled,
        of: fieldInfo.options.of,
    }),
});
