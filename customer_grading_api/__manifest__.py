{
    "name": "Customer Grading: For Other Programs",
    "summary": "Grades, why and since, proposals and answers by Odoo's JSON-2 API",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading", "rpc"],
    "auto_install": ["customer_grading"],
}
