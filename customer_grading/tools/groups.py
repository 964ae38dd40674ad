"""External ids of the groups that are asked for in code, beside those of views and rules."""

USER_GROUP = "customer_grading.customer_grading_group_user"
OFFICER_GROUP = "customer_grading.customer_grading_group_officer"
MANAGER_GROUP = "customer_grading.customer_grading_group_manager"
