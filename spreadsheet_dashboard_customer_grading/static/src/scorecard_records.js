import { patch } from "@web/core/utils/patch";
import { components } from "@odoo/o-spreadsheet";
import "@spreadsheet/chart/odoo_menu/figure_component";
import { SEE_RECORDS_PIVOT, SEE_RECORDS_PIVOT_VISIBLE } from "@spreadsheet/pivot/pivot_actions";

/** A card that counts records of grading opens them: a click on a number is a click to its list. */
patch(components.ScorecardChart.prototype, {
    /** Position of the cell that the card shows, where it counts records; else nothing. */
    get countedPosition() {
        const { getters } = this.env.model;
        const range = getters.getChart(this.props.chartId).keyValue;
        if (!range) {
            return undefined;
        }
        const { left: col, top: row } = range.zone;
        const position = { sheetId: range.sheetId, col, row };
        const pivotId = getters.getPivotIdFromPosition(position);
        const model = pivotId && getters.getPivotCoreDefinition(pivotId).model;
        const counts = model?.startsWith("customer.grading.");
        return counts && SEE_RECORDS_PIVOT_VISIBLE(position, getters) ? position : undefined;
    },
    get hasOdooMenu() {
        return super.hasOdooMenu || Boolean(this.countedPosition);
    },
    async navigateToOdooMenu(newWindow) {
        if (super.hasOdooMenu) {
            return super.navigateToOdooMenu(newWindow);
        }
        return SEE_RECORDS_PIVOT(this.countedPosition, this.env, newWindow);
    },
});
