/* global Chart */

import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const RESULT = ".o_field_widget[name=summary] .o_grading_view:first .o_grading_picture";
const MOVES = ".o_field_widget[name=summary] .o_grading_view:last .o_grading_picture";
const LINE = ".o_grade_line";
const HISTOGRAM = ".o_grading_histogram";

/** Clicks on the middle of a bar. */
function clickBar(picture, key, index) {
    return {
        content: `Click the bar ${key} ${index}`,
        trigger: `${picture} canvas[style]`, // once it is drawn
        run({ anchor }) {
            const chart = Chart.getChart(anchor);
            const dataset = chart.data.datasets.findIndex((one) => one.key === key);
            const bar = chart.getDatasetMeta(dataset).data[index];
            const { x, y, base } = bar.getProps(["x", "y", "base"], true);
            const isLying = chart.options.indexAxis === "y";
            const box = anchor.getBoundingClientRect();
            const init = {
                bubbles: true,
                clientX: box.left + (isLying ? (x + base) / 2 : x),
                clientY: box.top + (isLying ? y : (y + base) / 2),
            };
            anchor.dispatchEvent(new MouseEvent("click", init));
        },
    };
}

/** Fails where something is wider than the screen. */
function fits(...selectors) {
    return {
        content: "It fits the screen",
        trigger: "body",
        run() {
            for (const element of document.querySelectorAll(["html", ...selectors].join())) {
                if (element.scrollWidth > element.clientWidth + 1) {
                    throw new Error(`${element.className} scrolls sideways`);
                }
            }
        },
    };
}

/** Drags a line to a place of the picture, from 0 to 1. */
function drag(line, place) {
    return {
        content: `Drag ${line} to ${place}`,
        trigger: `${HISTOGRAM} [role=slider][aria-label=${line}]`,
        run({ anchor }) {
            anchor.setPointerCapture = () => {}; // there is no pointer to capture
            const box = anchor.parentElement.getBoundingClientRect();
            const clientX = box.left + box.width * place;
            for (const name of ["pointerdown", "pointermove", "pointerup"]) {
                anchor.dispatchEvent(
                    new PointerEvent(name, { bubbles: true, cancelable: true, clientX, pointerId: 1 })
                );
            }
        },
    };
}

registry.category("web_tour.tours").add("customer_grading_chart_try_on", {
    steps: () => [
        { content: "Today beside new", trigger: `${RESULT} .o_grading_legend:contains(Today)` },
        {
            content: "Of the revenue, too",
            trigger: `${RESULT} button:contains(Share of revenue)`,
            run: "click",
        },
        {
            content: "Back to customers",
            trigger: `${RESULT}:has(button.active:contains(Share of revenue)) button:contains(Customers)`,
            run: "click",
        },
        { content: "There they are", trigger: `${RESULT} button.active:contains(Customers)` },
        clickBar(RESULT, "new", 0),
        {
            content: "The one who is an A then",
            trigger: ".o_list_view:has(.o_pager_limit:contains(/^1$/)) .o_data_row:contains(Long known)",
        },
        { content: "Back", trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        { content: "Who moves", trigger: `${MOVES} .o_grading_legend:contains(Down)` },
        clickBar(MOVES, "down", 0),
        { content: "The one who falls", trigger: ".o_list_view:has(.o_pager_limit:contains(/^1$/)) .o_data_row:contains(Customer 002)" },
        { content: "Of which grade", trigger: ".o_breadcrumb:contains(A: Down)" },
    ],
});

registry.category("web_tour.tours").add("customer_grading_chart_limit", {
    steps: () => [
        { content: "The limits are there", trigger: `${HISTOGRAM} [role=slider]:contains(Large)` },
        drag("Large", 0.5),
        {
            content: "The list follows",
            trigger: ".o_field_widget[name=band_ids] .o_data_row:first td[name=lower]:contains(4,750)",
        },
        {
            content: "So does what is said",
            trigger: `${HISTOGRAM} .o_grading_said:contains(Large from 4,750: 2 customers at or above)`,
        },
        {
            content: "One step further by the keyboard",
            trigger: `${HISTOGRAM} [role=slider][aria-label=Large]`,
            run: ({ anchor }) =>
                anchor.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true })),
        },
        {
            content: "It is there",
            trigger: ".o_field_widget[name=band_ids] .o_data_row:first td[name=lower]:contains(4,800)",
        },
        drag("Middle", 0.95),
        {
            content: "It stays below the next one",
            trigger: `${HISTOGRAM} .o_grading_said:contains(Middle from 4,750: 2 customers)`,
        },
        {
            content: "In the list, too",
            trigger: ".o_field_widget[name=band_ids] .o_data_row:nth-child(2) td[name=lower]:contains(4,750)",
        },
        drag("Middle", 1000 / 9500),
        {
            content: "And back",
            trigger: `${HISTOGRAM} .o_grading_said:contains(Middle from 1,000: 6 customers)`,
        },
        {
            content: "In the list",
            trigger: ".o_field_widget[name=band_ids] .o_data_row:nth-child(2) td[name=lower]:contains(1,000)",
        },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("customer_grading_chart_rank", {
    steps: () => [
        { content: "See the values", trigger: "button[name=show_values]", run: "click" },
        { content: "Where the first 30 % end", trigger: `${HISTOGRAM} [role=slider][aria-label=Middle]` },
        drag("Middle", 2400 / 9500), // four of eight have more
        {
            content: "Half of them",
            trigger: `${HISTOGRAM} .o_grading_said:contains(Middle: the first 50 %, to about 2,500: 4 customers)`,
        },
        {
            content: "The list follows",
            trigger: ".o_field_widget[name=band_ids] .o_data_row:nth-child(2) td[name=lower]:contains(/^50$/)",
        },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("customer_grading_chart_condition", {
    steps: () => [
        {
            content: "See the values",
            trigger: ".o_grading_rule_lines .o_data_row button[name=show_values]",
            run: "click",
        },
        {
            content: "With the number asked for",
            trigger: `.o_popover ${HISTOGRAM} [role=slider][aria-valuenow='6000']`,
            run: ({ anchor }) =>
                anchor.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true })),
        },
        { content: "It moved", trigger: `.o_popover ${HISTOGRAM} [role=slider][aria-valuenow='6050']` },
        { content: "Close it", trigger: ".o_form_sheet", run: "click" },
        {
            content: "The condition followed",
            trigger: "body:not(:has(.o_popover)) .o_grading_rule_lines td[name=value]:contains(6,050), body:not(:has(.o_popover)) .o_grading_rule_lines td[name=value] input",
        },
        ...stepUtils.saveForm(),
    ],
});

const lookBack = [
    { content: "Open the page", trigger: "a.nav-link[name=customer_grading]", run: "click" },
    { content: "The last change in words", trigger: `${LINE} figcaption:contains(since)` },
    {
        content: "The one before",
        trigger: `${LINE} canvas`,
        run: ({ anchor }) =>
            anchor.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true })),
    },
    { content: "In words", trigger: `${LINE} figcaption:contains(05/01/2024)` },
    {
        content: "Each step is drawn",
        trigger: `${LINE} canvas[style]`,
        run({ anchor }) {
            const { datasets } = Chart.getChart(anchor).data;
            const [steps] = datasets.filter(({ label }) => label === "grades");
            if (steps.data.length !== 3 || !(steps.data[0].y < steps.data[1].y)) {
                throw new Error("B, then A, until today");
            }
        },
    },
];

registry.category("web_tour.tours").add("customer_grading_chart_line", { steps: () => lookBack });

registry.category("web_tour.tours").add("customer_grading_chart_line_phone", {
    steps: () => [...lookBack, fits(".o_content", ".o_grading_picture")],
});

registry.category("web_tour.tours").add("customer_grading_chart_try_on_phone", {
    steps: () => [
        { content: "Today beside new", trigger: `${RESULT} canvas` },
        { content: "Who moves", trigger: `${MOVES} canvas` },
        fits(".o_content", ".o_grading_block", ".o_grading_picture"),
        clickBar(RESULT, "new", 0),
        { content: "The one who is an A then", trigger: ".o_list_view:contains(Long known), .o_kanban_view:contains(Long known)" },
    ],
});
