{
    "name": "Customer Grading: Policy Files",
    "summary": "Start from a ready policy, load one from a file, export one to take it elsewhere",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading", "customer_grading_payment"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_policy_file_security.xml",
        "wizard/customer_grading_new_policy_views.xml",
        "views/customer_grading_policy_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_grading_policy_file/static/src/**/*"],
        "web.assets_tests": ["customer_grading_policy_file/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
