{
    "name": "Customer Grading: Tags",
    "summary": "Write the grade of a customer as a contact tag, where a dimension says so",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_tag_security.xml",
        "wizard/customer_grading_record_grades_views.xml",
        "views/customer_grading_dimension_views.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
