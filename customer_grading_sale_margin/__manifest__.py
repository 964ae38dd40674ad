{
    "name": "Customer Grading: Margins",
    "summary": "Grade customers by the margin of their orders",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading", "sale_margin"],
    "data": ["data/customer_grading_measure_data.xml"],
    "auto_install": True,
}
