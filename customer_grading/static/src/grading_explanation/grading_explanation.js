import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

import { GradingView } from "./grading_view";
import { useViewActions } from "./grading_view_hook";

/** Asks the server why a record has its grade, and shows what it says. */
export class GradingExplanation extends Component {
    static template = "customer_grading.GradingExplanation";
    static components = { GradingView };
    static props = {
        resModel: String,
        resId: { type: [Number, Boolean], optional: true },
        // Called before an action, which it can refuse.
        beforeAction: { type: Function, optional: true },
        // Called after an action that may have changed the grade.
        onChange: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ views: [] });
        this.onAction = useViewActions(
            () => this.props.beforeAction?.() ?? true,
            async () => {
                await this.props.onChange?.();
                await this.load(this.props);
            }
        );
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((props) => props.resId !== this.props.resId && this.load(props));
    }

    async load({ resModel, resId }) {
        this.state.views = resId
            ? await this.orm.call(resModel, "get_grading_explanation", [[resId]])
            : [];
    }
}
