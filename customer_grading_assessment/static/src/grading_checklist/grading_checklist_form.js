import { onMounted, useRef } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";

const FIRST_ANSWER = ".o_data_row td[name=new_answer]:not(.o_readonly_modifier)";

/** A checklist: the cursor stands in the first answer that can be given. */
export class GradingChecklistFormRenderer extends FormRenderer {
    setup() {
        super.setup();
        const root = useRef("compiled_view_root");
        onMounted(() => root.el?.querySelector(FIRST_ANSWER)?.click());
    }
}

registry.category("views").add("grading_checklist_form", {
    ...formView,
    Renderer: GradingChecklistFormRenderer,
});
