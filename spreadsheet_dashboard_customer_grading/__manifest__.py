{
    "name": "Customer Grading: Dashboard",
    "summary": "How the customer base stands, who moves, and what waits, at a glance",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": [
        "customer_grading_report",
        "customer_grading_outlook",
        "spreadsheet_dashboard",
    ],
    "data": ["data/spreadsheet_dashboard_data.xml"],
    "assets": {
        "spreadsheet.o_spreadsheet": [
            "spreadsheet_dashboard_customer_grading/static/src/**/*",
        ],
        "web.assets_tests": [
            "spreadsheet_dashboard_customer_grading/static/tests/tours/**/*",
        ],
    },
    "auto_install": True,
}
