import { Component, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { GradingSheet } from "./grading_sheet";
import { useSheetActions } from "./grading_sheet_hook";

/**
 * Shows why a customer has its grade.
 *
 * It asks the server only once it is on screen: a partner form whose page "Grading" stays
 * closed costs nothing.
 */
export class GradingExplanation extends Component {
    static template = "customer_grading.GradingExplanation";
    static components = { GradingSheet };
    static props = {
        ...standardWidgetProps,
        partnerField: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ sheets: null });
        this.onAction = useSheetActions(
            () => this.props.record,
            () => this.reload()
        );
        useRecordObserver((record) => this.load(this.getPartnerId(record)));
    }

    getPartnerId(record) {
        if (this.props.partnerField) {
            return record.data[this.props.partnerField]?.id;
        }
        return record.resId;
    }

    async load(partnerId) {
        this.state.sheets = partnerId
            ? await this.orm.call("res.partner", "get_grading_sheets", [[partnerId]])
            : [];
    }

    /** Loads the sheets and the form anew: its badge may have changed too. */
    async reload() {
        const { record } = this.props;
        await record.load();
        await this.load(this.getPartnerId(record));
    }
}

export const gradingExplanation = {
    component: GradingExplanation,
    extractProps: ({ attrs }) => ({ partnerField: attrs.partner_field }),
};

registry.category("view_widgets").add("grading_explanation", gradingExplanation);
