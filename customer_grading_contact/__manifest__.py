{
    "name": "Customer Grading: Contact",
    "summary": "Grade customers and opportunities by how long ago there was contact",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "data/customer_grading_measure_data.xml",
        "views/res_partner_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_grading_contact/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
