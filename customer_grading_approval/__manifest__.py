{
    "name": "Customer Grading: Approval",
    "summary": "Let people approve changes of grade, step by step, or in a meeting",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading", "base_import"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_approval_security.xml",
        "data/ir_cron_data.xml",
        "data/mail_activity_type_data.xml",
        "wizard/customer_grading_decision_views.xml",
        "views/customer_grading_change_views.xml",
        "views/customer_grading_policy_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_grading_approval/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
