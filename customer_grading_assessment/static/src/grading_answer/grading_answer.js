import { Component } from "@odoo/owl";

import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { useInputField } from "@web/views/fields/input_field_hook";
import { parseFloat } from "@web/views/fields/parsers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * The answer to a question, as text: chosen where there is something to choose from,
 * picked where it is a date, written where it is a number or a text. A number is kept with a point, whatever the
 * user's language shows.
 *
 * The choice is a plain select: a first letter and Tab answer a line of a long list.
 */
export class GradingAnswerField extends Component {
    static template = "customer_grading_assessment.GradingAnswerField";
    static components = { DateTimeInput };
    static props = { ...standardFieldProps };

    setup() {
        useInputField({
            getValue: () => this.text,
            parse: (text) => this.parse(text),
        });
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get choices() {
        return this.props.record.data.possible_answers || [];
    }

    get isNumber() {
        return ["points", "number"].includes(this.props.record.data.kind);
    }

    get isDate() {
        return this.props.record.data.kind === "date";
    }

    get day() {
        return this.value ? deserializeDate(this.value) : false;
    }

    get text() {
        if (!this.value) {
            return "";
        }
        if (this.isDate) {
            return formatDate(this.day);
        }
        const number = this.isNumber ? Number(this.value) : NaN;
        return isNaN(number)
            ? this.value
            : formatFloat(number, { digits: [false, 4], trailingZeros: false });
    }

    parse(text) {
        const written = text.trim();
        return written && this.isNumber ? String(parseFloat(written)) : written || false;
    }

    onDayChange(day) {
        return this.props.record.update({ [this.props.name]: day ? serializeDate(day) : false });
    }

    onChange(ev) {
        return this.props.record.update({ [this.props.name]: ev.target.value || false });
    }
}

registry.category("fields").add("grading_answer", {
    component: GradingAnswerField,
    displayName: _t("Answer to a grading question"),
    supportedTypes: ["char"],
    fieldDependencies: [
        { name: "kind", type: "selection" },
        { name: "possible_answers", type: "json" },
        { name: "unit_text", type: "char" },
    ],
});
