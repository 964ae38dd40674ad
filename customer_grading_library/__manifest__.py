{
    "name": "Customer Grading: Library",
    "summary": "Grading policies of real companies, to start from",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading_policy_file"],
    "auto_install": True,
}
