{
    "name": "Usual Grading",
    "summary": "Where the benchmark's usual way of grading keeps its results",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": ["security/ir.model.access.csv"],
}
