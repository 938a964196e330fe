"""What is wrong with a file of rules of assessments."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "problem.rules_ratio": (
        "must be a number from 0 up, with at most nine decimals",
        "应为不小于 0 的数字，最多九位小数",
    ),
    "problem.rules_weights": (
        "the weights of the items add up to {sum}, not to 100",
        "各项权重之和为 {sum}，应为 100",
    ),
    "problem.rules_weight_zero": ("a weight must be above 0", "权重应大于 0"),
    "problem.rules_floor": (
        "the floor must be below the target",
        "下限应低于目标值",
    ),
    "problem.rules_zero_one": (
        "needs both zero and one, and they must differ",
        "zero 与 one 须同时给出且不相等",
    ),
    "problem.rules_order": (
        "floors must descend, highest first",
        "floor 应从高到低排列",
    ),
    "problem.rules_last_floor": (
        "the last floor must be 0, so that every figure has its place",
        "最后一档的 floor 应为 0，使任何数值都有归属",
    ),
    "problem.rules_credits": (
        "a lower availability must not give less back",
        "可用率更低的档位，扣款比例不能更小",
    ),
    "problem.rules_zone": ('no time zone "{name}"', "没有名为“{name}”的时区"),
    "problem.rules_time_of_day": (
        "must be a time of day such as 00:30",
        "应为一天中的时刻，如 00:30",
    ),
    "problem.rules_night_empty": ("begins when it ends", "开始与结束相同"),
    "problem.rules_day": (
        "must be a day such as 2026-10-01, or first..last, at most 31 days",
        "应为日期，如 2026-10-01，或“起..止”，最多 31 天",
    ),
    "problem.rules_day_both": (
        "{day} is a holiday and worked at once",
        "{day} 既是节假日又是调休上班日",
    ),
    "problem.rules_day_twice": ("{day} is named twice", "{day} 重复出现"),
    "problem.rules_not_weekend": (
        "{day} is no weekend, so it is worked anyway",
        "{day} 不是周末，本来就上班",
    ),
    "problem.rules_hours_order": (
        "must not be before the free time is over",
        "不能早于免扣时长",
    ),
    "problem.rules_whole_seconds": ("must be whole seconds", "应为整秒"),
}
