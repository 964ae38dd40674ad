from odoo import api, models
from odoo.addons.customer_grading.tools.figures import round_figure, split_wan
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.addons.customer_grading.tools.texts import join_words
from odoo.exceptions import AccessError
from odoo.tools import format_date
from odoo.tools.misc import get_lang

MARKS = {"met": "✔", "unmet": "✘", "missing": "?"}


class CustomerGradingPaper(models.AbstractModel):
    """What papers have in common: who may print them, their number, the blocks on them.

    A paper is an abstract model of Odoo's kind, ``report.<addon>.<template>``, that inherits
    this one, says which records it is printed from, and what stands on it.
    """

    _name = "customer.grading.paper"
    _description = "Paper"

    _paper_model = None  # whose records it is printed from
    _numbered_as = None  # template of the paper whose number it bears; its own by default

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return what the template is rendered with, for who may see grades and the records.

        :raise AccessError: where the user may not
        """
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("You may not see grades. Ask an administrator."))
        docs = self.env[self._paper_model].browse(docids or self.env.context.get("active_ids"))
        docs.check_access("read")
        return {
            "doc_ids": docs.ids,
            "doc_model": docs._name,
            "docs": docs,
            "form": self._get_form(),
            "today": self._get_today(),
            "sheets": self._get_sheets(docs),
        }

    def _get_sheets(self, docs):
        """Return what stands on the paper: a dict for each sheet, in order."""
        raise NotImplementedError

    @api.model
    def _get_form(self):
        """Return the report that has the number and the version of this paper."""
        name = self._numbered_as or self._name.removeprefix("report.")
        return self.env["ir.actions.report"]._get_report_from_name(name)

    @api.model
    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.env.company)

    @api.model
    def _get_customers(self, partners):
        """Return the customers that contacts belong to, each once; the user may see them."""
        customers = partners.commercial_partner_id
        customers.check_access("read")
        return customers

    @api.model
    def _in_language_of(self, partner):
        """Return this paper in the language of a contact, where it is installed."""
        return self.with_context(lang=get_lang(self.env, partner.lang).code)

    @api.model
    def _check_dimension(self, dimension):
        """Raise where a dimension is for others.

        :raise AccessError: for who is of none of its groups
        """
        visible = self.env["customer.grading.dimension"]._get_visible(dimension.sudo().subject)
        if dimension not in visible:
            raise AccessError(self.env._("You may not see these grades. Ask an administrator."))

    @api.model
    def _get_salesperson(self, subject):
        """Return the name of the salesperson of a customer or an opportunity."""
        return subject.sudo().user_id.name if "user_id" in subject._fields else ""

    @api.model
    def _get_address(self, partner):
        """Return an address in one line."""
        lines = partner._display_address(without_company=True).splitlines()
        return join_words(self.env, [line.strip(" ,") for line in lines])

    @api.model
    def _get_grade_text(self, result):
        """Return a grade and since when it is held."""
        if not result.grade_id:
            return self.env._("Not graded")
        names = {
            "grade": result.grade_id.display_name,
            "date": format_date(self.env, result.date_since),
        }
        return self.env._("%(grade)s since %(date)s", **names)

    # ------------------------------------------------------------------ blocks

    @api.model
    def _print_blocks(self, blocks):
        """Return blocks of *Why this grade?* as a paper has them: no links, no empty columns."""
        return [self._print_block(block) for block in blocks]

    @api.model
    def _print_block(self, block):
        rows = block["rows"]
        widest = max((len(row["cells"]) for row in rows), default=0)
        columns = [*block["columns"], *[""] * widest][:widest]
        if set(filter(None, columns)) == {block["title"]}:
            columns = [""] * widest  # it stands above the block already
        kept = [
            place
            for place in range(widest)
            if columns[place] or any(self._is_printed(row, place) for row in rows)
        ]
        return {
            "title": block["title"],
            "columns": [columns[place] for place in kept] if any(columns) else [],
            "rows": [
                {
                    "indent": row["indent"],
                    "muted": row["muted"],
                    "cells": [
                        self._print_cell(row, place) for place in kept if place < len(row["cells"])
                    ],
                }
                for row in rows
            ],
            "lines": (block["text"] or "").split("\n") if block["text"] else [],
        }

    @staticmethod
    def _is_printed(row, place):
        """Whether a cell tells something, and is more than a link."""
        cell = row["cells"][place] if place < len(row["cells"]) else {}
        return bool(cell and not cell["action"] and (cell["text"] or cell["badge"]))

    @staticmethod
    def _print_cell(row, place):
        cell, mark = row["cells"][place], "" if place else MARKS.get(row["mark"], "")
        badge = (cell["badge"] or {}).get("code", "")
        text = " ".join(filter(None, (mark, badge, cell["text"])))
        return {"text": text, "align": "text-end" if cell["align"] else ""}

    @api.model
    def _get_papers_blocks(self, customer, result, explanation, paper):
        """Return the blocks that ask to stand on a paper, by their key ``papers``: a list of names.

        A block that is not for the screen is given where the context says ``grading_paper``,
        the name of the paper that is printed.
        """
        View = self.env["customer.grading.explanation.view"].with_context(grading_paper=paper)
        blocks = View._get_explanation_blocks(customer.sudo(), result, explanation)
        return self._print_blocks(block for block in blocks if paper in block.get("papers", ()))

    # ------------------------------------------------------------------ revenue

    @api.model
    def _get_revenue_texts(self, customers, day):
        """Return ``{customer: revenue of the 12 months up to a day}``, for whose the user may see.

        What was invoiced untaxed, less credit notes, by the company and its branches.
        """
        Explanation = self.env["customer.grading.explanation"]
        shown = Explanation._get_figures_records(customers)
        if not shown or Explanation._hides_revenue():
            return {}
        company = self.env.company
        revenues = self.env["customer.grading.owner"]._get_revenues(shown, company, day)
        return {one: self._format_amount(revenues[one.id], company.currency_id) for one in shown}

    @api.model
    def _format_amount(self, amount, currency):
        """Return an amount without decimals; for Chinese readers in 万 from 10,000 up."""
        number, unit = round_figure(amount), currency.name
        if get_lang(self.env).code.startswith("zh"):
            number, in_wan = split_wan(amount)
            yuan = "元" if currency.name == "CNY" else f" {currency.name}"
            unit = f"万{yuan}" if in_wan else yuan.strip()
        text = self.env["customer.grading.criterion"]._format_number(number)
        return f"{text} {unit}"
