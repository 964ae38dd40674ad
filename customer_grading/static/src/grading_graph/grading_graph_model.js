import { GraphModel } from "@web/views/graph/graph_model";

const UNGRADED = { rank: Infinity, color: null };

/**
 * Knows the grades that the data are grouped by, best first: by them the picture is sorted and
 * coloured.
 */
export class GradingGraphModel extends GraphModel {
    setup(...args) {
        super.setup(...args);
        /** What is known of grades: id -> {rank, color}; they seldom change. */
        this.grades = new Map();
    }

    /** @override */
    async _loadDataPoints(metaData) {
        const loaded = await super._loadDataPoints(metaData);
        const place = this.getGradePlace(metaData);
        const isMissing = (id) => id && !this.grades.has(id);
        const missing = new Set(
            loaded[0].map(({ identifier }) => getGradeId(identifier, place)).filter(isMissing)
        );
        if (missing.size) {
            await this._loadGrades([...missing]);
        }
        return loaded;
    }

    async _loadGrades(ids) {
        const fields = ["sequence", "color"];
        const grades = await this.orm.searchRead("customer.grade", [["id", "in", ids]], fields, {
            context: { active_test: false },
        });
        for (const { id, sequence, color } of grades) {
            this.grades.set(id, { rank: sequence * 1e6 + id, color });
        }
    }

    /**
     * @returns {number} which of the fields that are grouped by is the first to hold grades;
     *  -1 where none does
     */
    getGradePlace({ groupBy, fields }) {
        return groupBy.findIndex(({ fieldName }) => {
            const { type, relation } = fields[fieldName] || {};
            return type === "many2one" && relation === "customer.grade";
        });
    }

    /** @override */
    _getProcessedDataPoints() {
        const points = super._getProcessedDataPoints();
        const place = this.getGradePlace(this.metaData);
        for (const point of points) {
            point.grade = this.getGrade(point.identifier, place);
        }
        const isAlong = place === 0 || (place > 0 && this.metaData.mode === "pie");
        if (isAlong && !this.metaData.order) {
            // Stable: what has the same grade stays in its order.
            points.sort((a, b) => compareRanks(a.grade, b.grade));
        }
        return points;
    }

    /** @override */
    _getData(dataPoints, ...args) {
        const data = super._getData(dataPoints, ...args);
        const place = this.getGradePlace(this.metaData);
        if (place < 0) {
            return data;
        }
        if (place === 0 || this.metaData.mode === "pie") {
            data.labelGrades = [];
            for (const { labelIndex, grade } of dataPoints) {
                data.labelGrades[labelIndex] ??= grade;
            }
        } else {
            for (const dataset of data.datasets) {
                const [identifier] = dataset.identifiers || [];
                dataset.grade = this.getGrade(identifier, place);
            }
            data.datasets.sort((a, b) => compareRanks(a.grade, b.grade));
        }
        return data;
    }

    getGrade(identifier, place) {
        return place < 0 ? null : this.grades.get(getGradeId(identifier, place)) || UNGRADED;
    }
}

function compareRanks(one, other) {
    return one.rank === other.rank ? 0 : one.rank - other.rank;
}

/**
 * @param {string} identifier of a data point: its groups, as JSON
 * @returns {number|false}
 */
function getGradeId(identifier, place) {
    const group = place < 0 || !identifier ? null : JSON.parse(identifier)[place];
    const value = group && Object.values(group)[0];
    return value ? value[0] : false;
}
