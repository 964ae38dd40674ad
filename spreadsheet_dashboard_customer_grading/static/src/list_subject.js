import { astToFormula, registries } from "@odoo/o-spreadsheet";
import { SEE_RECORD_LIST_VISIBLE } from "@spreadsheet/list/list_actions";
import { getFirstListFunction } from "@spreadsheet/list/list_helpers";
import { _t } from "@web/core/l10n/translation";

// Its rows have no form of their own: they are about a customer.
const MODEL = "customer.grading.outlook";

function isOutlook(position, getters) {
    if (!SEE_RECORD_LIST_VISIBLE(position, getters)) {
        return false;
    }
    return getters.getListDefinition(getters.getListIdFromPosition(position)).model === MODEL;
}

async function openSubject(position, env, newWindow) {
    const { getters } = env.model;
    const cell = getters.getCorrespondingFormulaCell(position);
    const { args } = getFirstListFunction(cell.compiledFormula.tokens);
    const row = getters.evaluateFormula(position.sheetId, astToFormula(args[1]));
    const source = await getters.getAsyncListDataSource(getters.getListIdFromPosition(position));
    const id = source.getIdFromPosition(row - 1);
    if (id) {
        const action = await env.services.orm.call(MODEL, "action_open_subject", [[id]]);
        await env.services.action.doAction(action, { newWindow });
    }
}

registries.clickableCellRegistry.add("grading_outlook", {
    condition: isOutlook,
    execute: openSubject,
    sequence: 9, // before the form of the record
    title: _t("Open the customer"),
});
