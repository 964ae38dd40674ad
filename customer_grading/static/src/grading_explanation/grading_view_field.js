import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { GradingView } from "./grading_view";
import { useViewActions } from "./grading_view_hook";

/** Shows the views that a Json field holds. */
export class GradingViewField extends Component {
    static template = "customer_grading.GradingViewField";
    static components = { GradingView };
    static props = { ...standardFieldProps };

    setup() {
        this.onAction = useViewActions(
            () => true,
            () => this.props.record.load()
        );
    }

    get views() {
        return this.props.record.data[this.props.name] || [];
    }
}

export const gradingViewField = {
    component: GradingViewField,
    displayName: _t("Grading view"),
    supportedTypes: ["json"],
};

registry.category("fields").add("grading_view", gradingViewField);
