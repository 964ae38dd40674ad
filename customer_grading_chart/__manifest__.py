{
    "name": "Customer Grading: Pictures",
    "summary": "Try-ons, the grades of a customer over time and limits as pictures; try-ons on a sheet",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "views/customer_grading_criterion_views.xml",
        "views/customer_grading_trial_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_grading_chart/static/src/**/*"],
        "web.assets_tests": ["customer_grading_chart/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
