import { ActionableErrorsField } from "@account/components/actionable_errors/actionable_errors";
import { registry } from "@web/core/registry";

/**
 * The bar of problems above a policy: a link opens the place to mend, and the bar is
 * written anew once that is closed.
 */
export class GradingProblemsField extends ActionableErrorsField {
    /** @override */
    async handleOnClick({ action }) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const { view_mode: modes = "form", ...rest } = action;
        const views = modes.split(",").map((mode) => [false, mode]);
        await this.actionService.doAction({ views, ...rest }, { onClose: () => record.load() });
    }
}

registry.category("fields").add("grading_problems", {
    component: GradingProblemsField,
    supportedTypes: ["json"],
});
