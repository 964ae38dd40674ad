"""Real PDFs, made by wkhtmltopdf, in both languages, of one customer and of many."""

import json
from unittest.mock import patch

from odoo.addons.base.models import ir_actions_report
from odoo.tests import HttpCase, tagged

from ..pdf import count_pages, make_pdf, read_pdf
from .common import ADDON, PaperCase

RENDERED = {"context": json.dumps({"force_report_rendering": True})}


@tagged("post_install", "-at_install")
class TestPdf(PaperCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.name = "Haishan Axle"
        cls.env["base.document.layout"].create({"company_id": cls.company.id})
        cls.seller.password = cls.seller.login

    def _print(self, name, records, **context):
        env = self.env(user=self.seller)
        return make_pdf(env, f"{ADDON}.{name}", records, **context)

    def test_each_customer_s_sheet_has_the_letterhead_and_its_language(self):
        content = self._print("report_grade_sheet", self.big | self.small)
        told = read_pdf(content)
        self.assertEqual(count_pages(content), 2)
        self.assertEqual(told.count("Haishan Axle"), 4, "on top of each page, and where one signs")
        chinese, english = told.split("Your grade with us")
        for text in ("客户等级通知单", "Big Trucks", "评定依据"):
            self.assertIn(text, chinese)
        for text in ("Small Parts", "Since", "Grade C", "For the customer"):
            self.assertIn(text, english)

    def test_the_evaluation_form_and_the_regulation_in_both_languages(self):
        result = self._get_results(self.big)[self.big]
        for name, records, english, chinese in (
            ("report_evaluation_form", result, "Grade evaluation form", "客户等级评估表"),
            ("report_regulation", self.policy, "Grading regulation", "客户分级管理制度"),
        ):
            with self.subTest(name):
                self.assertIn(english, read_pdf(self._print(name, records)))
                told = read_pdf(self._print(name, records, lang="zh_CN"))
                self.assertIn(chinese, told)
                self.assertIn("批准", told)

    def test_a_patched_wkhtmltopdf_gets_header_and_footer_as_odoo_gives_them(self):
        report = self.env.ref(f"{ADDON}.customer_grading_report_grade_sheet")
        records = self.big | self.small
        html = report.with_user(self.seller)._render_qweb_html(report.report_name, records.ids)[0]
        [body], _ids, header, _footer, margins = report._prepare_html(html)
        self.assertIn("Haishan Axle", body)
        self.assertNotIn("o_company_logo", header)
        self.assertEqual(margins["data-report-margin-top"], "12")
        patched = ir_actions_report._wkhtml()._replace(is_patched_qt=True)
        module = "odoo.addons.customer_grading_paper.models.ir_actions_report"
        with patch(f"{module}._wkhtml", return_value=patched):
            bodies, _ids, header, _footer, margins = report._prepare_html(html)
        self.assertEqual((len(bodies), margins), (2, {}))
        self.assertIn("Haishan Axle", header)

    def test_who_prints_by_address_gets_a_pdf_or_is_refused(self):
        self.authenticate(self.seller.login, self.seller.login)
        for name in ("report_grade_sheet", "report_customer_card", "report_follow_up_record"):
            with self.subTest(name):
                url = f"/report/pdf/{ADDON}.{name}/{self.big.id}"
                response = self.url_open(url, params=RENDERED, timeout=60)
                self.assertEqual(response.status_code, 200)
                self.assertEqual(response.headers["Content-Type"], "application/pdf")
                self.assertIn("Big Trucks", read_pdf(response.content))
        portal = self.users["portal"]
        portal.password = portal.login
        portal.partner_id.parent_id = self.big
        self.authenticate(portal.login, portal.login)
        for kind in ("pdf", "html"):
            url = f"/report/{kind}/{ADDON}.report_customer_card/{self.big.id}"
            self.assertEqual(self.url_open(url).status_code, 403)
