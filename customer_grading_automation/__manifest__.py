{
    "name": "Customer Grading: Automation Rules",
    "summary": "Automation rules that run when the grade of a customer or an opportunity changes",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading", "base_automation"],
    "data": ["views/base_automation_views.xml"],
    "uninstall_hook": "uninstall_hook",
    "auto_install": True,
}
