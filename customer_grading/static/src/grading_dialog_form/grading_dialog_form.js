import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";

import { onMounted } from "@odoo/owl";

/**
 * A form on which people write for long: closing its dialog by the cross, or by Escape, asks
 * before it throws away what was written.
 */
export class GradingDialogFormController extends formView.Controller {
    setup() {
        super.setup();
        onMounted(() => this.guardDialog());
    }

    /** Lets the dialog ask before it closes. */
    guardDialog() {
        const { dialogData, inDialog } = this.env;
        if (!inDialog) {
            return;
        }
        const dismiss = dialogData.dismiss;
        dialogData.dismiss = async () => {
            await this.confirmLoss();
            return dismiss?.();
        };
    }

    /** Resolves once nothing would be lost, or the loss is wanted; else never. */
    async confirmLoss() {
        const { root } = this.model;
        if (!root.data.is_changed && !(await root.isDirty())) {
            return;
        }
        return new Promise((resolve) => {
            this.dialogService.add(ConfirmationDialog, {
                title: _t("Throw away what you wrote?"),
                body: _t("It has not been saved yet."),
                confirmLabel: _t("Go on writing"),
                confirm: () => {},
                cancelLabel: _t("Throw away"),
                cancel: resolve,
                dismiss: () => {},
            });
        });
    }
}

registry.category("views").add("grading_dialog_form", {
    ...formView,
    Controller: GradingDialogFormController,
});
