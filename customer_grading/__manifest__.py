{
    "name": "Customer Grading",
    "summary": "Grade customers from the sales, invoices and payments you already have",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["account", "crm", "sale_crm", "sale_management"],
    "data": [
        "security/customer_grading_groups.xml",
        "security/ir.model.access.csv",
        "security/customer_grading_security.xml",
        "data/customer_grading_dimension_data.xml",
        "data/customer_grading_measure_data.xml",
        "data/ir_cron_data.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_grading/static/src/**/*"],
        "web.assets_tests": ["customer_grading/static/tests/tours/**/*"],
    },
}
