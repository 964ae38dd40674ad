import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const SHOWN = 15_000; // milliseconds in which to think better of it

/** Says what was done to many customers at once, offers "Undo", and reloads the list. */
async function tellBulkChangeDone(env, { params }) {
    const close = env.services.notification.add(params.message, {
        type: "success",
        autocloseDelay: SHOWN,
        buttons: [
            {
                name: _t("Undo"),
                onClick: async () => {
                    close();
                    const action = await env.services.orm.call(
                        "customer.grading.bulk.change",
                        "action_undo",
                        [[params.id]]
                    );
                    await env.services.action.doAction(action);
                },
            },
        ],
    });
    await env.services.action.doAction({ type: "ir.actions.act_window_close" });
    return { type: "ir.actions.client", tag: "soft_reload" };
}

registry.category("actions").add("customer_grading_bulk_change_done", tellBulkChangeDone);
