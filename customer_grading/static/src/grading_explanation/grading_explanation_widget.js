import { Component } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { GradingExplanation } from "./grading_explanation";

/**
 * Shows on a form why a customer or an opportunity has its grade: the form's own record,
 * or the one that it is about, which a field named in `of_subject` holds.
 *
 * On a page of a notebook it asks the server only once the page is opened: a form whose
 * page "Grading" stays closed costs nothing.
 */
export class GradingExplanationWidget extends Component {
    static template = "customer_grading.GradingExplanationWidget";
    static components = { GradingExplanation };
    static props = {
        ...standardWidgetProps,
        ofSubject: { type: Array, element: String, optional: true },
    };

    /** The name of the field that holds what the record is about. */
    get subjectField() {
        const { ofSubject, record } = this.props;
        return ofSubject.find((name) => record.data[name]) || ofSubject[0];
    }

    get resModel() {
        const { ofSubject, record } = this.props;
        return ofSubject ? record.fields[this.subjectField].relation : record.resModel;
    }

    get resId() {
        const { ofSubject, record } = this.props;
        return ofSubject ? record.data[this.subjectField]?.id : record.resId;
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
    extractProps: ({ attrs }) => ({ ofSubject: attrs.of_subject?.split(",") }),
});
