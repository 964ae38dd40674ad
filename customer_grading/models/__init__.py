from . import (
    policy,
    engine,
    measures,
    assessment,
    result,
    explanation,
    check,
    run,
    trial,
    ir_cron,
    res_config_settings,
    host,
)
