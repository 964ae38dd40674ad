import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";

import { GradingGraphModel } from "./grading_graph_model";
import { GradingGraphRenderer } from "./grading_graph_renderer";

/** A graph in which grades have their own colours and order: js_class="grading_graph". */
export const gradingGraphView = {
    ...graphView,
    Model: GradingGraphModel,
    Renderer: GradingGraphRenderer,
};

registry.category("views").add("grading_graph", gradingGraphView);
