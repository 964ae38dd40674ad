{
    "name": "Customer Grading: Waivers",
    "summary": "Waive one condition for one customer, with a reason and an end",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_waiver_security.xml",
        "wizard/customer_grading_waive_views.xml",
        "views/customer_grading_waiver_views.xml",
        "views/customer_grading_menus.xml",
    ],
    "auto_install": True,
}
