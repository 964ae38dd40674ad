import json

from odoo.http import Controller, content_disposition, request, route

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TrialExport(Controller):
    """Hands out what a trial told as a spreadsheet."""

    @route("/customer_grading_chart/trial/<model('customer.grading.trial'):trial>", auth="user")
    def export_trial(self, trial, data):
        """Download the workbook of a trial, named as people would name it.

        :param data: what Odoo's own export would be asked for, of which the fields count
        """
        names = [field["name"] for field in json.loads(data)["fields"]]
        content, name = trial._export_workbook(names)
        headers = [("Content-Type", XLSX), ("Content-Disposition", content_disposition(name))]
        return request.make_response(content, headers=headers)
