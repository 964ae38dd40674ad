/**
 * The lines of a requirement as an outline: a flat list whose depths make groups.
 *
 * A line is `{ record, depth, isGroup }`. A line belongs to the nearest group above it that
 * is less deep; functions take and return whole lists and never change a line in place.
 */

/** Groups within groups; the requirement itself is the first of them. */
export const MAX_GROUPS = 3;

/** Depth of the deepest group there may be. */
const DEEPEST_GROUP = MAX_GROUPS - 2;

/**
 * Index after the last line that moves with the line at `index`.
 */
export function getBlockEnd(lines, index) {
    let end = index + 1;
    while (end < lines.length && lines[end].depth > lines[index].depth) {
        end++;
    }
    return end;
}

/**
 * Index of the group that the line at `index` belongs to; -1 for the requirement itself.
 */
export function getParentIndex(lines, index) {
    let parent = index - 1;
    while (parent >= 0 && lines[parent].depth >= lines[index].depth) {
        parent--;
    }
    return parent;
}

/**
 * How deep a line may stand after `previous`.
 */
export function getDeepest(previous) {
    return previous ? previous.depth + (previous.isGroup ? 1 : 0) : 0;
}

/**
 * Whether the groups of `block` stay within the limit when its first line is at `depth`.
 */
export function fitsAt(block, depth) {
    return block.every(
        (line) => !line.isGroup || line.depth - block[0].depth + depth <= DEEPEST_GROUP
    );
}

/**
 * Lines with the block at `index` brought before the line at `target`, at `depth`;
 * null where its groups would stand too deep.
 */
export function moveBlock(lines, index, target, depth) {
    const end = getBlockEnd(lines, index);
    const block = lines.slice(index, end);
    if (!fitsAt(block, depth)) {
        return null;
    }
    const shift = depth - block[0].depth;
    const moved = block.map((line) => ({ ...line, depth: line.depth + shift }));
    const before = lines.filter((_, i) => i < target && (i < index || i >= end));
    const after = lines.filter((_, i) => i >= target && (i < index || i >= end));
    return [...before, ...moved, ...after];
}

/**
 * Whether the line at `index` can become part of a group above it.
 */
export function canIndent(lines, index) {
    const depth = lines[index].depth + 1;
    return (
        depth <= getDeepest(lines[index - 1]) &&
        fitsAt(lines.slice(index, getBlockEnd(lines, index)), depth)
    );
}

/**
 * Lines with the one at `index`, and what belongs to it, in the group above it.
 */
export function indent(lines, index) {
    return moveBlock(lines, index, index, lines[index].depth + 1);
}

/**
 * Lines with the one at `index` taken out of its group; it comes after what stays in it.
 */
export function outdent(lines, index) {
    const parent = getParentIndex(lines, index);
    return moveBlock(lines, index, getBlockEnd(lines, parent), lines[parent].depth);
}

/**
 * Lines with the one at `index` before its neighbour above, or above its group.
 */
export function moveUp(lines, index) {
    const parent = getParentIndex(lines, index);
    if (parent === index - 1) {
        return parent < 0 ? null : moveBlock(lines, index, parent, lines[parent].depth);
    }
    let target = index - 1;
    while (lines[target].depth > lines[index].depth) {
        target--;
    }
    return moveBlock(lines, index, target, lines[index].depth);
}

/**
 * Lines with the one at `index` after its neighbour below, or below its group.
 */
export function moveDown(lines, index) {
    const end = getBlockEnd(lines, index);
    if (end < lines.length && lines[end].depth === lines[index].depth) {
        return moveBlock(lines, index, getBlockEnd(lines, end), lines[index].depth);
    }
    const parent = getParentIndex(lines, index);
    return parent < 0 ? null : outdent(lines, index);
}

/**
 * Lines with the block at `index` dropped after the line at `previous` (-1: on top): it stays
 * as deep as it was, where its new neighbours allow it; null where it would be too deep.
 */
export function drop(lines, index, previous) {
    const end = getBlockEnd(lines, index);
    if (previous >= index && previous < end) {
        return lines;
    }
    const deepest = getDeepest(lines[previous]);
    const next = lines.slice(previous + 1).find((line) => !lines.slice(index, end).includes(line));
    const depth = Math.min(Math.max(lines[index].depth, next ? next.depth : 0), deepest);
    return moveBlock(lines, index, previous + 1, depth);
}

/**
 * Lines without the one at `index`; the lines of a group take its place.
 */
export function remove(lines, index) {
    const end = getBlockEnd(lines, index);
    return lines
        .map((line, i) => (i > index && i < end ? { ...line, depth: line.depth - 1 } : line))
        .filter((_, i) => i !== index);
}
