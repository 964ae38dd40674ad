import { Component } from "@odoo/owl";

import { GradingView } from "@customer_grading/grading_explanation/grading_view";
import { patch } from "@web/core/utils/patch";

import { GradeLine } from "./grade_line";
import { MovesPicture } from "./moves_picture";
import { ResultPicture } from "./result_picture";

/** The picture of a block, by its kind. */
export class GradingPicture extends Component {
    static template = "customer_grading_chart.GradingPicture";
    static props = { block: Object, onAction: Function };

    get component() {
        return { result: ResultPicture, moves: MovesPicture, line: GradeLine }[
            this.props.block.picture.kind
        ];
    }
}

patch(GradingView, { components: { ...GradingView.components, GradingPicture } });
