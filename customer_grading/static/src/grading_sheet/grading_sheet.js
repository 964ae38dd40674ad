import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

/**
 * Shows "sheets": blocks of rows with marks, texts, badges and links.
 *
 * The server says what stands on a sheet; this component only lays it out, on a phone
 * too. A cell or a button names an action to open, or a method to call.
 */
export class GradingSheet extends Component {
    static template = "customer_grading.GradingSheet";
    static props = {
        sheets: { type: Array },
        onAction: { type: Function },
    };

    getMark(row) {
        return {
            met: { sign: "✔", class: "text-success", title: _t("Met") },
            unmet: { sign: "✘", class: "text-danger", title: _t("Not met") },
            missing: { sign: "?", class: "text-warning", title: _t("Missing") },
        }[row.mark];
    }

    hasMarks(block) {
        return block.rows.some((row) => row.mark);
    }

    getRowClass(row) {
        return { "text-muted": row.muted, [`o_grading_indent_${row.indent || 0}`]: true };
    }

    getBadgeClass(badge) {
        return `badge rounded-pill o_badge_color_${badge.color || 0}`;
    }
}
