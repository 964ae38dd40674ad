import { registry } from "@web/core/registry";

import { ADD_LINE, addCondition, key, tabTo } from "@customer_grading/../tests/tours/grading_policy_tour";
import {
    addCombination,
    addCriterion,
    addGrade,
    choose,
    newPolicy,
    openPage,
    readsAs,
    see,
    tryOn,
} from "@customer_grading/../tests/tours/grading_steps";

const NEW_POLICY = "/odoo/action-customer_grading.customer_grading_policy_action/new";

/** Adds what counts for the combination `whole`. */
function addPart(measure, whole) {
    return addCriterion(measure, [
        ...choose("measure_id", measure),
        ...choose("parent_id", whole),
    ]);
}

/** Adds a grade for those with at most so many days left. */
function addUrgency(code, name, days) {
    return addGrade(code, name, [
        tabTo(ADD_LINE),
        key("Enter"),
        ...addCondition("Days left", days),
    ]);
}

registry.category("web_tour.tours").add("customer_grading_urgency", {
    url: NEW_POLICY,
    steps: () => [
        ...newPolicy("Urgency", [
            ...choose("dimension_id", "Opportunity", ".o_form_view"),
            see(".o_field_widget[name=lead_population]", "It grades opportunities"),
        ]),
        ...openPage("criteria"),
        ...addCombination("Days left", "First known of", []),
        ...addPart("Days to the next activity", "Days left"),
        ...addPart("Days to expected closing", "Days left"),
        ...openPage("grades"),
        ...addUrgency("1", "Within a week", "7"),
        ...addUrgency("2", "Within a month", "30"),
        ...addGrade("3", "Later"),
        ...readsAs("1 Within a week", "at most 7 days"),
        ...tryOn({ 1: 2, 2: 1, 3: 1 }),
    ],
});
