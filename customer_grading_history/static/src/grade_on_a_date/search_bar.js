import { patch } from "@web/core/utils/patch";
import { SearchBar } from "@web/search/search_bar/search_bar";

const FIELD = "customer_grade_history";

/**
 * What is no grade on a date is refused before a filter is made of it: no filter stays behind
 * that would raise the error again with whatever is searched next.
 */
patch(SearchBar.prototype, {
    selectItem(item) {
        const searchItem = this.env.searchModel.searchItems[item.searchItemId];
        if (searchItem?.fieldName !== FIELD || item.unselectable) {
            return super.selectItem(item);
        }
        const { orm, resModel } = this.env.searchModel;
        const text = this.state.query.trim() || item.value;
        return orm.call(resModel, "check_grade_on_a_date", [text]).then(
            () => super.selectItem(item),
            (error) => {
                this.inputDropdownState.close();
                this.resetState();
                throw error;
            }
        );
    },
});
