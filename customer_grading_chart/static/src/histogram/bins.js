/**
 * How values are put into bins of one width on the screen, so that few large and many small ones
 * are seen together; and where among them a limit lies.
 */

const MOST = 24; // bins
const FEW = 20; // bins of one width
const LONG = 10; // times the middle: the highest value from which bins grow by 1, 2, 5, 10...
const SERIES = [1, 2, 5, 10];

/** Returns the number 1, 2 or 5 times a power of ten that is `value`, or the next one above. */
export function roundUp(value) {
    const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
    return SERIES.find((step) => step * power >= value * (1 - 1e-9)) * power;
}

/** The same, or the next one below. */
export function roundDown(value) {
    const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
    return SERIES.findLast((step) => step * power <= value * (1 + 1e-9)) * power;
}

/** Returns the value that so many of all have at most. */
function getQuantile(counts, share) {
    const all = counts.reduce((sum, [, count]) => sum + count, 0);
    let passed = 0;
    return counts.find(([, count]) => (passed += count) >= all * share)[0];
}

function getUnevenEdges(positive, lowest, highest) {
    const first = roundDown(Math.max(getQuantile(positive, 0.03), highest / 1e7));
    const edges = [Math.min(lowest, 0), first];
    while (edges.at(-1) <= highest && edges.length <= MOST) {
        edges.push(roundUp(edges.at(-1) * 1.5));
    }
    return edges;
}

function getEvenEdges(counts, lowest, highest) {
    const isWhole = counts.every(([value]) => Number.isInteger(value));
    const width = Math.max(roundUp((highest - lowest) / FEW || 1), isWhole ? 1 : 0);
    const edges = [Math.floor(lowest / width + 1e-9) * width];
    while (edges.at(-1) <= highest) {
        edges.push(round(edges[0] + edges.length * width));
    }
    return edges;
}

/** Returns a number without what floats add to it. */
export function round(value) {
    return Number(value.toPrecision(12));
}

/**
 * Returns the edges of the bins.
 *
 * @param {[number, number][]} counts each value with how many have it, the lowest first
 * @param {number[]} limits that have to be seen among them
 * @returns {{ edges: number[], isUneven: boolean }}
 */
export function getEdges(counts, limits) {
    const lowest = Math.min(counts[0][0], ...limits);
    const highest = Math.max(counts.at(-1)[0], ...limits);
    const positive = counts.filter(([value]) => value > 0);
    if (positive.length > 1 && highest > LONG * getQuantile(positive, 0.5)) {
        return { edges: getUnevenEdges(positive, lowest, highest), isUneven: true };
    }
    return { edges: getEvenEdges(counts, lowest, highest), isUneven: false };
}

/** Returns how many are in each bin, from one edge up to the next one. */
export function countBins(counts, edges) {
    const bins = edges.slice(1).map((to, index) => ({ index, from: edges[index], to, count: 0 }));
    for (const [value, count] of counts) {
        const index = edges.findLastIndex((edge) => value >= edge);
        bins[Math.min(Math.max(index, 0), bins.length - 1)].count += count;
    }
    return bins;
}

/** Returns where a value lies, from 0 to 1. */
export function getPlace(value, edges) {
    const last = edges.length - 2;
    const index = Math.min(Math.max(edges.findLastIndex((edge) => value >= edge), 0), last);
    const inside = (value - edges[index]) / (edges[index + 1] - edges[index]);
    return (index + Math.min(Math.max(inside, 0), 1)) / (last + 1);
}

/** Returns the value that lies at a place from 0 to 1. */
export function getValue(place, edges) {
    const count = edges.length - 1;
    const index = Math.min(Math.max(Math.floor(place * count), 0), count - 1);
    return edges[index] + (place * count - index) * (edges[index + 1] - edges[index]);
}

/** Returns by how much a limit is moved near a value: a tenth of its bin, in a round number. */
export function getStep(value, edges, isWhole) {
    const place = getPlace(value, edges) * (edges.length - 1);
    const index = Math.min(Math.floor(place), edges.length - 2);
    const step = roundDown((edges[index + 1] - edges[index]) / 10);
    return isWhole ? Math.max(step, 1) : step;
}
