from odoo.addons.web.controllers.export import ExcelExport
from odoo.http import Controller, content_disposition, request, route
from odoo.tools.osutil import clean_filename


class PredictionExport(Controller):
    """Hands out what followed a past day, by grade, as a spreadsheet."""

    @route(
        "/customer_grading_simulation/prediction/<model('customer.grading.trial'):trial>",
        auth="user",
    )
    def export_prediction(self, trial):
        """Download the lines of a trial, named as people would name them."""
        if trial.kind != "prediction":
            raise request.not_found()
        fields, headers, rows = trial._get_exported_prediction()
        export = ExcelExport()
        name = clean_filename(f"{trial._get_page_name()}{export.extension}")
        return request.make_response(
            export.from_data(fields, headers, rows),
            headers=[
                ("Content-Disposition", content_disposition(name)),
                ("Content-Type", export.content_type),
            ],
        )
