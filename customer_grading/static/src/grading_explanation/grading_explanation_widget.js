import { Component } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { GradingExplanation } from "./grading_explanation";

/**
 * Shows on a form why a customer or an opportunity has its grade: the form's own record,
 * or, with `of_subject`, the one that the record is about.
 *
 * On a page of a notebook it asks the server only once the page is opened: a form whose
 * page "Grading" stays closed costs nothing.
 */
export class GradingExplanationWidget extends Component {
    static template = "customer_grading.GradingExplanationWidget";
    static components = { GradingExplanation };
    static props = {
        ...standardWidgetProps,
        ofSubject: { type: Boolean, optional: true },
    };

    get resModel() {
        const { ofSubject, record } = this.props;
        if (ofSubject) {
            return record.data.lead_id ? "crm.lead" : "res.partner";
        }
        return record.resModel;
    }

    get resId() {
        const { ofSubject, record } = this.props;
        return ofSubject ? (record.data.lead_id || record.data.partner_id)?.id : record.resId;
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
    extractProps: ({ attrs }) => ({ ofSubject: Boolean(attrs.of_subject) }),
});
