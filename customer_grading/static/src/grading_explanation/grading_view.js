import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

/**
 * Shows views: blocks of rows with marks, texts, badges and links.
 *
 * The server says what stands in a view; this component only lays it out, on a phone
 * too. A cell or a button names an action to open, or a method to call.
 */
export class GradingView extends Component {
    static template = "customer_grading.GradingView";
    static props = {
        views: { type: Array },
        onAction: { type: Function },
    };

    getMark(row) {
        const mark = {
            met: { sign: "✔", class: "text-success", title: _t("Met") },
            unmet: { sign: "✘", class: "text-danger", title: _t("Not met") },
            missing: { sign: "?", class: "text-warning", title: _t("Missing") },
        }[row.mark];
        // What has no part in how it turned out alarms nobody.
        return mark && row.muted ? { ...mark, class: "text-muted" } : mark;
    }

    hasMarks(block) {
        return block.rows.some((row) => row.mark);
    }

    /** Links of several rows may be called the same: each says of what it is. */
    getLinkTitle(row, cell) {
        const [name] = row.cells;
        return cell === name ? undefined : _t("%(link)s: %(name)s", { link: cell.text, name: name.text });
    }

    getRowClass(row) {
        return { "text-muted": row.muted, [`o_grading_indent_${row.indent || 0}`]: true };
    }

    getBadgeClass(badge) {
        return `badge rounded-pill o_badge_color_${badge.color || 0}`;
    }
}
