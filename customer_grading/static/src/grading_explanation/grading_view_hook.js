import { useService } from "@web/core/utils/hooks";

/**
 * Returns what a click on a view does: open an action, or call a method and do what it
 * returns.
 *
 * @param {() => Promise<boolean>} beforeAction whether the action may go on
 * @param {() => Promise<void>} reload called when something may have changed
 */
export function useViewActions(beforeAction, reload) {
    const actionService = useService("action");
    const orm = useService("orm");

    function open(action) {
        if (action.params?.next?.tag === "soft_reload") {
            // `reload` does that; a dialog would be closed.
            action = { ...action, params: { ...action.params, next: undefined } };
        }
        if (!action.views && action.type === "ir.actions.act_window") {
            const modes = (action.view_mode || "list,form").split(",");
            action = { ...action, views: modes.map((mode) => [false, mode]) };
        }
        return actionService.doAction(action, action.target === "new" ? { onClose: reload } : {});
    }

    return async (item) => {
        if (!(await beforeAction())) {
            return;
        }
        if (item.action) {
            return open(item.action);
        }
        const action = await orm.call(item.model, item.method, [item.ids]);
        if (action && action.type) {
            await open(action);
        }
        if (action?.type !== "ir.actions.act_window") {
            await reload();
        }
    };
}
