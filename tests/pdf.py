"""Papers as people read them: the words on a page of a browser, and in a PDF."""

from io import BytesIO

from lxml import html
from pdfminer.high_level import extract_text
from pdfminer.pdfpage import PDFPage

REPORT = "ir.actions.report"


def read_page(env, name, records, **context):
    """Return the text of a report as its page shows it, with one space between words.

    :param name: of the report, such as ``customer_grading_paper.report_grade_sheet``
    """
    report = env[REPORT].with_context(**context)
    page = html.fromstring(report._render_qweb_html(name, records.ids)[0])
    for element in page.xpath("//style | //script"):
        element.drop_tree()
    for element in page.xpath("//td | //th | //div | //h2 | //h4 | //p | //li"):
        element.tail = f" {element.tail or ''}"
    return join_words(page.text_content())


def make_pdf(env, name, records, **context):
    """Return the PDF of a report, which Odoo makes of it outside of tests."""
    report = env[REPORT].with_context(force_report_rendering=True, **context)
    content, kind = report._render_qweb_pdf(name, records.ids)
    assert kind == "pdf", kind
    return content


def read_pdf(content):
    """Return the text of a PDF, with one space between words."""
    return join_words(extract_text(BytesIO(content)))


def count_pages(content):
    """Return how many pages a PDF has."""
    return len(list(PDFPage.get_pages(BytesIO(content))))


def join_words(text):
    """Return a text whose words are one space apart."""
    return " ".join(text.split())
