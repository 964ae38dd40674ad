import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/**
 * A list whose lines open in a dialog of their own, which saves at once: the record they
 * belong to is saved before, so that everything just typed can be chosen there.
 */
export class GradingDialogListField extends X2ManyField {
    /** @override */
    async openRecord(record) {
        const { record: parent } = this.props;
        if (!(await parent.save())) {
            return;
        }
        await this.action.doActionButton({
            type: "object",
            name: "action_open_dialog",
            resModel: this.list.resModel,
            resId: record.resId,
            resIds: [record.resId],
            context: this.props.context,
            onClose: () => parent.load(),
        });
    }
}

registry.category("fields").add("grading_dialog_list", {
    ...x2ManyField,
    component: GradingDialogListField,
    additionalClasses: [...(x2ManyField.additionalClasses || []), "o_field_one2many"],
});
