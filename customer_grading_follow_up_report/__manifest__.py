{
    "name": "Customer Grading: Follow-up in Reports",
    "summary": "Overdue follow-ups and the last contact in the report of grades",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading_follow_up", "customer_grading_report"],
    "auto_install": True,
}
