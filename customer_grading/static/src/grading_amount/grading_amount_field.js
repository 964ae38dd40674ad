import { Component } from "@odoo/owl";

import { getCurrency } from "@web/core/currency";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const WAN = 10000;

/**
 * Returns an amount without decimals; for Chinese readers in 万 from 10,000 up, as the reasons
 * beside it say amounts. Which currency it is in goes without saying, but for 元.
 *
 * @param {number|false} value
 * @param {{ currencyId?: number }} [options] the currency; the company's by default
 */
export function formatGradingAmount(value, { currencyId } = {}) {
    if (value === false || value === undefined || value === null) {
        return "";
    }
    const amount = Math.round(value);
    if (!localization.code.startsWith("zh")) {
        return formatFloat(amount, { digits: [false, 0] });
    }
    const currency = getCurrency(currencyId || user.activeCompany.currency_id);
    const yuan = currency?.name === "CNY" ? "元" : "";
    if (Math.abs(amount) < WAN) {
        return [formatFloat(amount, { digits: [false, 0] }), yuan].filter(Boolean).join(" ");
    }
    const number = formatFloat(value / WAN, { digits: [false, 2], trailingZeros: false });
    return `${number} 万${yuan}`;
}

/** An amount in a list, read only; where the reader may not see it, it says so. */
export class GradingAmountField extends Component {
    static template = "customer_grading.GradingAmountField";
    static props = {
        ...standardFieldProps,
        hiddenField: { type: String, optional: true },
    };

    get isHidden() {
        const { hiddenField, record } = this.props;
        return Boolean(hiddenField && record.data[hiddenField]);
    }

    get formattedValue() {
        const { name, record } = this.props;
        const currencyField = record.fields[name].currency_field || "currency_id";
        return formatGradingAmount(record.data[name], {
            currencyId: record.data[currencyField]?.id,
        });
    }
}

registry.category("fields").add("grading_amount", {
    component: GradingAmountField,
    displayName: _t("Amount without decimals"),
    supportedTypes: ["monetary", "float", "integer"],
    supportedOptions: [
        {
            label: _t("Field that says whether it is hidden"),
            name: "hidden",
            type: "field",
            availableTypes: ["boolean"],
        },
    ],
    extractProps: ({ options }) => ({ hiddenField: options.hidden }),
});

// Sums of the footer and of groups are told alike.
registry.category("formatters").add("grading_amount", formatGradingAmount);
