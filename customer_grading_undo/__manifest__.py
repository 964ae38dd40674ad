{
    "name": "Customer Grading: Undo",
    "summary": "Take back the grades that a run brought into effect",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_undo_security.xml",
        "data/ir_cron_data.xml",
        "wizard/customer_grading_undo_views.xml",
        "views/customer_grading_run_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_grading_undo/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
