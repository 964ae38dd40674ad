{
    "name": "Customer Grading: Credit before Terms",
    "summary": "Credit that was approved for a customer stays when a grade gives another one",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading_credit", "customer_grading_terms"],
    "auto_install": True,
}
