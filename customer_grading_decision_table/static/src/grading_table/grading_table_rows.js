import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";

/**
 * The rows of a decision table: each column is headed by its criterion.
 */
export class GradingTableRowsRenderer extends ListRenderer {
    /** @override */
    getActiveColumns() {
        const { parent } = this.props.list.evalContext;
        return super.getActiveColumns().map((column) => {
            const [, number] = /^cell_(\d)_id$/.exec(column.name) || [];
            return number ? { ...column, label: parent[`label_${number}`] } : column;
        });
    }
}

export class GradingTableRowsField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: GradingTableRowsRenderer };
}

registry.category("fields").add("grading_table_rows", {
    ...x2ManyField,
    component: GradingTableRowsField,
    additionalClasses: [...(x2ManyField.additionalClasses || []), "o_field_one2many"],
});
