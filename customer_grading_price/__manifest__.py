{
    "name": "Customer Grading: Prices",
    "summary": "Grade customers by what they paid against the price list, or the sales price",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": ["data/customer_grading_measure_data.xml"],
    "auto_install": True,
}
