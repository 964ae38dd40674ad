import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Many2One } from "@web/views/fields/many2one/many2one";
import { buildM2OFieldDescription, Many2OneField } from "@web/views/fields/many2one/many2one_field";
import { Many2XAutocomplete } from "@web/views/fields/relational_utils";
import { onWillStart } from "@odoo/owl";

/**
 * Suggests measures under the headings of their categories.
 *
 * Who types a word gets a plain list, whose first measure Enter takes.
 */
class MeasureAutocomplete extends Many2XAutocomplete {
    setup() {
        super.setup();
        const fields = useService("field");
        onWillStart(async () => {
            const { category } = await fields.loadFields(this.props.resModel, {
                fieldNames: ["category"],
            });
            this.categories = new Map(category.selection);
        });
    }

    get searchSpecification() {
        return { ...super.searchSpecification, category: {} };
    }

    async suggest(request, lock) {
        const suggestions = await super.suggest(request, lock);
        if (request) {
            return suggestions;
        }
        let heading;
        return suggestions.flatMap((suggestion) => {
            const category = suggestion.data.record?.category;
            if (!category || category === heading) {
                return [suggestion];
            }
            heading = category;
            return [this.buildHeading(category), suggestion];
        });
    }

    buildHeading(category) {
        return {
            cssClass: "o_grading_measure_heading",
            data: {},
            label: this.categories.get(category),
        };
    }
}

class MeasureMany2One extends Many2One {
    static components = { ...Many2One.components, Many2XAutocomplete: MeasureAutocomplete };

    get many2XAutocompleteProps() {
        return { ...super.many2XAutocompleteProps, searchLimit: 100 };
    }
}

class MeasureField extends Many2OneField {
    static components = { ...Many2OneField.components, Many2One: MeasureMany2One };
}

registry.category("fields").add("grading_measure", buildM2OFieldDescription(MeasureField));
