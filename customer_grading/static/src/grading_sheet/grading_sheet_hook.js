import { useService } from "@web/core/utils/hooks";

/**
 * Returns what a click on a sheet does: open an action, or call a method and do what it
 * returns; then `reload` is called. Unsaved input of the form is saved first.
 *
 * @param {() => Object} getRecord the form's record
 * @param {() => Promise<void>} reload
 */
export function useSheetActions(getRecord, reload) {
    const actionService = useService("action");
    const orm = useService("orm");

    async function open(action) {
        if (action.params?.next?.tag === "soft_reload") {
            // The sheet and its form are loaded anew by `reload`; a dialog would be closed.
            action = { ...action, params: { ...action.params, next: undefined } };
        }
        if (!action.views && action.type === "ir.actions.act_window") {
            const modes = (action.view_mode || "list,form").split(",");
            action = { ...action, views: modes.map((mode) => [false, mode]) };
        }
        // What opens in place of this screen needs no reload of it.
        const isDialog = action.type !== "ir.actions.act_window" || action.target === "new";
        await actionService.doAction(action, isDialog ? { onClose: reload } : {});
    }

    return async (item) => {
        const record = getRecord();
        if ((await record.isDirty()) && !(await record.save())) {
            return;
        }
        if (item.action) {
            return open(item.action);
        }
        const action = await orm.call(item.model, item.method, [item.ids]);
        if (action && action.type) {
            await open(action);
        }
        if (!action || action.target !== "new") {
            await reload();
        }
    };
}
