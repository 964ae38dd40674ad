/**
 * What a limit that is a place among all, or a part of what all have, comes to as a value, and
 * the other way round.
 */

import { round } from "./bins";

/** Returns the values that are ranked, the first place first. */
function rank(counts, { rank_among, rank_from }) {
    const ranked = counts.filter(([value]) => rank_among === "known" || value > 0);
    return rank_from === "bottom" ? ranked : ranked.toReversed();
}

const weigh = {
    percentile: ([, count]) => count,
    position: ([, count]) => count,
    share: ([value, count]) => Math.max(value, 0) * count,
};

function getPlaces(counts, band) {
    const ranked = rank(counts, band);
    const weights = ranked.map(weigh[band.band_by]);
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    const scale = band.band_by === "position" ? 1 : 100 / all;
    let passed = 0;
    return ranked.map(([value], index) => ({ value, place: (passed += weights[index]) * scale }));
}

function getBase(counts, { band_by, rank_among }) {
    const ranked = rank(counts, { rank_among });
    const all = ranked.reduce((sum, [, count]) => sum + count, 0);
    const total = ranked.reduce((sum, [value, count]) => sum + value * count, 0);
    if (band_by === "median") {
        let passed = 0;
        return ranked.find(([, count]) => (passed += count) >= all / 2)?.[0] || 0;
    }
    return band_by === "average" ? total / all : total;
}

/**
 * Returns how the limits of a criterion are read among its values.
 *
 * @param {[number, number][]} counts each value with how many have it, the lowest first
 * @param {Object} band the criterion: `band_by`, `rank_from`, `rank_among`, `crossing`
 * @returns {{ toValue: Function, toLimit: Function, step: number|null }} the step in which such
 *     a limit is moved; none for values, whose steps are those of the axis
 */
export function getReading(counts, band) {
    if (band.band_by === "value") {
        return { toValue: (limit) => limit, toLimit: (value) => value, step: null };
    }
    if (weigh[band.band_by]) {
        const places = getPlaces(counts, band);
        // The value of the last one who belongs to the first so many.
        const toValue = (limit) => {
            const crossing = places.findIndex(({ place }) => place >= limit - 1e-9);
            const within = places.findLastIndex(({ place }) => place <= limit + 1e-9);
            const last = band.crossing === "out" || crossing < 0 ? within : crossing;
            return places[Math.max(last, 0)]?.value ?? 0;
        };
        const isTop = band.rank_from !== "bottom";
        const toLimit = (value) =>
            places.findLast((one) => (isTop ? one.value >= value : one.value <= value))?.place ?? 0;
        return { toValue, toLimit, step: 1 };
    }
    const base = getBase(counts, band) || 1;
    return {
        toValue: (limit) => round((limit * base) / 100),
        toLimit: (value) => (value * 100) / base,
        step: 1,
    };
}
