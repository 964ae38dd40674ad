{
    "name": "Customer Grading: Shop Sales",
    "summary": "Grade customers by what they buy in the shop",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading", "point_of_sale"],
    "data": ["data/customer_grading_measure_data.xml"],
    "auto_install": True,
}
