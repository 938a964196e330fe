"""Audits of websites: why something does not load, what a finding is, columns and scores."""

from __future__ import annotations

from typing import Final

_WHY: Final[dict[str, tuple[str, str]]] = {
    "http_status": ("the server answers with an error", "服务器返回错误状态"),
    "timeout": ("no answer in time", "未在时限内应答"),
    "dns_failed": ("the name does not resolve", "域名无法解析"),
    "refused": ("the connection is refused", "连接被拒绝"),
    "unreachable": ("there is no way to the address", "地址不可达"),
    "disconnected": ("the connection breaks off", "连接中断"),
    "garbled": ("the answer is no HTTP, or is damaged", "应答不是 HTTP 或已损坏"),
    "tls_untrusted": ("the certificate is not trusted", "证书不受信任"),
    "address_not_allowed": (
        "the name leads to an address that must not be asked (`allow`)",
        "域名指向不允许访问的地址（见 allow 选项）",
    ),
    "redirect_loop": ("redirects go round in a circle", "跳转形成循环"),
    "redirect_nowhere": ("a redirect leads to no URL", "跳转目标不是有效网址"),
    "redirect_out": ("it redirects out of the site", "跳转到本站之外"),
    "robots_disallowed": (
        "robots.txt forbids reading the site; let it allow `extranet-audit`",
        "robots.txt 禁止读取本站；请在其中允许 extranet-audit",
    ),
    "robots_unreachable": (
        "robots.txt cannot be read for an error of the server, which forbids everything (RFC 9309)",
        "robots.txt 因服务器错误无法读取，按 RFC 9309 视为全部禁止",
    ),
    "soft_404": ("it says that the page does not exist", "页面提示内容不存在"),
    "error_text": ("it shows an error message", "页面显示程序错误"),
    "no_links": (
        "it leads nowhere: scripts make it, or something stands before the site and says so",
        "页面没有任何链接：内容由脚本生成，或被防护设备拦截",
    ),
    "no_page": ("the home page is no page", "首页不是网页"),
    "out_of_time": ("the time for the audit was over", "检查时间已用完"),
    "audit_stuck": (
        "the audit hung on a page and was ended",
        "检查在某个页面上卡住，已被终止",
    ),
    "ca_unread": (
        "the file of trusted authorities (`ca`) cannot be read",
        "无法读取受信任的 CA 文件（ca 选项）",
    ),
    "bad_url": ("it is no address that leads anywhere", "地址本身无效"),
    "picture_empty": ("the picture has no bytes", "图片为空文件"),
    "picture_type": ("what comes is no picture", "返回内容不是图片"),
}

_OWN: Final[dict[str, tuple[str, str]]] = {
    "wire.reason.audit_partial": (
        "the audit ended before the site was read; what was read is judged",
        "检查未读完全站即结束；已读取的部分已评判",
    ),
    "wire.reason.audit_veto": (
        "a finding alone fails the site (veto)",
        "存在单项否决问题",
    ),
    "wire.reason.audit_score": ("the score is below the limit", "得分低于限值"),
    "wire.reason.outside_window": (
        "the hours in which the site may be read do not come within this run",
        "本次检查期间未到允许读取网站的时段",
    ),
    "wire.reason.audits_busy": (
        "too many sites were read at once; raise audits.at_once",
        "同时检查的网站过多；可调大 audits.at_once",
    ),
    "wire.reason.audits_off": ("websites are not read here", "此处不检查网站"),
    "wire.reason.audit_not_kept": (
        "the result cannot be written; look at the disk",
        "检查结果无法写入；请检查磁盘",
    ),
    "wire.reason.audit_died": ("the process of the audit died", "检查进程意外结束"),
    "wire.reason.audit_stuck": (
        "the audit hung on a page and was ended",
        "检查在某个页面上卡住，已被终止",
    ),
    # findings
    "audit.code.dead_link": ("dead link", "无效链接"),
    "audit.code.picture": ("picture does not show", "图片无法显示"),
    "audit.code.column_empty": ("empty column", "空白栏目"),
    "audit.code.column_stale": ("column not updated", "栏目不更新"),
    "audit.code.soft_404": ("error page that says 200", "内容为错误提示的页面（状态 200）"),
    "audit.code.error_text": ("error message as a page", "页面显示程序错误"),
    "audit.code.charset": ("wrong character set declared", "字符集声明有误"),
    "audit.code.mixed": ("insecure parts in a secure page", "HTTPS 页面引用 HTTP 内容"),
    "audit.code.redirect_out": ("redirect out of the site", "跳转到站外"),
    # columns
    "audit.verdict.fresh": ("kept", "正常"),
    "audit.verdict.stale": ("not updated", "不更新"),
    "audit.verdict.empty": ("empty", "空白"),
    "audit.verdict.undated": ("without dates", "未注明日期"),
    "audit.verdict.scripted": ("filled by the browser, not judged", "由浏览器脚本填充，未评判"),
    "audit.verdict.unread": ("could not be read, not judged", "未能读取，未评判"),
    "audit.kind.news": ("news", "动态要闻"),
    "audit.kind.notice": ("notices and policies", "通知公告、政策文件"),
    "audit.kind.plan": ("personnel and plans", "人事、规划计划"),
    "audit.kind.other": ("other", "其他"),
    # the score
    "audit.line.dead_home": (
        "links and pictures of the home page that do not load",
        "首页打不开的链接和图片",
    ),
    "audit.line.dead_other": (
        "links and pictures of other pages that do not load",
        "其他页面打不开的链接和图片",
    ),
    "audit.line.home_stale": ("home page not updated", "首页不更新"),
    "audit.line.column_empty": ("empty columns", "空白栏目"),
    "audit.line.column_stale": (
        "columns of news, notices or policies not updated",
        "动态要闻、通知公告、政策文件类栏目不更新",
    ),
    "audit.line.column_old": ("other columns not updated", "其他栏目不更新"),
    "audit.line.page_error": ("pages that are error messages", "内容为错误提示的页面"),
    "audit.line.mixed": ("secure pages with insecure parts", "引用 HTTP 内容的 HTTPS 页面"),
    "audit.veto.home_stale": (
        "home page not updated for longer than is allowed",
        "首页不更新超过允许天数",
    ),
    "audit.veto.main_columns_stale": (
        "5 or more columns of news, notices and policies not updated",
        "动态要闻、通知公告、政策文件类栏目累计 5 个及以上不更新",
    ),
    "audit.veto.columns_stale": (
        "10 or more columns not updated",
        "应更新但长期未更新的栏目 10 个及以上",
    ),
    "audit.veto.columns_empty": ("5 or more empty columns", "空白栏目 5 个及以上"),
    # Excel
    "audit.sheet.summary": ("Summary", "汇总"),
    "audit.sheet.pages": ("By page", "按页面"),
    "audit.sheet.dead": ("Dead links", "无效链接"),
    "audit.sheet.pictures": ("Pictures", "图片"),
    "audit.sheet.columns": ("Columns", "栏目"),
    "audit.head.page": ("Page", "页面"),
    "audit.head.title": ("Title", "标题"),
    "audit.head.problem": ("Problem", "问题"),
    "audit.head.target": ("Target", "目标"),
    "audit.head.text": ("Text", "文字"),
    "audit.head.why": ("Why", "原因"),
    "audit.head.status": ("Status", "状态码"),
    "audit.head.external": ("Other site", "站外"),
    "audit.head.home": ("On the home page", "首页上"),
    "audit.head.pages": ("Pages with it", "出现页面数"),
    "audit.head.where": ("First page", "所在页面"),
    "audit.head.kind": ("Kind", "类别"),
    "audit.head.verdict": ("Verdict", "结论"),
    "audit.head.entries": ("Entries", "条目数"),
    "audit.head.newest": ("Newest", "最新日期"),
    "audit.head.days": ("Days ago", "距今天数"),
    "audit.head.limit": ("Days allowed", "允许天数"),
    "audit.head.line": ("Deduction", "扣分项"),
    "audit.head.count": ("Number", "数量"),
    "audit.head.each": ("Points each", "每项分值"),
    "audit.head.points": ("Points", "扣分"),
    "audit.sum.site": ("Website", "网站"),
    "audit.sum.service": ("Service", "业务"),
    "audit.sum.when": ("Begun (Asia/Shanghai)", "开始时间（北京时间）"),
    "audit.sum.took": ("Seconds", "用时（秒）"),
    "audit.sum.score": ("Score", "得分"),
    "audit.sum.veto": ("Fails alone", "单项否决"),
    "audit.sum.partial": ("Not whole", "未完成"),
    "audit.sum.failure": ("Not audited", "未能检查"),
    "audit.sum.newest": ("Newest on the home page", "首页最新日期"),
    "audit.sum.pages": ("Pages read", "读取页面"),
    "audit.sum.links": ("Places linked to", "链接目标"),
    "audit.sum.dead_links": ("Dead links", "无效链接"),
    "audit.sum.dead_external": ("of these, of other sites", "其中站外"),
    "audit.sum.unchecked": ("Links that could not be decided", "无法判定的链接"),
    "audit.sum.pictures": ("Pictures", "图片"),
    "audit.sum.broken_pictures": ("Pictures that do not show", "无法显示的图片"),
    "audit.sum.columns": ("Columns recognised", "识别的栏目"),
    "audit.sum.empty_columns": ("Empty columns", "空白栏目"),
    "audit.sum.stale_columns": ("Columns not updated", "不更新的栏目"),
    "audit.sum.page_errors": ("Error pages", "错误页面"),
    "audit.sum.lost": ("Left out: {what}", "未计入：{what}"),
    "audit.yes": ("yes", "是"),
    "audit.no": ("no", "否"),
    "audit.none": ("none", "无"),
    # what a limit cut off
    "audit.lost.pages": ("pages beyond max_pages", "超出 max_pages 的页面"),
    "audit.lost.frontier": ("places that found no room", "超出容量的链接"),
    "audit.lost.places": ("places that found no room", "超出容量的链接"),
    "audit.lost.edges": ("links of pages that found no room", "超出容量的页内链接"),
    "audit.lost.family": ("pages of one endless family", "同类重复页面"),
    "audit.lost.maze": ("URLs made by a loop", "循环生成的网址"),
    "audit.lost.urls": ("URLs that are too long", "过长的网址"),
    "audit.lost.depth": ("pages too deep", "层级过深的页面"),
    "audit.lost.robots": ("places that robots.txt forbids", "robots.txt 禁止的链接"),
    "audit.lost.files": ("files beyond the limit", "超出数量的文件"),
    "audit.lost.others": ("links to other sites beyond the limit", "超出数量的站外链接"),
    "audit.lost.others_unreachable": (
        "links to other sites, none of which is reached from here",
        "站外链接（此处无法访问任何站外网站）",
    ),
    "audit.lost.large_pages": ("parts of pages that are too large", "过大页面的后半部分"),
    "audit.lost.columns": ("columns beyond the limit", "超出数量的栏目"),
    "audit.lost.problems": ("lines of the list by page", "按页面列表中超出的行"),
    "audit.lost.dead_links": ("rows of dead links", "超出的无效链接行"),
    "audit.lost.pictures": ("rows of pictures", "超出的图片行"),
    # the command line and the api
    "cli.audit": (
        "read a website once and say what is wrong with it",
        "检查一个网站并列出问题",
    ),
    "cli.audit_what": (
        "a service with a `website` probe, or the URL of a home page",
        "配置了 website 探测的业务，或首页网址",
    ),
    "cli.audit_pages": ("at most so many pages", "最多读取的页面数"),
    "cli.audit_pace": ("requests per second", "每秒请求数"),
    "cli.audit_allow": (
        "networks that may be asked, beside public ones",
        "除公网外允许访问的网段",
    ),
    "cli.audit_excel": ("write the result to this Excel file", "将结果写入该 Excel 文件"),
    "cli.audit_json": ("print the whole result as JSON", "以 JSON 输出完整结果"),
    "audit.progress": (
        "{pages} pages read, {requests} requests",
        "已读取 {pages} 个页面，{requests} 次请求",
    ),
    "audit.no_such": (
        "no service {name} has a `website` probe, and it is no URL",
        "没有配置 website 探测的业务 {name}，也不是网址",
    ),
    "audit.not_audited": ("not audited: {why}", "未能检查：{why}"),
    "audit.no_excel": ("the Excel file could not be written", "无法写入 Excel 文件"),
    "api.unknown_audit": (
        "there is no audit of {service} so far, or no such service",
        "业务 {service} 尚无网站检查结果，或业务不存在",
    ),
    # the page
    "page.audit": ("Audit of the website", "网站检查"),
    "page.audit.score": ("Score", "得分"),
    "page.audit.dead_links": ("Dead links", "无效链接"),
    "page.audit.broken_pictures": ("Pictures that do not show", "无法显示的图片"),
    "page.audit.empty_columns": ("Empty columns", "空白栏目"),
    "page.audit.stale_columns": ("Columns not updated", "不更新的栏目"),
    "page.audit.running": ("under way", "正在检查"),
    "page.audit.none": ("not audited so far", "尚未检查"),
    "page.audit.excel": ("All that was found (Excel)", "全部结果（Excel）"),
    # options
    "problem.bad_selector": (
        "is no CSS selector",
        "不是正确的 CSS 选择器",
    ),
    "problem.bad_window": (
        'must be a part of the day: "22:00-06:00"',
        "应为一天中的时段，如 22:00-06:00",
    ),
}

TEXTS: Final[dict[str, tuple[str, str]]] = {
    **_OWN,
    **{f"audit.why.{code}": pair for code, pair in _WHY.items()},
    **{
        f"wire.reason.site_{code}": (f"the home page: {english}", f"首页：{chinese}")
        for code, (english, chinese) in _WHY.items()
    },
}
