/** Steps that the tours of policies share: what a person does with the mouse and a few words. */

export const DIALOG = ".modal:not(.o_inactive_modal)";
export const NO_MENU = "body:not(:has(.o-autocomplete--dropdown-menu)):not(:has(.o_select_menu_menu))";

export function click(trigger, content = `Click ${trigger}`) {
    return { content, trigger, run: "click" };
}

export function see(trigger, content = `See ${trigger}`) {
    return { content, trigger };
}

/** Writes into the field `name`, of what `within` selects. */
export function write(name, text, within = DIALOG) {
    return {
        content: `${name}: ${text}`,
        trigger: `${within} .o_field_widget[name=${name}] :is(input, textarea)`,
        run: `edit ${text}`,
    };
}

/** Chooses from the menu of the selection `name`. */
export function select(name, option, within = DIALOG) {
    return [
        click(`${within} .o_field_widget[name=${name}] input`),
        click(`.o_select_menu_item:contains(${option})`, `${name}: ${option}`),
        see(NO_MENU),
    ];
}

/** Opens the menu of the many2one `name` and takes what is called so. */
export function choose(name, text, within = DIALOG) {
    return [
        click(`${within} .o_field_widget[name=${name}] input`),
        click(`.o-autocomplete--dropdown-item a:contains(/^${text}$/)`, `${name}: ${text}`),
        see(NO_MENU),
    ];
}

/** Names the policy in the empty form; `steps` say what else it begins with. */
export function newPolicy(name, steps = []) {
    return [write("name", name, ".o_form_view"), ...steps];
}

export function openPage(name) {
    return [
        click(`a.nav-link[name=${name}]`, `Open ${name}`),
        see(`a.nav-link[name=${name}].active`),
    ];
}

/** Saves the dialog in front; others may stay open behind it. */
export function saveDialog(behind = false) {
    return [
        click(`${DIALOG} .o_form_button_save`, "Save the dialog"),
        see(behind ? "body:has(.modal):not(:has(.o_inactive_modal))" : "body:not(:has(.modal))"),
    ];
}

/** Adds a criterion by its dialog; `steps` fill what follows from its measure. */
export function addCriterion(name, steps) {
    return [
        click("button[name=action_add_criterion]", `Add the criterion ${name}`),
        see(`${DIALOG} .o_field_widget[name=measure_id] input`),
        ...steps,
        ...saveDialog(),
        see(`.o_field_widget[name=criterion_ids] .o_data_row:contains(${name})`),
    ];
}

/** Adds a criterion that puts others together; `steps` write its levels. */
export function addCombination(name, kind, steps) {
    return addCriterion(name, [...select("kind", kind), write("name", name), ...steps]);
}

/** Selects the line `position` (from 1) of the list in the dialog, once it is there. */
export function newLine(list, position, link) {
    return [
        click(`${DIALOG} ${list} .o_field_x2many_list_row_add a:contains(${link})`, link),
        see(`${DIALOG} ${list} .o_data_row:nth-child(${position}).o_selected_row`),
    ];
}

/** Adds levels to the criterion in the dialog: from a value up, its level, further steps. */
export function addLevels(...levels) {
    const row = `${DIALOG} .o_field_widget[name=band_ids] .o_selected_row`;
    return levels.flatMap(([lower, level, steps = []], index) => [
        ...newLine(".o_field_widget[name=band_ids]", index + 1, "Add a line"),
        write("lower", lower, row),
        write("level", level, row),
        ...steps,
    ]);
}

/** Adds points to the criterion in the dialog: from a value up, so many. */
export function addPoints(...bands) {
    const row = `${DIALOG} .o_field_widget[name=band_ids] .o_selected_row`;
    return bands.flatMap(([lower, points], index) => [
        ...newLine(".o_field_widget[name=band_ids]", index + 1, "Add a line"),
        write("lower", lower, row),
        write("points", points, row),
    ]);
}

/** Narrows the level in the line being written to customers of a country. */
export function onlyFor(country) {
    const cell = `${DIALOG} .o_field_widget[name=band_ids] .o_selected_row td[name=subject_domain]`;
    return [
        click(`${cell} .o_domain_add_first_node_button`, "Only for a country"),
        see(`${cell} .o_tree_editor_condition`),
        click(`${cell} .o_field_domain_dialog_button`, "Edit"),
        {
            content: `Look for ${country}`,
            trigger: `${DIALOG} .o_tree_editor_condition .o_multi_record_selector input`,
            run: `edit ${country}`,
        },
        click(`.o-autocomplete--dropdown-item:contains(/^${country}$/)`, country),
        click(`${DIALOG} footer .btn-primary`, "Confirm"),
        see(`${cell}:contains(${country})`),
    ];
}

/** Adds a grade by its dialog; `steps` write what it takes. */
export function addGrade(code, name, steps = []) {
    return [
        click("button[name=action_add_grade]", `Add the grade ${code}`),
        write("grade_code", code),
        write("grade_name", name),
        ...steps,
        ...saveDialog(),
        see(`.o_field_widget[name=rule_ids] td[name=grade_code]:contains(${code})`),
    ];
}

/** Adds the first condition to the grade in the dialog: the level of a criterion. */
export function addLevelCondition(criterion, level) {
    const row = `${DIALOG} .o_grading_rule_lines .o_selected_row`;
    return [
        ...newLine(".o_field_widget[name=line_ids]", 1, "Add a condition"),
        ...choose("criterion_id", criterion, row),
        ...choose("value", level, row),
    ];
}

/** Checks what the page "Reads as" says, line by line. */
export function readsAs(...sentences) {
    return [
        ...openPage("reads_as"),
        ...sentences.map((text) => see(`.o_field_widget[name=reads_as]:contains(${text})`, text)),
    ];
}

/** Tries the draft on and checks how many get each grade. */
export function tryOn(counts) {
    return [
        click("button[name=action_try_on]", "Try on"),
        ...Object.entries(counts).map(([grade, count]) =>
            see(
                `.o_grading_view tr:has(td:first:contains(${grade})) td:contains(/^${count}\\b/)`,
                `${grade}: ${count}`
            )
        ),
    ];
}
