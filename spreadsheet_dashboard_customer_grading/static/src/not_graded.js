import { patch } from "@web/core/utils/patch";
import { OdooPivotModel } from "@spreadsheet/pivot/pivot_model";

/** What has no grade is called so in a table as well: Odoo's says “None”. */
patch(OdooPivotModel.prototype, {
    getGroupByCellValue(groupBy, value) {
        const label = value === false && this.parseGroupField(groupBy).field.falsy_value_label;
        return label || super.getGroupByCellValue(groupBy, value);
    },
});
