from . import (
    customer_grading_pool_give,
    customer_grading_pool_preview,
    customer_grading_pool_preview_line,
    customer_grading_pool_protect,
)
