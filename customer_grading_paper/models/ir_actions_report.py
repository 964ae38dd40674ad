import lxml.html
from lxml import etree

from odoo import fields, models
from odoo.addons.base.models.ir_actions_report import _wkhtml

MARGINS = {"data-report-margin-top": "12", "data-report-margin-bottom": "12"}  # mm
# This Qt draws the letters of web fonts as lines: nobody could search or copy the text.
FONTS = """
.article, .article * {
    font-family: "Liberation Sans", Arial, "WenQuanYi Micro Hei", "Noto Sans CJK SC", sans-serif
        !important;
}
"""


class IrActionsReport(models.Model):
    """Numbers the forms, and puts the letterhead on papers where wkhtmltopdf does not.

    Debian's wkhtmltopdf is built on a Qt that prints neither headers nor footers, and takes
    one document at a time. Our papers are then one document, each record's beginning on a new
    page, with the company's header on top and its footer below.
    """

    _inherit = "ir.actions.report"

    customer_grading_form_number = fields.Char(
        "Form number", help="Printed in the corner of the paper, such as MF/Q 102/A."
    )
    customer_grading_form_version = fields.Char("Form version", help="Printed below the number.")

    def _prepare_html(self, html, report_model=False):
        """Return what is printed, the letterhead within it where it would not be printed else."""
        of_grading = (self.report_name or "").startswith("customer_grading_")
        if of_grading and not _wkhtml().is_patched_qt:
            html = self._put_on_pages(html)
        return super()._prepare_html(html, report_model=report_model)

    @classmethod
    def _put_on_pages(cls, html):
        """Return ``html`` with all its articles in one, headers and footers within them."""
        root = lxml.html.fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
        articles = cls._find(root, "article")
        if not articles:
            return html
        for article, *around in zip(
            articles, cls._find(root, "header"), cls._find(root, "footer"), strict=False
        ):
            cls._put_around(article, *around)
        whole = etree.Element("div", {"class": "article"})
        articles[0].addprevious(whole)
        etree.SubElement(whole, "style").text = FONTS
        for article in articles:
            cls._drop_class(article, "article")
            if article is not articles[0]:
                article.set("style", f"{article.get('style', '')};page-break-before:always")
            whole.append(article)
        root.attrib.update(MARGINS)
        return lxml.html.tostring(root, encoding="unicode")

    @staticmethod
    def _find(root, name):
        """Return the elements ``div`` of a class."""
        return root.xpath(f"//div[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]")

    @staticmethod
    def _drop_class(element, name):
        words = element.get("class", "").split()
        element.set("class", " ".join(word for word in words if word != name))

    @classmethod
    def _put_around(cls, article, header, footer):
        """Put a header and a footer into an article; how many pages there are, nobody knows."""
        for number in footer.xpath(".//span[@class='page']"):
            number.getparent().drop_tree()
        for element, name in ((header, "header"), (footer, "footer")):
            cls._drop_class(element, name)
        article.insert(0, header)
        if footer.text_content().strip():
            footer.set("style", "margin-top:24px")
            article.append(footer)
        else:
            footer.drop_tree()
