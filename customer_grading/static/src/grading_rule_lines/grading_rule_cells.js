import { registry } from "@web/core/registry";
import { SelectMenu } from "@web/core/select_menu/select_menu";
import { CharField } from "@web/views/fields/char/char_field";
import { DateTimeField } from "@web/views/fields/datetime/datetime_field";
import { FloatField } from "@web/views/fields/float/float_field";
import { IntegerField } from "@web/views/fields/integer/integer_field";
import { Many2OneField } from "@web/views/fields/many2one/many2one_field";
import { Many2OneReferenceField } from "@web/views/fields/many2one_reference/many2one_reference_field";
import {
    FilterableSelectionField,
    filterableSelectionField,
} from "@web/views/fields/selection/filterable_selection_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

import { GradingReach, SIDES, useTyped } from "../grading_reach/grading_reach";

/** What a cell hands on to the field it is made of. */
function getFieldProps({ record, readonly }, name) {
    return { record, readonly, name };
}

/**
 * A menu that is narrowed by the first letter typed, so that Enter takes what was meant.
 */
export class GradingSelectMenu extends SelectMenu {
    setup() {
        super.setup();
        this.debouncedOnInput = (ev) => this.narrow(ev.target.value);
    }

    narrow(searchString) {
        this.state.searchValue = searchString;
        if (this.dropdownState.isOpen) {
            this.onInput(searchString);
        } else {
            this.dropdownState.open();
        }
    }

    /** @override */
    async onBeforeOpen() {
        this.onInput(this.state.searchValue || "");
    }
}

/**
 * The cell of a comparison: those that fit the criterion.
 */
export class GradingRuleComparison extends FilterableSelectionField {
    static components = { ...FilterableSelectionField.components, SelectMenu: GradingSelectMenu };
}

/**
 * The cell of a group: how many of its lines must hold.
 */
export class GradingRuleGroup extends Component {
    static template = "customer_grading.GradingRuleGroup";
    static components = { GradingRuleComparison, IntegerField };
    static props = { ...standardFieldProps };

    get isCounted() {
        return ["at_least", "at_most"].includes(this.props.record.data.kind);
    }

    get label() {
        const { data, fields } = this.props.record;
        const [, label] = fields.kind.selection.find(([kind]) => kind === data.kind);
        return this.isCounted ? label.replace(/\bn\b/, data.count) : label;
    }

    get kindProps() {
        return {
            ...getFieldProps(this.props, "kind"),
            required: true,
            blacklisted_values: ["condition"],
        };
    }

    get countProps() {
        return getFieldProps(this.props, "count");
    }
}

/**
 * The cell of what a condition compares with: as many fields as the comparison needs.
 */
export class GradingRuleValue extends Component {
    static template = "customer_grading.GradingRuleValue";
    static components = {
        CharField,
        DateTimeField,
        FloatField,
        GradingReach,
        Many2OneField,
        Many2OneReferenceField,
    };
    static props = { ...standardFieldProps };

    setup() {
        Object.assign(this, useTyped());
    }

    /** What is compared with: a level, a choice, a text, a day, one number, or two. */
    get kind() {
        const { operator, unit } = this.props.record.data;
        if (operator?.startsWith("level_")) {
            return "level";
        }
        if (operator === "is") {
            return unit === "text" ? "text" : "choice";
        }
        if (["before", "after"].includes(operator)) {
            return "day";
        }
        return operator === "between" ? "between" : "number";
    }

    get levelProps() {
        return this.getRecordProps("level_id");
    }

    get choiceProps() {
        return this.getRecordProps("choice_id");
    }

    getRecordProps(name) {
        return {
            ...getFieldProps(this.props, name),
            canCreate: false,
            canCreateEdit: false,
            canQuickCreate: false,
            canOpen: false,
            context: {},
        };
    }

    get dayProps() {
        return { ...getFieldProps(this.props, "date_value"), required: true };
    }

    get textProps() {
        return getFieldProps(this.props, "text_value");
    }

    get valueProps() {
        return { ...getFieldProps(this.props, "value"), trailingZeros: false };
    }

    get mostProps() {
        return { ...getFieldProps(this.props, "value_max"), trailingZeros: false };
    }

    /** Whether a number stands here of which the form tells how many reach it. */
    get isCounted() {
        const { data, evalContext } = this.props.record;
        const isDraft = evalContext.parent.policy_state === "draft";
        return isDraft && data.operator in SIDES && Boolean(data.criterion_id);
    }

    get reachProps() {
        const { data, model, evalContext } = this.props.record;
        return {
            model,
            criterionId: data.criterion_id.id,
            operator: data.operator,
            limit: this.typed.limit ?? data.value,
            most: data.value_max,
            subject: evalContext.parent.policy_subject,
        };
    }
}

registry.category("fields").add("grading_rule_comparison", {
    ...filterableSelectionField,
    component: GradingRuleComparison,
});
registry.category("fields").add("grading_rule_group", {
    component: GradingRuleGroup,
    supportedTypes: ["selection"],
});
registry.category("fields").add("grading_rule_value", {
    component: GradingRuleValue,
    supportedTypes: ["float"],
});
