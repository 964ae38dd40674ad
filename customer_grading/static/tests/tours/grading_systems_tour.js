import { registry } from "@web/core/registry";

import {
    DIALOG,
    addCriterion,
    addGrade,
    addLevels,
    addLevelCondition,
    choose,
    click,
    newPolicy,
    openPage,
    readsAs,
    see,
    select,
    tryOn,
} from "./grading_steps";

const POLICIES = "/odoo/action-customer_grading.customer_grading_policy_action";

registry.category("web_tour.tours").add("customer_grading_sales_share", {
    url: POLICIES,
    steps: () => [
        ...newPolicy("Share of sales"),
        click(".o_field_widget[name=decide_by] input[data-value=rank]", "Decides by rank"),
        ...openPage("criteria"),
        ...addCriterion("Invoiced revenue", [
            ...choose("measure_id", "Invoiced revenue"),
            ...select("band_by", "in per cent of the total"),
            ...addLevels(["70", "First 70 %"], ["90", "Up to 90 %"]),
        ]),
        ...openPage("grades"),
        ...addGrade("A", "Key customer", addLevelCondition("Invoiced revenue", "First 70 %")),
        ...addGrade("B", "Important customer", addLevelCondition("Invoiced revenue", "Up to 90 %")),
        ...addGrade("C", "Regular customer"),
        see("div[name=rest]:contains(Whoever fits none of those above: C)"),
        ...readsAs(
            "among those who make the first 70 % of the total",
            "among those who make the first 90 % of the total, but not of the first 70 %",
            "C, for everybody else."
        ),
        ...tryOn({ A: 2, B: 1, C: 2 }),
        click("button[name=action_put_in_force]", "Activate"),
        see(".o_arrow_button_current[data-value=running]", "The policy is in force"),
    ],
});
