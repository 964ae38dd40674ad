import { onMounted, useRef } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";

/** The form of an answer: where the question is known, the cursor stands in the answer. */
export class GradingAnswerFormRenderer extends FormRenderer {
    setup() {
        super.setup();
        const root = useRef("compiled_view_root");
        onMounted(() => {
            const { isNew, data } = this.props.record;
            if (isNew && data.question_id) {
                root.el?.querySelector(".o_grading_answer_here :is(input, textarea)")?.focus();
            }
        });
    }
}

registry.category("views").add("grading_answer_form", {
    ...formView,
    Renderer: GradingAnswerFormRenderer,
});
