import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

import { useState } from "@odoo/owl";

/**
 * The badge of a grade, whose title says in one sentence why it is held.
 *
 * The sentence is asked for when somebody points at the badge: a board with many cards costs
 * nothing more.
 */
export class GradingBadgeField extends BadgeField {
    static template = "customer_grading.GradingBadgeField";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.state = useState({ title: null });
    }

    async loadTitle() {
        if (this.state.title !== null) {
            return;
        }
        const { resModel, resId } = this.props.record;
        this.state.title = ""; // asked for once
        this.state.title = await this.orm.silent.call(resModel, "get_grade_reason", [[resId]]);
    }
}

registry.category("fields").add("grading_badge", {
    ...badgeField,
    component: GradingBadgeField,
    supportedTypes: ["many2one"],
});
