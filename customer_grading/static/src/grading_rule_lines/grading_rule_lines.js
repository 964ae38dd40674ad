import { _t } from "@web/core/l10n/translation";
import { getActiveHotkey } from "@web/core/hotkeys/hotkey_service";
import { makeContext } from "@web/core/context";
import { registry } from "@web/core/registry";
import { x2ManyCommands } from "@web/core/orm_service";
import { getTabableElements } from "@web/core/utils/ui";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";

import { onPatched } from "@odoo/owl";

import {
    MAX_GROUPS,
    canIndent,
    drop,
    fitsAt,
    getDeepest,
    indent,
    moveDown,
    moveUp,
    outdent,
    remove,
} from "./rule_outline";

const SEQUENCE_STEP = 10;
const EXIT = "until"; // the group that says when who has the grade leaves it
const NO_LINE = "none"; // stands for the links that add a line

/**
 * The conditions and groups of a requirement as one editable, indented list.
 */
export class GradingRuleLinesRenderer extends ListRenderer {
    static template = "customer_grading.GradingRuleLinesRenderer";
    static rowsTemplate = "customer_grading.GradingRuleLinesRenderer.Rows";
    static recordRowTemplate = "customer_grading.GradingRuleLinesRenderer.RecordRow";
    static useMagicColumnWidths = false; // the row of a group would mislead it

    setup() {
        super.setup();
        this.state.lineInFocus = null;
        this.lineToFocus = null;
        this.lineToGoOnWith = null;
        this.turn = Promise.resolve();
        onPatched(() => {
            this.restoreFocus();
            this.goOn();
        });
    }

    // ------------------------------------------------------------------ lines

    get lines() {
        return this.props.list.records.map((record) => ({
            record,
            depth: record.data.depth,
            isGroup: this.isGroup(record),
        }));
    }

    getIndex(record) {
        return this.props.list.records.findIndex((other) => other.id === record.id);
    }

    isGroup(record) {
        return record.data.kind !== "condition";
    }

    /** Whether nothing has been chosen on a condition yet. */
    isBlank(record) {
        return !this.isGroup(record) && !record.data.criterion_id;
    }

    canIndentLine(record) {
        return canIndent(this.lines, this.getIndex(record));
    }

    canOutdentLine(record) {
        return record.data.depth > 0;
    }

    /** The line below which a new one goes: the one in focus, else the last. */
    get lineToFollow() {
        const { records } = this.props.list;
        const inFocus = this.editedRecord?.id || this.state.lineInFocus;
        return records.find((record) => record.id === inFocus) || records.at(-1);
    }

    getNewDepth(after, kind) {
        return after && kind !== EXIT ? getDeepest(this.lines[this.getIndex(after)]) : 0;
    }

    canAddGroup(after, kind) {
        return fitsAt([{ depth: 0, isGroup: true }], this.getNewDepth(after, kind));
    }

    get hasExit() {
        return this.props.list.records.some((record) => record.data.kind === EXIT);
    }

    isControlOffered(control) {
        const { default_kind: kind } = makeContext([control.context]);
        if (kind === EXIT) {
            return !this.hasExit;
        }
        return !kind || this.canAddGroup(this.lineToFollow);
    }

    // ------------------------------------------------------------------ what people do

    /**
     * Does one thing after the other: whoever types fast must not rearrange the lines while
     * they are still being rearranged.
     */
    inTurn(action) {
        const done = this.turn.then(action);
        this.turn = done.catch(() => {});
        return done;
    }

    /**
     * Brings the lines into the given order and depths, and keeps the focus where it was.
     *
     * @param {Object[] | null} lines null: they would stand too deep
     * @param {Object[]} [commands] what to do besides
     */
    async arrange(lines, commands = []) {
        if (!lines) {
            this.refuseDepth();
            return;
        }
        await this.commitChanges();
        const { list } = this.props;
        lines.forEach(({ record, depth }, index) => {
            const sequence = (index + 1) * SEQUENCE_STEP;
            if (record.data.sequence !== sequence || record.data.depth !== depth) {
                const id = record.resId || record._virtualId;
                commands.push(x2ManyCommands.update(id, { sequence, depth }));
            }
        });
        await list.applyCommands(commands, { sort: true });
    }

    /** Takes over what stands in the inputs, so that nothing typed gets lost. */
    async commitChanges() {
        const proms = [];
        this.props.list.model.bus.trigger("NEED_LOCAL_CHANGES", { proms });
        await Promise.all([...proms, this.editedRecord?._updatePromise]);
    }

    refuseDepth() {
        this.notificationService.add(
            _t(
                "Groups can stand %s deep at most. Split the requirement: make a criterion of the inner group, or write a second requirement for the same grade.",
                MAX_GROUPS
            ),
            { type: "warning" }
        );
    }

    /**
     * Adds a line below another one, ready to be filled in.
     *
     * @param {string} kind
     * @param {Object} [after]
     */
    async addLine(kind, after = this.lineToFollow) {
        const isGroup = kind !== "condition";
        if (isGroup && !this.canAddGroup(after, kind)) {
            this.refuseDepth();
            return;
        }
        await this.commitChanges();
        const { list } = this.props;
        await list.leaveEditMode({ canAbandon: false });
        const context = { default_kind: kind, default_depth: this.getNewDepth(after, kind) };
        // It is drawn where it belongs from the first: a row that moves loses what is typed.
        const record = after
            ? await list.addNewRecordAtIndex(this.getIndex(after), { context })
            : await list.addNewRecord({ position: "bottom", context });
        if (isGroup) {
            await record.update({ kind }); // from here on it is kept when one leaves it
        }
    }

    async addGroup(after = this.lineToFollow) {
        if (after && this.editedRecord === after && this.isBlank(after)) {
            return this.turnIntoGroup(after);
        }
        return this.addLine(this.getNewKind(after), after);
    }

    /** A group within “all of” is likeliest an “any of”, and the other way round. */
    getNewKind(after) {
        const lines = this.lines;
        const depth = this.getNewDepth(after);
        let index = after ? this.getIndex(after) : -1;
        while (index >= 0 && !(lines[index].isGroup && lines[index].depth < depth)) {
            index--;
        }
        const root = this.props.list.evalContext.parent;
        const parent = index < 0 ? root.kind : lines[index].record.data.kind;
        return parent === "any" ? "all" : "any";
    }

    async turnIntoGroup(record) {
        if (!fitsAt([{ depth: 0, isGroup: true }], record.data.depth)) {
            this.refuseDepth();
            return;
        }
        this.lineToFocus = record.id;
        this.cellNameToFocus = "kind";
        await record.update({ kind: this.getNewKind(record) });
    }

    async indentLine(record) {
        if (this.canIndentLine(record)) {
            this.keepFocus(record);
            await this.arrange(indent(this.lines, this.getIndex(record)));
        } else if (getDeepest(this.lines[this.getIndex(record) - 1]) > record.data.depth) {
            this.refuseDepth();
        }
    }

    async outdentLine(record) {
        if (this.canOutdentLine(record)) {
            this.keepFocus(record);
            await this.arrange(outdent(this.lines, this.getIndex(record)));
        }
    }

    async moveLine(record, move) {
        const lines = move(this.lines, this.getIndex(record));
        if (lines) {
            this.keepFocus(record);
            await this.arrange(lines);
        }
    }

    /** @override */
    onDeleteRecord(record) {
        return this.inTurn(() => this.deleteLine(record));
    }

    /** A group goes alone: its lines take its place. */
    async deleteLine(record) {
        if (this.editedRecord && this.editedRecord !== record) {
            await this.props.list.leaveEditMode();
        }
        const index = this.getIndex(record);
        if (index < 0) {
            return;
        }
        const id = record.resId || record._virtualId;
        const neighbour = this.props.list.records[index + 1] || this.props.list.records[index - 1];
        this.lineToFocus = neighbour?.id || NO_LINE;
        await this.arrange(remove(this.lines, index), [x2ManyCommands.delete(id)]);
    }

    /** @override the lines of a group move with it */
    async sortDrop(dataRowId, _dataGroupId, { element, previous }) {
        element.classList.remove("o_row_draggable");
        const { records } = this.props.list;
        const index = records.findIndex((record) => record.id === dataRowId);
        const target = previous
            ? records.findIndex((record) => record.id === previous.dataset.id)
            : -1;
        try {
            this.resequencePromise = this.inTurn(() =>
                this.arrange(drop(this.lines, index, target))
            );
            await this.resequencePromise;
        } finally {
            element.classList.add("o_row_draggable");
            await this.props.list.leaveEditMode();
            this.render();
        }
    }

    /** @override */
    add({ context } = {}) {
        const { default_kind: kind } = makeContext([context]);
        if (kind === EXIT) {
            return this.inTurn(() => this.addLine(EXIT, this.props.list.records.at(-1)));
        }
        return this.inTurn(() => (kind ? this.addGroup() : this.addLine("condition")));
    }

    /** @override */
    editNextRecord(record) {
        return this.inTurn(() => this.goToNextLine(record));
    }

    /** Edits the line below; after the last one, or in a group without lines, a new one. */
    async goToNextLine(record) {
        const { list } = this.props;
        const next = list.records[this.getIndex(record) + 1];
        const isEmptyGroup = this.isGroup(record) && !(next?.data.depth > record.data.depth);
        if (next && !isEmptyGroup) {
            await list.leaveEditMode({ validate: true });
            await list.enterEditMode(next);
        } else if (!this.isBlank(record)) {
            await this.addLine("condition", record);
        }
    }

    // ------------------------------------------------------------------ keyboard

    /** @override */
    onCellKeydown(ev, group = null, record = null) {
        if (this.isMenuOpen(ev.target) && this.onMenuKeydown(ev)) {
            return;
        }
        if (record && !this.props.readonly && this.onLineKeydown(ev, record)) {
            ev.preventDefault();
            ev.stopPropagation();
            return;
        }
        return super.onCellKeydown(ev, group, record);
    }

    isMenuOpen(target) {
        const menu = target.closest(".o_select_menu");
        return Boolean(menu?.querySelector("[aria-expanded='true']"));
    }

    /**
     * Keys that an open menu takes; Tab takes what is marked in it, and goes on.
     *
     * @returns {boolean}
     */
    onMenuKeydown(ev) {
        const hotkey = getActiveHotkey(ev);
        if (hotkey === "tab") {
            ev.preventDefault();
            ev.stopPropagation();
            this.takeMarked(ev.target.closest("td"));
        }
        return ["tab", "enter", "escape"].includes(hotkey);
    }

    async takeMarked(cell) {
        document.querySelector(".o_select_menu_menu .o_select_menu_item.focus")?.click();
        await this.commitChanges();
        await new Promise(requestAnimationFrame); // the menu gives the focus back when it closes
        this.focus(this.findNextFocusableOnRow(cell.parentElement, cell));
    }

    /**
     * @returns {boolean} whether the key meant the line as a whole
     */
    onLineKeydown(ev, record) {
        const action = this.getLineAction(getActiveHotkey(ev), ev, record);
        if (action) {
            this.inTurn(action);
        }
        return Boolean(action);
    }

    getLineAction(hotkey, ev, record) {
        const actions = {
            "alt+shift+arrowright": () => this.indentLine(record),
            "alt+shift+arrowleft": () => this.outdentLine(record),
            "alt+shift+arrowup": () => this.moveLine(record, moveUp),
            "alt+shift+arrowdown": () => this.moveLine(record, moveDown),
            "shift+enter": () => this.addGroup(record),
        };
        if (this.editedRecord !== record) {
            Object.assign(actions, {
                tab: () => this.indentLine(record),
                "shift+tab": () => this.outdentLine(record),
                delete: () => this.deleteLine(record),
            });
        } else if (ev.target.closest("td[name='criterion_id']")) {
            Object.assign(actions, this.getStartActions(record));
        }
        return actions[hotkey];
    }

    /**
     * At the start of an empty line Tab indents, as in any outline. After a word it waits for
     * what is found by it: only then is there a comparison to go on to.
     */
    getStartActions(record) {
        this.lineToGoOnWith = null;
        const actions = {};
        if (this.typed) {
            if (!this.getComparison()) {
                actions.tab = () => {
                    this.lineToGoOnWith = record.id;
                    this.goOn();
                };
            }
        } else if (this.isBlank(record)) {
            if (this.canIndentLine(record)) {
                actions.tab = () => this.indentLine(record);
            }
            if (this.canOutdentLine(record)) {
                actions["shift+tab"] = () => this.outdentLine(record);
            }
        }
        return actions;
    }

    /** The input of the comparison on the line that is edited, once there is one. */
    getComparison() {
        const cell = this.tableRef.el.querySelector(".o_selected_row td[name='operator']");
        return cell && getTabableElements(cell)[0];
    }

    /** Focuses the comparison of a line on which something has just been found. */
    goOn() {
        if (!this.lineToGoOnWith || this.editedRecord?.id !== this.lineToGoOnWith) {
            return;
        }
        const comparison = this.getComparison();
        if (comparison) {
            this.lineToGoOnWith = null;
            this.focus(comparison);
        }
    }

    /** Notes what was typed before a dropdown takes it away. */
    onLineKeydownCapture(ev) {
        this.typed = ev.target.value;
    }

    onLineFocus(record) {
        this.state.lineInFocus = record.id;
    }

    keepFocus(record) {
        const { activeElement } = document;
        const cell = activeElement.closest("td[name]");
        if (cell && this.tableRef.el.contains(cell)) {
            this.lineToFocus = record.id;
            this.cellNameToFocus = cell.getAttribute("name");
        }
    }

    restoreFocus() {
        if (!this.lineToFocus) {
            return;
        }
        const row = this.tableRef.el.querySelector(`tr[data-id='${this.lineToFocus}']`);
        if (this.cellNameToFocus === "kind" && row?.classList.contains("o_grading_condition")) {
            return; // something else was drawn, the group is yet to be
        }
        const cell =
            row?.querySelector(`td[name='${this.cellNameToFocus}']`) ||
            row?.querySelector("td[name]:not(.o_handle_cell)") ||
            this.tableRef.el.querySelector("td.o_field_x2many_list_row_add");
        this.lineToFocus = null;
        this.cellNameToFocus = null;
        if (cell && !cell.contains(document.activeElement)) {
            this.focus(getTabableElements(cell)[0] || cell);
        }
    }

    /** @override a group has one cell to be focused */
    focusCell(column, forward = true) {
        if (!this.editedRecord || !this.isGroup(this.editedRecord)) {
            return super.focusCell(column, forward);
        }
        const cell = this.tableRef.el.querySelector(".o_selected_row td[name='kind']");
        this.focus(cell && getTabableElements(cell)[0]);
    }

    // ------------------------------------------------------------------ display

    getDeleteTitle(record) {
        return this.isGroup(record)
            ? _t("Delete the group, keep its lines")
            : _t("Delete the condition");
    }

    /** @override the cell of a group spans the row */
    getColumns(record) {
        const columns = super.getColumns(record);
        if (!this.isGroup(record)) {
            return columns;
        }
        const handle = columns.filter((column) => column.widget === "handle");
        const kind = this.allColumns.find((column) => column.name === "kind");
        const colspan = columns.length - handle.length;
        return [...handle, { ...kind, colspan, invisible: "False" }];
    }

    /** @override */
    getCellClass(column, record) {
        const classNames = super.getCellClass(column, record);
        return ["kind", "criterion_id"].includes(column.name)
            ? `${classNames} o_grading_depth_${record.data.depth}`
            : classNames;
    }

    /** @override */
    getRowClass(record) {
        const kind = this.isGroup(record) ? "o_grading_group" : "o_grading_condition";
        return `${super.getRowClass(record)} ${kind}`;
    }

    /** @override what is wrong with a line is said where one points at it */
    getCellTitle(column, record) {
        if (record.isInEdition) {
            return undefined;
        }
        return record.data.problem || super.getCellTitle(column, record);
    }

    /** @override a value stands beside its comparison, and may be a level or a text */
    isNumericColumn() {
        return false;
    }

    /** @override the order is the outline's */
    isSortable() {
        return false;
    }

    /** @override no empty rows: the outline ends where it ends */
    get getEmptyRowIds() {
        return [];
    }
}

export class GradingRuleLinesField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: GradingRuleLinesRenderer };
}

registry.category("fields").add("grading_rule_lines", {
    ...x2ManyField,
    component: GradingRuleLinesField,
    additionalClasses: [...(x2ManyField.additionalClasses || []), "o_field_one2many"],
});
