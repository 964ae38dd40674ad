{
    "name": "Customer Grading: Agreements",
    "summary": "Grade by agreements in force, contact customers before they end, list what ends soon",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading_follow_up"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_agreement_security.xml",
        "data/customer_grading_measure_data.xml",
        "views/customer_grading_question_views.xml",
        "views/customer_grading_agreement_views.xml",
        "views/customer_grading_menus.xml",
    ],
}
