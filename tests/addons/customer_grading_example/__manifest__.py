{
    "name": "Customer Grading: Example",
    "summary": "Grade customers by the goods that they leave uncollected",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading_approval", "customer_grading_policy_file"],
    "data": ["data/customer_grading_measure_data.xml", "views/customer_grading_policy_views.xml"],
}
