import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { GradingSheet } from "./grading_sheet";
import { useSheetActions } from "./grading_sheet_hook";

/** Shows the sheets that a Json field holds. */
export class GradingSheetField extends Component {
    static template = "customer_grading.GradingSheetField";
    static components = { GradingSheet };
    static props = { ...standardFieldProps };

    setup() {
        this.onAction = useSheetActions(
            () => true,
            () => this.props.record.load()
        );
    }

    get sheets() {
        return this.props.record.data[this.props.name] || [];
    }
}

export const gradingSheetField = {
    component: GradingSheetField,
    displayName: _t("Grading sheet"),
    supportedTypes: ["json"],
};

registry.category("fields").add("grading_sheet", gradingSheetField);
