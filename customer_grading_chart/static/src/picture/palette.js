/**
 * The colours of a page, as they are on it: in the light, in the dark, in a theme of one's own.
 */

/** Returns what the style sheets say of an element of these classes. */
function readStyle(classes) {
    const probe = document.createElement("span");
    probe.className = classes;
    probe.hidden = true;
    document.body.append(probe);
    const { backgroundColor: background, color } = getComputedStyle(probe);
    probe.remove();
    return { background, color };
}

// Between a badge and what is written on it lies the colour that both were made from.
const MIDDLE = 0.4;

/** Returns the colour of a grade's badge, and the stronger one of its lines; grey for no grade. */
export function getGradeColors(color) {
    if (color === null || color === undefined) {
        return { fill: withAlpha(getTextColor(), 0.2), line: withAlpha(getTextColor(), 0.5) };
    }
    const { background, color: text } = readStyle(`badge o_badge_color_${color}`);
    return { fill: background, line: mix(background, text, MIDDLE) };
}

export function getTextColor() {
    return readStyle("text-body").color;
}

/** Returns the colour of a state: "success", "danger", "info". */
export function getStateColor(state) {
    return readStyle(`text-${state}`).color;
}

/** Returns red, green, blue and how much is covered, of a colour as a style sheet says it. */
function parse(color) {
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return [red, green, blue, alpha];
}

/** Returns a colour that lets the ground through: `share` of it stays. */
export function withAlpha(color, share) {
    const [red, green, blue, alpha] = parse(color);
    return `rgba(${red}, ${green}, ${blue}, ${alpha * share})`;
}

function mix(color, other, share) {
    const others = parse(other);
    const mixed = parse(color).map((part, index) => part * (1 - share) + others[index] * share);
    return `rgba(${mixed.join(", ")})`;
}
