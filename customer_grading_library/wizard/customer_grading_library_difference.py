from difflib import SequenceMatcher

from lxml import html

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import make_block, make_row
from odoo.exceptions import UserError

SENTENCES = "//h4|//p|//li|//tr"


class CustomerGradingLibraryDifference(models.TransientModel):
    """What a policy of one's own says otherwise than the one of the library that it was."""

    _name = "customer.grading.library.difference"
    _description = "What Differs from the Library"

    policy_id = fields.Many2one("customer.grading.policy", required=True, ondelete="cascade")
    library_policy_id = fields.Many2one(
        "customer.grading.library.policy", required=True, ondelete="cascade"
    )
    views = fields.Json()

    @api.model
    def _prepare(self, policy):
        """Return a new one that tells what ``policy`` says otherwise than its original."""
        vals = {"policy_id": policy.id, "library_policy_id": policy.library_policy_id.id}
        difference = self.create(vals)
        title = self.env._("In the library")
        block = make_block(title, [title, self.env._("Yours")])
        try:
            block["rows"] = difference._get_rows()
        except UserError as error:  # the dimension is no longer what the file needs
            block["text"] = str(error)
        else:
            if not block["rows"]:
                block["text"] = self.env._("It reads the same as in the library.")
        difference.views = [{"blocks": [block]}]
        return difference

    def _get_rows(self):
        """Return a row for each sentence that differs."""
        library = self._get_sentences(self.library_policy_id._get_regulation())
        own = self._get_sentences(self.policy_id.reads_as)
        rows = []
        for kind, a, b, c, d in SequenceMatcher(None, library, own, autojunk=False).get_opcodes():
            if kind != "equal":
                length = max(b - a, d - c)
                pairs = zip(
                    [*library[a:b], *[""] * (length - b + a)],
                    [*own[c:d], *[""] * (length - d + c)],
                    strict=True,
                )
                rows += [make_row(None, *pair) for pair in pairs]
        return rows

    def _get_sentences(self, regulation):
        """Return the sentences of a regulation; each cell of a table is one."""
        sentences, columns = [], []
        for element in html.fromstring(regulation).xpath(SENTENCES):
            if element.tag != "tr":
                sentences.append(self._get_text(element))
                continue
            first, *cells = [self._get_text(cell) for cell in element]
            if element.find("th") is not None and element.find("td") is None:
                columns = cells
                continue
            sentences += [
                f"{first} · {column}: {cell}"
                for column, cell in zip(columns, cells, strict=False)
                if cell
            ]
        return sentences

    @staticmethod
    def _get_text(element):
        return " ".join(element.text_content().split())
