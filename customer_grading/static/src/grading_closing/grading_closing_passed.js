import { toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useRef } from "@odoo/owl";

/**
 * Says that the expected closing of an open opportunity has passed, and leads to the date.
 */
export class GradingClosingPassed extends Component {
    static template = "customer_grading.GradingClosingPassed";
    static props = { ...standardWidgetProps };

    setup() {
        this.root = useRef("root");
    }

    get text() {
        const { date_deadline: date } = this.props.record.data;
        return _t("Expected closing %s has passed", toLocaleDateString(date));
    }

    setDate() {
        const form = this.root.el.closest(".o_form_renderer");
        const date = form?.querySelector(
            ".o_field_widget[name=date_deadline] input, .o_field_widget[name=date_deadline] button"
        );
        date?.focus();
        date?.click();
    }
}

registry.category("view_widgets").add("grading_closing_passed", {
    component: GradingClosingPassed,
});
