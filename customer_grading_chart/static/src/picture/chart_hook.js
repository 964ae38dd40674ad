/* global Chart */

import { loadBundle } from "@web/core/assets";

import { useEffect, useRef } from "@odoo/owl";

import { getTextColor, withAlpha } from "./palette";

/**
 * Draws on the canvas "canvas" of a component what `getConfig` returns, whenever what
 * `getState` returns is another one.
 *
 * @param {() => Object} getConfig a configuration of Chart.js
 * @param {() => Array} getState
 * @returns {() => Object} the chart that stands there
 */
export function useChart(getConfig, getState) {
    const canvas = useRef("canvas");
    let chart = null;
    useEffect(
        (el) => {
            if (!el) {
                return;
            }
            // What stands around the picture does not wait for it.
            let isGone = false;
            loadBundle("web.chartjs_lib").then(() => {
                chart = isGone ? null : new Chart(el, getConfig());
            });
            return () => {
                isGone = true;
                chart?.destroy();
                chart = null;
            };
        },
        () => [canvas.el, ...getState()]
    );
    return () => chart;
}

/** Returns what all pictures have in common: they fill their place, in the page's own colours. */
export function getOptions(options = {}) {
    return {
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        ...options,
        plugins: { legend: { display: false }, ...options.plugins },
    };
}

/** Returns an axis in the colours of the page. */
export function getAxis({ ticks = {}, grid = {}, ...axis } = {}) {
    const color = getTextColor();
    return {
        ...axis,
        border: { color: withAlpha(color, 0.25) },
        grid: { color: withAlpha(color, 0.1), ...grid },
        ticks: { color, ...ticks },
    };
}

/** Shows by the pointer that something opens where it is. */
export function showPointer(ev, elements, chart) {
    chart.canvas.style.cursor = elements.length ? "pointer" : "";
}
