import { Component } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { GradingExplanation } from "./grading_explanation";

/** "Why this grade?" */
export class GradingDialog extends Component {
    static template = "customer_grading.GradingDialog";
    static components = { Dialog, GradingExplanation };
    static props = {
        resModel: String,
        resId: Number,
        displayName: { type: String, optional: true },
        close: Function,
    };

    get title() {
        return _t("Why this grade?");
    }
}

/**
 * Opens the dialog. It is no action in a dialog, as the next one would take its place:
 * who answered a question there comes back to it.
 */
function openGradingDialog(env, { params }, options) {
    env.services.dialog.add(
        GradingDialog,
        { resModel: params.model, resId: params.id, displayName: params.name },
        { onClose: (closed) => closed?.noReload || options.onClose?.() }
    );
}

registry.category("actions").add("customer_grading_why", openGradingDialog);
