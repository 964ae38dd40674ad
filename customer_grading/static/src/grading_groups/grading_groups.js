import { patch } from "@web/core/utils/patch";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";

/**
 * By grade the best comes first, and who is not graded last, on whatever record: a kanban puts
 * what is empty first, and a phone opens with that.
 */
patch(KanbanRenderer.prototype, {
    getGroupsOrRecords() {
        const shown = super.getGroupsOrRecords();
        if (this.props.list.groupByField?.relation === "customer.grade") {
            shown.sort((a, b) => !a.group.value - !b.group.value);
        }
        return shown;
    },
});
