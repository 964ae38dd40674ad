import { useRef } from "@odoo/owl";

import { GradingReach, SIDES } from "@customer_grading/grading_reach/grading_reach";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";

import { formatFigure, formatShort } from "../picture/figures";
import { countBins, getEdges, getPlace, getStep, getValue, round } from "./bins";
import { getReading } from "./ranking";

const TICKS = 7;

/**
 * How many have which value of a criterion, with its limits as lines.
 *
 * A line is dragged, with the mouse or a finger, or moved by the arrow keys. What is asked of
 * the server is what the small pictures beside limits ask, once for all of them.
 */
export class GradingHistogram extends GradingReach {
    static template = "customer_grading_chart.GradingHistogram";
    static props = {
        model: Object,
        criterionId: { type: [Number, Boolean], optional: true },
        vals: { type: Object, optional: true },
        // {key, label, limit, operator, least, most}: least and most as far as it can be moved
        limits: { type: Array, element: Object },
        ranking: Object, // how limits are read: see getReading
        subject: { type: [String, Boolean], optional: true },
        onMove: { type: Function, optional: true }, // none where limits stay as they are
    };

    setup() {
        super.setup();
        this.plot = useRef("plot");
        Object.assign(this.state, { moved: null, chosen: null });
    }

    /** The axis stays as it is while a line is dragged. */
    get axis() {
        const { counts } = this;
        const reading = getReading(counts, this.props.ranking);
        const values = this.props.limits.map(({ limit }) => reading.toValue(limit));
        const isWhole = counts.every(([value]) => Number.isInteger(value));
        return { counts, reading, isWhole, ...getEdges(counts, values) };
    }

    get lines() {
        const { axis } = this;
        const { moved } = this.state;
        return this.props.limits.map((line, index) => {
            const limit = moved?.key === line.key ? moved.limit : line.limit;
            const value = axis.reading.toValue(limit);
            const place = getPlace(value, axis.edges) * 100;
            const reached = axis.counts.reduce(
                (sum, [own, count]) => sum + (this.isBeyond(own, value, line) ? count : 0),
                0
            );
            return { ...line, index, limit, value, place, reached, text: this.tell(line, limit, value, reached) };
        });
    }

    isBeyond(own, value, { operator }) {
        const isBottom = this.isRanked && this.props.ranking.rank_from === "bottom";
        return isBottom ? own <= value : SIDES[operator](own, value);
    }

    get isRanked() {
        return ["percentile", "share", "position"].includes(this.props.ranking.band_by);
    }

    /** What a line says: from where what holds, and how many that are. */
    tell({ label, operator }, limit, value, reached) {
        const names = {
            label,
            limit: formatFigure(limit),
            value: formatFigure(value),
            count: this.formatSubjects(reached),
        };
        if (this.isRanked) {
            const first = this.props.ranking.band_by === "position";
            return first
                ? _t("%(label)s: the first %(limit)s, to %(value)s: %(count)s", names)
                : _t("%(label)s: the first %(limit)s %, to about %(value)s: %(count)s", names);
        }
        if (this.props.ranking.band_by !== "value") {
            return _t("%(label)s from %(limit)s %, about %(value)s: %(count)s", names);
        }
        return {
            ge: () => _t("%(label)s from %(limit)s: %(count)s at or above", names),
            gt: () => _t("%(label)s above %(limit)s: %(count)s above", names),
            le: () => _t("%(label)s up to %(limit)s: %(count)s at or below", names),
            lt: () => _t("%(label)s below %(limit)s: %(count)s below", names),
        }[operator]();
    }

    formatSubjects(count) {
        const number = formatInteger(count);
        if (this.props.subject === "lead") {
            return count === 1 ? _t("1 opportunity") : _t("%s opportunities", number);
        }
        if (this.props.subject !== "partner") {
            return number;
        }
        return count === 1 ? _t("1 customer") : _t("%s customers", number);
    }

    get shownLine() {
        return this.lines.find(({ key }) => key === this.state.chosen);
    }

    /** The bars, the darker the more limits they reach. */
    get histogram() {
        const { axis, lines } = this;
        const bins = countBins(axis.counts, axis.edges);
        const most = Math.max(...bins.map(({ count }) => count));
        return bins.map((bin) => {
            const middle = (bin.from + bin.to) / 2;
            const passed = lines.filter((line) => this.isBeyond(middle, line.value, line)).length;
            return {
                ...bin,
                left: (bin.index * 100) / bins.length,
                width: 100 / bins.length,
                height: bin.count && Math.max((bin.count * 100) / most, 2),
                opacity: lines.length ? 0.25 + (0.75 * passed) / lines.length : 0.6,
                isReached: passed > 0,
                title: _t("%(from)s to %(to)s: %(count)s", {
                    from: formatFigure(bin.from),
                    to: formatFigure(bin.to),
                    count: this.formatSubjects(bin.count),
                }),
            };
        });
    }

    get ticks() {
        const { edges } = this.axis;
        const every = Math.ceil((edges.length - 1) / TICKS);
        return edges
            .map((edge, index) => ({ index, text: formatShort(edge) }))
            .filter(({ index }) => index % every === 0)
            .map((tick) => ({ ...tick, left: (tick.index * 100) / (edges.length - 1) }));
    }

    // ------------------------------------------------------------------ moving a limit

    onPointerDown(ev, line) {
        this.state.chosen = line.key;
        if (!this.props.onMove) {
            return;
        }
        ev.currentTarget.setPointerCapture(ev.pointerId);
        ev.currentTarget.focus();
        ev.preventDefault();
        this.state.moved = { key: line.key, limit: line.limit, from: line.limit };
    }

    onPointerMove(ev, line) {
        if (this.state.moved?.key !== line.key) {
            return;
        }
        const { left, width } = this.plot.el.getBoundingClientRect();
        const place = Math.min(Math.max((ev.clientX - left) / width, 0), 1);
        const { axis } = this;
        const value = getValue(place, axis.edges);
        const step = axis.reading.step || getStep(value, axis.edges, axis.isWhole);
        this.state.moved.limit = this.fit(axis.reading.toLimit(value), step, line);
    }

    async onPointerUp(ev, line) {
        if (this.state.moved?.key === line.key) {
            await this.move();
        }
    }

    onPointerCancel() {
        this.state.moved = null;
    }

    async onKeydown(ev, line) {
        const ways = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
        const way = ways[ev.key];
        if (!way || !this.props.onMove) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        const { axis } = this;
        // Where the first places are the highest, more of them lie to the left.
        const isTurned = this.isRanked && this.props.ranking.rank_from !== "bottom";
        const step = axis.reading.step || getStep(line.value, axis.edges, axis.isWhole);
        const limit = this.fit(line.limit + (isTurned ? -way : way) * step, step, line);
        this.state.moved = { key: line.key, limit, from: line.limit };
        await this.move();
    }

    /** Returns a limit as a round number, on its own side of its neighbours. */
    fit(limit, step, { least, most }) {
        const rounded = round(Math.round(limit / step) * step);
        if (rounded <= least) {
            return round(least + step);
        }
        return rounded >= most ? round(most - step) : rounded;
    }

    /** Hands on what was moved, once the one before has arrived: it is shown until then. */
    move() {
        const { moved } = this.state;
        const { key, limit, from } = moved;
        const arrive = async () => {
            if (limit !== from) {
                await this.props.onMove(key, limit);
            }
            if (this.state.moved === moved) {
                this.state.moved = null;
            }
        };
        this.moving = Promise.resolve(this.moving).then(arrive);
        return this.moving;
    }
}
