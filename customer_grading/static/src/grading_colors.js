import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";

/** What the badges of grades are coloured from: $o-colors of Odoo, in its order. */
const GRADE_COLORS = [
    "#a2a2a2",
    "#ee2d2d",
    "#dc8534",
    "#e8bb1d",
    "#5794dd",
    "#9f628f",
    "#db8865",
    "#41a9a2",
    "#304be0",
    "#ee2f8a",
    "#61c36e",
    "#9872e6",
];
const UNGRADED_COLOR = getCustomColor(cookie.get("color_scheme"), "#d8dadd", "#5a5e6b");

/**
 * @param {{color: number|null}} grade
 * @returns {string} the colour of its badge; grey for who is not graded
 */
export function getGradeColor({ color }) {
    return color === null ? UNGRADED_COLOR : GRADE_COLORS[color % GRADE_COLORS.length];
}
