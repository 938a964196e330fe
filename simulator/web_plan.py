"""The services of the simulated province: what is offered under which name, by whom, where.

35 units of a data exchange, portals of the counties, windows of townships behind one trunk, and
what a cloud centre has for all: a portal, an office system, mail, names, a certificate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from simulator.province import LinkPlan, Plan

DOMAIN: Final = "hubei.example"
PORTAL: Final = f"www.{DOMAIN}"
OFFICE: Final = f"oa.{DOMAIN}"
AUTHORITY: Final = f"ca.{DOMAIN}"
MAIL: Final = f"mail.{DOMAIN}"
PORTAL_ADDRESS: Final = "10.12.0.80"
CERTIFICATES: Final = ((PORTAL, 300), (OFFICE, 20), (AUTHORITY, 500))
"""Names and for how many days their certificates last."""

DEPARTMENTS: Final[tuple[tuple[str, str], ...]] = (
    ("fgw", "发改委"), ("jyj", "教育局"), ("kjj", "科技局"), ("jxw", "经信局"), ("gaj", "公安局"),
    ("mzj", "民政局"), ("sfj", "司法局"), ("czj", "财政局"), ("rsj", "人社局"),
    ("zrzy", "自然资源局"), ("sthj", "生态环境局"), ("zjj", "住建局"), ("jtj", "交通运输局"),
    ("slj", "水利局"), ("nyj", "农业农村局"), ("swj", "商务局"), ("wlj", "文旅局"),
    ("wjw", "卫健委"), ("tyjr", "退役军人局"), ("yjj", "应急管理局"), ("sjj", "审计局"),
    ("gzw", "国资委"), ("scjg", "市场监管局"), ("tjj", "统计局"), ("ybj", "医保局"),
    ("cgw", "城管委"), ("zsj", "政务服务局"), ("xfj", "信访局"), ("lyj", "林业局"),
    ("swjg", "税务局"), ("gjj", "公积金中心"), ("qxj", "气象局"), ("dzj", "地震局"),
    ("ggzy", "公共资源交易中心"), ("daj", "档案馆"),
)  # fmt: skip
"""The units connected to the data exchange: id and title."""
_WINDOWS: Final = 6
_PORTALS: Final = 12

Kind = Literal["exchange", "website", "application"]


@dataclass(frozen=True, slots=True)
class Offered:
    """A page that is served: by HTTP, by HTTPS where its name has a certificate."""

    id: str
    title: str
    kind: Kind
    host: str
    site: str
    """Where it is: it is silent while that is not reached."""
    unit: str
    group: str
    needs: tuple[tuple[str, ...], ...]
    text: str
    """What stands on its page."""


def offered(plan: Plan) -> Iterator[Offered]:
    """Yield what is served, in the same order each time."""
    cloud = next(site.id for site in plan.sites if site.level == "cloud")
    cities = [site for site in plan.sites if site.level == "city"]
    uplinks: dict[str, list[LinkPlan]] = {}
    for link in plan.links:
        uplinks.setdefault(link.b.site, []).append(link)
    servers = _servers(plan, cloud)

    def ways(site: str) -> tuple[str, ...]:
        return tuple(f"link:{link.id}" for link in uplinks[site])

    for host, title, kind, text in (
        (PORTAL, "省政府门户网站", "website", "政务服务"),
        (OFFICE, "公文交换与办公系统", "application", "公文交换"),
    ):
        name = host.partition(".")[0]
        yield Offered(
            name, title, kind, host, cloud, "hubei-cloud", "", (ways(cloud), servers), text  # type: ignore[arg-type]  # one of Kind
        )  # fmt: skip
    for place, (name, title) in enumerate(DEPARTMENTS):
        city = cities[place % len(cities)]
        yield Offered(
            f"exchange-{name}", f"数据交换 {title}", "exchange", f"{name}.exchange.{DOMAIN}",
            city.id, f"unit-{name}", "exchange", (ways(city.id), servers), "交换前置机正常",
        )  # fmt: skip
    counties = [site for site in plan.sites if site.level == "county"]
    for county in counties[:_PORTALS]:
        yield Offered(
            f"portal-{county.id}", f"{county.title}政府网站", "website",
            f"www.{county.id}.{DOMAIN}", county.id, county.unit, "portals", (ways(county.id),),
            "政务公开",
        )  # fmt: skip
    for trunk in plan.trunks[:_WINDOWS]:
        township = next(site for site in plan.sites if site.id == trunk.b.site)
        yield Offered(
            f"window-{township.id}", f"{township.title}便民服务站", "application",
            f"{township.id}.{DOMAIN}", township.id, township.unit, "windows",
            ((f"link:{trunk.id}",),), "一窗受理",
        )  # fmt: skip


def groups() -> tuple[tuple[str, str], ...]:
    """Return ids and titles of the groups of services."""
    return (
        ("exchange", "数据交换中心接入单位"),
        ("portals", "县级政府网站群"),
        ("windows", "乡镇便民服务站"),
    )


def _servers(plan: Plan, cloud: str) -> tuple[str, ...]:
    """Return two servers of the cloud centre that stand in for each other."""
    found = [d.id for d in plan.devices if d.site == cloud and d.platform != "h3c_comware"]
    return tuple(f"device:{name}" for name in found[:2])


def broken(number: int, seconds: float) -> Literal["", "error", "maintenance", "slow", "silent"]:
    """Return what is wrong with the page of a number at a time since the province began.

    In each five minutes one unit after the other fails for two, each in another way.
    """
    cycle, within = divmod(seconds, 300)
    if not 60 <= within < 200 or number != (4 + 7 * int(cycle)) % len(DEPARTMENTS):
        return ""
    kinds: tuple[Literal["error", "maintenance", "slow", "silent"], ...] = (
        "error", "maintenance", "silent", "slow",
    )  # fmt: skip
    return kinds[int(cycle) % len(kinds)]
