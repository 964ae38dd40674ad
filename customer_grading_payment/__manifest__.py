{
    "name": "Customer Grading: Payments",
    "summary": "Grade customers by what they owe and how they pay",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "data/customer_grading_measure_data.xml",
        "views/customer_grading_criterion_views.xml",
    ],
    "auto_install": True,
}
