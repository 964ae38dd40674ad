import { user } from "@web/core/user";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";

const WAN = 10_000; // from which Chinese readers count in 万

/** Returns a number as it stands on an axis: "12 M", 1200万. */
export function formatShort(value) {
    const digits = { notation: "compact", maximumSignificantDigits: 3 };
    return new Intl.NumberFormat(user.lang, digits).format(value);
}

/** Returns a number in full; for Chinese readers in 万 where it is large. */
export function formatFigure(value) {
    if (user.lang.startsWith("zh") && Math.abs(value) >= WAN) {
        const digits = { notation: "compact", maximumSignificantDigits: 6 };
        return new Intl.NumberFormat(user.lang, digits).format(value);
    }
    return Number.isInteger(value)
        ? formatInteger(value)
        : formatFloat(value, { digits: [16, 2], trailingZeros: false });
}

/** Returns a share in whole per cent, which never reads as none or all where it is not. */
export function formatShare(share) {
    const percent = Math.round(share);
    if (share > 0 && percent === 0) {
        return "< 1 %";
    }
    return `${share < 100 && percent === 100 ? "> 99" : percent} %`;
}
