{
    "name": "Customer Grading: Dashboard of Follow-ups",
    "summary": "How much of what was due was done, by month, grade and salesperson",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": [
        "spreadsheet_dashboard_customer_grading",
        "customer_grading_follow_up",
    ],
    "data": ["data/spreadsheet_dashboard_data.xml"],
    "auto_install": True,
}
