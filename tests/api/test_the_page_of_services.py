"""Services and servers on the page: complete, alive, bilingual, usable by keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.ports import Event
from sla.states import State
from tests.api.browser import Page
from tests.api.province import Province, make_inventory, with_services
from tests.api.running import Running
from tests.api.test_the_page import PAYLOADS, browse, text

pytestmark = pytest.mark.server("chromium")

ROWS = (
    "[...document.querySelectorAll('#services tbody tr')].map(row =>"
    " [row.querySelector('[data-service-row]').dataset.serviceRow, row.textContent])"
)


def province() -> Province:
    return Province(with_services(make_inventory()))


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
        await page.eval("document.querySelector('#language').click()")
        await page.until(f"{text('#service-groups')}.includes('6 of 6 work')")
        assert "data exchange" in await page.eval(text("#services"))

        def leave() -> None:
            api.province.take(make_inventory())
            api.province.hub.publish(Event("reload", {}))

        api.do(leave)  # a network without any has no panels of them
        await page.until("document.querySelector('#services-panel').hidden")
        await page.until("document.querySelector('#hosts-panel').hidden")

    browse(use, province())


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
        await page.eval("document.querySelector('[data-key=\"jump:service:dns\"]').click()")
        await page.until(f"{text('#detail-title')} === '域名解析'")
        assert "孝感市门户网站" in await page.eval(text("#detail"))
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
