{
    "name": "Customer Grading: Deadlines",
    "summary": "Say how soon customers of each grade are answered, and see who waits too long",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading_follow_up"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_deadline_security.xml",
        "data/ir_cron_data.xml",
        "views/customer_grade_views.xml",
        "views/customer_grading_deadline_case_views.xml",
        "views/customer_grading_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_grading_deadline/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
