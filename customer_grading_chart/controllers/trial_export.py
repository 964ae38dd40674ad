from odoo.http import Controller, content_disposition, request, route

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TrialExport(Controller):
    """Hands out what a trial told as a spreadsheet."""

    @route("/customer_grading_chart/trial/<model('customer.grading.trial'):trial>", auth="user")
    def export_trial(self, trial):
        """Download the workbook of a trial, named as people would name it."""
        content, name = trial._export_workbook()
        headers = [("Content-Type", XLSX), ("Content-Disposition", content_disposition(name))]
        return request.make_response(content, headers=headers)
