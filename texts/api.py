"""What the api says when it refuses: what is wrong and what the caller can do."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "api.unauthenticated": (
        "Log in at /login, or send a token in the header Authorization: Bearer <token>.",
        "请在 /login 登录，或在请求头 Authorization: Bearer <令牌> 中提供令牌。",
    ),
    "api.bad_token": (
        "Nobody has this token. Check that it was copied whole, or ask an administrator for one.",
        "该令牌无效。请确认复制完整，或向管理员申请令牌。",
    ),
    "api.locked_out": (
        "Too many failed logins from this address. Try again in {retry_after} seconds.",
        "来自此地址的登录失败次数过多，请在 {retry_after} 秒后重试。",
    ),
    "api.secret_in_url": (
        (
            "The address carries “{parameter}”. Secrets do not belong in addresses, which are kept"
            " in logs and histories: send the token in the header Authorization: Bearer <token>,"
            " and have this one replaced."
        ),
        (
            "地址中带有“{parameter}”。地址会留在日志和历史记录中，不得携带密钥：请改用请求头"
            " Authorization: Bearer <令牌>，并更换此令牌。"
        ),
    ),
    "api.foreign_origin": (
        "The request comes from another site's page. Use the page of this monitor itself.",
        "请求来自其他网站的页面，请在本系统页面上操作。",
    ),
    "api.bad_csrf": (
        "The header X-CSRF-Token is missing or old. Reload the page; programs use a token instead.",
        "请求头 X-CSRF-Token 缺失或已失效。请刷新页面；程序请改用令牌。",
    ),
    "api.not_permitted": (
        "Your roles do not include “{permission}”. Ask an administrator for a role that does.",
        "您的角色不含“{permission}”权限，请向管理员申请。",
    ),
    "api.circuits_dropped": (
        (
            "{count} circuits left the inventory and have no row in their carrier’s reports any"
            " more: {circuits}. Put them back with the end of their"
            " in_service (from and to)."
        ),
        (
            "{count} 条专线已从台账移除，运营商考核报告中不再有其记录：{circuits}。"
            "请补回台账，并在 in_service 中填写起止时间（from、to）。"
        ),
    ),
    "api.needs_whole": (
        "This concerns the whole province, and your account is limited to a part of it.",
        "此项涉及全省，而您的账号仅限部分范围。",
    ),
    "api.undeclared_route": (
        "No permission is declared for {path}, so nobody may use it.",
        "{path} 未声明所需权限，任何人不得访问。",
    ),
    "api.unknown_route": (
        "There is nothing at {path}. See /docs for what there is.",
        "{path} 不存在。可用接口见 /docs。",
    ),
    "api.wrong_method": (
        "{path} does not take {method}. See /docs.",
        "{path} 不支持 {method} 方法，见 /docs。",
    ),
    "api.unknown_file": ("The page has no file “{name}”.", "页面没有文件“{name}”。"),
    "api.unknown_site": (
        "There is no site “{site}” among those you may see.",
        "在您可见的范围内没有站点“{site}”。",
    ),
    "api.unknown_device": (
        "There is no device “{device}” among those you may see.",
        "在您可见的范围内没有设备“{device}”。",
    ),
    "api.unknown_link": (
        "There is no link “{link}” among those you may see.",
        "在您可见的范围内没有链路“{link}”。",
    ),
    "api.unknown_carrier": (
        "There is no carrier “{carrier}” among those you may see.",
        "在您可见的范围内没有运营商“{carrier}”。",
    ),
    "api.unknown_alert": (
        "There is no alert “{alert}” among those you may see; it may have ended long ago.",
        "在您可见的范围内没有告警“{alert}”，可能早已结束。",
    ),
    "api.unknown_target": (
        (
            "There is no “{target}” among those you may see. A target is written site:<id>,"
            " device:<id> or link:<id>."
        ),
        "在您可见的范围内没有“{target}”。对象写作 site:<id>、device:<id> 或 link:<id>。",
    ),
    "api.unknown_period": (
        (
            "“{period}” is no period with figures. Write a month as 2026-11, a quarter as 2026Q4, a"
            " year as 2026, days as 2026-10-01..2026-11-15; it must have begun."
        ),
        (
            "“{period}”不是可统计的周期。月写作 2026-11，季度写作 2026Q4，年写作 2026，"
            "起止日期写作 2026-10-01..2026-11-15，且须已开始。"
        ),
    ),
    "api.unknown_state": (
        "“{state}” is no state. Accepted, with commas between: {accepted}.",
        "“{state}”不是有效状态。可用（以逗号分隔）：{accepted}。",
    ),
    "api.unknown_parameter": (
        "The parameter “{parameter}” is not known here. Accepted: {accepted}.",
        "此处没有参数“{parameter}”。可用：{accepted}。",
    ),
    "api.bad_parameter": (
        "The parameter “{parameter}” does not fit: {problem}.",
        "参数“{parameter}”不符合要求：{problem}。",
    ),
    "api.problem.int_parsing": ("it must be a whole number", "应为整数"),
    "api.problem.bool_parsing": ("it must be true or false", "应为 true 或 false"),
    "api.problem.greater_than_equal": ("it must be at least {ge}", "应不小于 {ge}"),
    "api.problem.less_than_equal": ("it must be at most {le}", "应不大于 {le}"),
    "api.problem.string_too_short": ("it must not be empty", "不能为空"),
    "api.problem.string_too_long": (
        "it must have at most {max_length} characters",
        "最长 {max_length} 个字符",
    ),
    "api.problem.literal_error": ("it must be one of {expected}", "应为 {expected} 之一"),
    "api.bad_shard": (
        "“{shard}” is no shard. Write shard=k/n with 0 <= k < n, e.g. 0/4.",
        "“{shard}”不是有效分片。写作 shard=k/n，0 <= k < n，例如 0/4。",
    ),
    "api.stale_cursor": (
        "The cursor points to something that is no longer there. Start again without a cursor.",
        "游标所指的对象已不存在，请不带游标重新开始。",
    ),
    "api.empty_window": (
        "since={since} is not before until={until}; both are UTC seconds.",
        "since={since} 不早于 until={until}；两者均为 UTC 秒。",
    ),
    "api.window_too_long": (
        "The window has {seconds} seconds; ask for at most {limit} at a time.",
        "时间窗长 {seconds} 秒，每次最多 {limit} 秒。",
    ),
    "api.address_too_long": (
        "The query has more than {limit} bytes. Ask for less at a time.",
        "查询串超过 {limit} 字节，请缩小请求。",
    ),
    "api.body_too_large": (
        "The body has more than {limit} bytes, or does not say its length.",
        "请求体超过 {limit} 字节，或长度无效。",
    ),
    "api.too_many_streams": (
        "Too many event streams are open. Close some pages, or try again in {retry_after} seconds.",
        "事件流过多。请关闭部分页面，或在 {retry_after} 秒后重试。",
    ),
    "api.bad_request": (
        "The request cannot be read. See /docs for its form.",
        "无法理解该请求，格式见 /docs。",
    ),
    "api.internal": (
        "Something went wrong inside. It is in the monitor's log; tell its operator the time.",
        "内部错误，已记入日志。请将发生时间告知系统管理员。",
    ),
}
