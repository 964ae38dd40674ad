{
    "name": "Customer Grading: People",
    "summary": "Grade contact persons, each apart from the company that he or she works for",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "data/customer_grading_dimension_data.xml",
        "data/customer_grading_measure_data.xml",
        "views/customer_grading_policy_views.xml",
        "views/customer_grading_result_views.xml",
        "views/customer_grading_rule_views.xml",
        "views/res_partner_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
