import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Many2OneField } from "@web/views/fields/many2one/many2one_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * The rows of a table of two criteria as a grid: the first criterion goes down, the second
 * across, and each cell is the grade of their combination.
 */
export class GradingTableGrid extends Component {
    static template = "customer_grading_decision_table.GradingTableGrid";
    static components = { Many2OneField };
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name].records;
    }

    get title() {
        const { label_1: down, label_2: across } = this.props.record.data;
        return { down, across };
    }

    /** The cells of a column in the order of the rows, each once. */
    getAxis(name) {
        const axis = new Map();
        for (const { data } of this.rows) {
            axis.set(data[name].id, data[name].display_name);
        }
        return [...axis].map(([id, label]) => ({ id, label }));
    }

    getRow(down, across) {
        return this.rows.find(
            ({ data }) => data.cell_1_id.id === down.id && data.cell_2_id.id === across.id
        );
    }

    getGradeProps(record) {
        return {
            record,
            name: "grade_id",
            readonly: this.props.readonly,
            context: { default_dimension_id: record.data.dimension_id?.id },
            placeholder: _t("not graded"),
            canCreate: true,
            canQuickCreate: true,
            canCreateEdit: false,
            canOpen: false,
        };
    }
}

registry.category("fields").add("grading_table_grid", {
    component: GradingTableGrid,
    supportedTypes: ["one2many"],
    useSubView: true,
});
