{
    "name": "Customer Grading: Notification",
    "summary": "Tell salespeople which grades moved: a note on the record, a digest a day",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "data/ir_config_parameter_data.xml",
        "data/ir_cron_data.xml",
        "data/mail_activity_type_data.xml",
        "data/mail_template_data.xml",
        "views/customer_grading_policy_views.xml",
        "views/customer_grading_rule_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_grading_notification/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
