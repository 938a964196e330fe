"""Services and servers on the page: complete, alive, bilingual, usable by keyboard."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from api.ports import Event
from api.ports_hosts import Capacities, Group, Use
from api.ports_services import ServiceNow
from sla.states import State
from tests.api.browser import Page
from tests.api.province import NOW, Province, make_inventory, with_services
from tests.api.running import Running
from tests.api.test_the_page import PAYLOADS, browse, text

pytestmark = pytest.mark.server("chromium")

ROWS = (
    "[...document.querySelectorAll('#services tbody tr')].map(row =>"
    " [row.querySelector('[data-service-row]').dataset.serviceRow, row.textContent])"
)


BACKUP = {
    "extranet_backup_age_seconds": 5_400.0,
    "extranet_backup_rpo_seconds": 93_600.0,
    "extranet_backup_size_bytes": 12_340_000_000.0,
}
PATH = {
    "extranet_path_rating": 2.0,
    "extranet_path_loss_ratio": 0.0125,
    "extranet_path_jitter_seconds": 0.031,
    "extranet_path_delay_seconds": 0.012,
    "extranet_path_mos": 4.04,
}


class Measured(Province):
    """A province one of whose services measures what a backup does, and one what a path does."""

    def service(self, service: str) -> ServiceNow | None:
        now = super().service(service)
        values = {"portal": BACKUP, "dns": PATH}.get(service)
        if now is None or values is None:
            return now
        checks = tuple(msgspec.structs.replace(one, values=values) for one in now.checks)
        return msgspec.structs.replace(now, checks=checks)


class Filling:
    """Servers whose storage fills up."""

    def capacities(self) -> Capacities:
        use = Use(
            "storage", 150e12, 84.8e12, 65.2e12, 0.565, 0.9, 60, 0.004,
            "2027-02-16", "2027-02-10", "2027-02-20", "good",
        )  # fmt: skip
        return Capacities(NOW, (Group("zone", "数据区", 25, 24, (use,)),))


def province() -> Province:
    return Measured(with_services(make_inventory()))


def test_services_and_servers_are_shown_with_a_state_in_words_while_there_are_any() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        rows = dict(await page.eval(ROWS))
        assert set(rows) == set(api.province.register.services)
        assert all("正常" in row for row in rows.values())
        assert "省信息中心" in rows["portal"]
        assert "40 天" in rows["portal"]
        tiles = await page.eval(
            "[...document.querySelectorAll('#service-groups [data-service]')].map(n => n.ariaLabel)"
        )
        assert len(tiles) == 6
        assert all("最近成功" in tile for tile in tiles)
        assert "6 个中 6 个正常" in await page.eval(text("#service-groups"))
        servers = await page.eval(text("#hosts"))
        assert all(word in servers for word in ("应用服务器 1", "政务区", "61.0 %", "/var"))
        capacity = await page.eval(text("#capacity"))
        parts = ("数据区24 / 25", "预计 2027-02-16 达到 90%", "84.8 TB / 150 TB")
        assert all(part in capacity for part in parts)
        await page.eval("document.querySelector('#language').click()")
        await page.until(f"{text('#service-groups')}.includes('6 of 6 work')")
        assert "data exchange" in await page.eval(text("#services"))

        def leave() -> None:
            api.province.take(make_inventory())
            api.province.hub.publish(Event("reload", {}))

        api.do(leave)  # a network without any has no panels of them
        await page.until("document.querySelector('#services-panel').hidden")
        await page.until("document.querySelector('#hosts-panel').hidden")
        await page.until("document.querySelector('#capacity-panel').hidden")

    browse(use, province(), more={"hosts_capacity": Filling()})


def test_a_cut_shows_which_services_are_lost_without_reloading() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.until(f"{text('#live')} === '实时'")

        def cut() -> None:
            here = api.province
            here.clock += 3
            here.set("link:c1-unicom", State.DOWN)
            for unit in range(6):
                cause = here.outages_all[0].id
                here.set(f"service:x{unit}", State.SHADOW, "upstream", cause)
            here.alert("link:c1-unicom", services={"group:exchange": 6})

        api.do(cut)
        await page.until(f"{text('#services tbody tr')}.includes('受累')")
        await page.until("document.querySelector('[data-service=x0]').ariaLabel.includes('受累')")
        await page.until(f"{text('#outages')}.includes('影响 6 个业务')")
        await page.until(f"{text('#alerts')}.includes('数据交换 6')")

    browse(use, province())


def test_panels_say_what_a_service_stands_on_and_what_stands_on_the_rest() -> None:
    async def use(api: Running, page: Page) -> None:
        api.do(lambda: api.province.set("service:portal", State.DOWN, "http_status"))
        await page.login(api.address, api.token("viewer"))
        await page.eval("document.querySelector('[data-service-row=portal]').click()")
        await page.until(f"{text('#detail')}.includes('不符合')")
        shown = await page.eval(text("#detail"))
        assert all(
            word in shown for word in ("域名解析", "安陆县", "可用率", "承诺 99.9 %", "关键")
        )
        assert "距上次备份 1 时 30 分 · 允许 1 天 2 时 · 大小 12.3 GB" in shown
        await page.eval("document.querySelector('[data-key=\"jump:service:dns\"]').click()")
        await page.until(f"{text('#detail-title')} === '域名解析'")
        shown = await page.eval(text("#detail"))
        assert "孝感市门户网站" in shown
        assert "评级 C · 丢包 1.25 % · 抖动 31.0 ms · 时延 12.0 ms · MOS 分 4.0" in shown
        await page.eval(
            "dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))"
        )
        await page.until("document.querySelector('#detail').hidden")
        await page.eval("document.querySelector('[data-link=\"c1-unicom\"]').click()")
        await page.until(f"{text('#detail')}.includes('依赖它的业务')")
        assert "发改委前置机" in await page.eval(text("#detail"))
        await page.eval("document.querySelector('[data-host=app-1]').click()")
        await page.until(f"{text('#detail')}.includes('openEuler')")

    browse(use, province())


def test_the_panel_of_a_website_has_its_score_and_leads_to_the_excel_file() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.eval("document.querySelector('[data-service-row=portal]').click()")
        await page.until(f"{text('#detail')}.includes('网站检查')")
        shown = await page.eval(text("#detail"))
        assert all(word in shown for word in ("86.30", "无效链接7", "检查时间已用完"))
        link = "document.querySelector('#detail a[download]').href"
        told = await page.eval(f"fetch({link}).then(answer => answer.text())")
        assert told == "portal zh"

    browse(use, province())


def test_the_table_is_filtered_and_the_keyboard_stays_where_it_is() -> None:
    async def use(api: Running, page: Page) -> None:
        api.do(lambda: api.province.set("service:portal", State.DOWN, "http_status"))
        await page.login(api.address, api.token("viewer"))
        trouble = '[data-key="services:state:trouble"]'
        await page.eval(f"document.querySelector('{trouble}').focus()")
        await page.eval(f"document.querySelector('{trouble}').click()")
        assert [name for name, _ in await page.eval(ROWS)] == ["portal"]
        assert await page.eval("document.activeElement.dataset.key") == "services:state:trouble"
        assert await page.eval(f"document.querySelector('{trouble}').ariaPressed") == "true"

    browse(use, province())


def test_hostile_titles_of_services_are_text() -> None:
    here = province()
    services = {
        name: replace(service, title=PAYLOADS[number % len(PAYLOADS)])
        for number, (name, service) in enumerate(here.register.services.items())
    }
    here.take(replace(here.register, services=services))

    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.eval("document.querySelector('[data-service-row=portal]').click()")
        await page.until(f"{text('#detail-title')} === {PAYLOADS[1]!r}")
        assert await page.eval("window.hit") is None

    browse(use, here)
