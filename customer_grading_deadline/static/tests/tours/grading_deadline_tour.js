import { registry } from "@web/core/registry";

const row = ".o_data_row:contains(Waits long)";
const card = ".o_kanban_record:contains(Waits long)";
const write = (opener) => [
    { content: "Answer", trigger: opener, run: "click" },
    { content: "Say when", trigger: ".modal .note-editable", run: "editor On Monday." },
    // On a phone the first tap outside closes the toolbar of the text.
    { content: "Leave the text", trigger: ".modal .o_field_widget[name=subject] input", run: "click" },
    { content: "Send it", trigger: ".modal button[name=action_send_mail]", run: "click" },
    { content: "The dialog is gone", trigger: "body:not(:has(.modal))" },
];

/** A salesperson sees who waits too long, writes, and nobody waits any more. */
registry.category("web_tour.tours").add("customer_grading_answer", {
    url: "/odoo/waiting-for-an-answer",
    steps: () => [
        { content: "It is overdue", trigger: `${row}:contains(ago)` },
        { content: "What was asked stands there", trigger: `${row}:contains(When will the trucks come)` },
        ...write(`${row} button[name=action_answer]:visible`),
        { content: "Nobody waits", trigger: `.o_list_view:not(:has(${row}))` },
    ],
});

/** The same on a phone. */
registry.category("web_tour.tours").add("customer_grading_answer_phone", {
    url: "/odoo/waiting-for-an-answer",
    steps: () => [
        { content: "It is overdue", trigger: `${card}:contains(ago)` },
        ...write(`${card} button[name=action_answer]:visible`),
        { content: "Nobody waits", trigger: `.o_kanban_view:not(:has(${card}))` },
    ],
});
