{
    "name": "Customer Grading: Demo Company",
    "summary": "A company with two years of trade, to try grading on; not for production",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": [
        "customer_grading_deadline",
        "customer_grading_library",
        "customer_grading_pool",
        "customer_grading_visit_plan",
    ],
    "demo": ["demo/customer_grading_demo.xml"],
    "oca_data_manual": ["data/customers.csv", "data/products.csv"],
}
