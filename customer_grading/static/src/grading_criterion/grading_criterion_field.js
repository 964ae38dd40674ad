import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { highlightText, odoomark } from "@web/core/utils/html";
import { Many2One } from "@web/views/fields/many2one/many2one";
import { buildM2OFieldDescription, Many2OneField } from "@web/views/fields/many2one/many2one_field";
import { Many2XAutocomplete } from "@web/views/fields/relational_utils";

const MEASURES = 5; // offered at a time
// What needs more than a measure to be counted: a question, a filter, a unit...
const INCOMPLETE = [
    ["kind", "not in", ["question", "grade", "filter"]],
    ["unit", "!=", "quantity"],
];

/**
 * Finds the criteria of a policy, and measures besides: who chooses one makes its criterion,
 * with the period that it has by default.
 */
class CriterionAutocomplete extends Many2XAutocomplete {
    async suggest(request, lock) {
        const suggestions = await super.suggest(request, lock);
        const measures = request ? await lock(this.searchMeasures(request)) : [];
        if (!measures.length) {
            return suggestions;
        }
        const found = suggestions.filter(({ data }) => data.record);
        const actions = suggestions.filter(({ data }) => !data.record);
        const names = found.map(({ data }) => data.record.display_name);
        const added = measures
            .filter(([, name]) => !names.includes(name))
            .map((measure) => this.buildMeasure(request, measure));
        return [...found, ...added, ...actions];
    }

    searchMeasures(name) {
        const { grading_subject: subject } = this.props.context;
        const domain = [["subject", "in", ["partner", subject]], ...INCOMPLETE];
        const limit = MEASURES;
        return this.orm.call("customer.grading.measure", "name_search", [], { name, domain, limit });
    }

    buildMeasure(request, [measureId, name]) {
        const label = odoomark(`${name} --${_t("new criterion")}--`);
        return {
            data: {},
            label: highlightText(request, label, "text-primary fw-bold"),
            onSelect: () => this.createCriterion(measureId, name),
        };
    }

    async createCriterion(measureId, name) {
        const vals = { policy_id: this.props.context.default_policy_id, measure_id: measureId };
        const [id] = await this.orm.create("customer.grading.criterion", [vals]);
        return this.props.update([{ id, display_name: name }]);
    }
}

class CriterionMany2One extends Many2One {
    static components = { ...Many2One.components, Many2XAutocomplete: CriterionAutocomplete };
}

class CriterionField extends Many2OneField {
    static components = { ...Many2OneField.components, Many2One: CriterionMany2One };
}

registry.category("fields").add("grading_criterion", buildM2OFieldDescription(CriterionField));
