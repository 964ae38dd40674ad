import { Component } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { GradingExplanation } from "./grading_explanation";

/**
 * Shows on a form why a customer has its grade: the form's own record, or the one in
 * `partner_field`.
 *
 * On a page of a notebook it asks the server only once the page is opened: a form whose
 * page "Grading" stays closed costs nothing.
 */
export class GradingExplanationWidget extends Component {
    static template = "customer_grading.GradingExplanationWidget";
    static components = { GradingExplanation };
    static props = {
        ...standardWidgetProps,
        partnerField: { type: String, optional: true },
    };

    get resModel() {
        return this.props.partnerField ? "res.partner" : this.props.record.resModel;
    }

    get resId() {
        const { partnerField, record } = this.props;
        return partnerField ? record.data[partnerField]?.id : record.resId;
    }

    async saveRecord() {
        const { record } = this.props;
        return !(await record.isDirty()) || record.save();
    }

    /** The badge on the form may have changed too. */
    reloadRecord() {
        return this.props.record.load();
    }
}

registry.category("view_widgets").add("grading_explanation", {
    component: GradingExplanationWidget,
    extractProps: ({ attrs }) => ({ partnerField: attrs.partner_field }),
});
