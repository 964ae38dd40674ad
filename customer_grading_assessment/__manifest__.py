{
    "name": "Customer Grading: To Assess",
    "summary": "Lists of what waits for an answer, with what could raise a grade on top",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_assessment_security.xml",
        "wizard/customer_grading_assessment_views.xml",
        "views/customer_grading_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_grading_assessment/static/src/**/*"],
        "web.assets_tests": ["customer_grading_assessment/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
