{
    "name": "Customer Grading: Simulation",
    "summary": "See what a grading policy would give, gave on past days, and says or gives otherwise",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_simulation_security.xml",
        "data/ir_cron_data.xml",
        "wizard/customer_grading_back_test_views.xml",
        "wizard/customer_grading_comparison_views.xml",
        "views/customer_grading_trial_views.xml",
        "views/customer_grading_run_views.xml",
        "views/customer_grading_policy_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_grading_simulation/static/src/**/*"],
        "web.assets_tests": ["customer_grading_simulation/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
