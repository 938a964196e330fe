"""The page in a real browser: complete, alive, bilingual, and deaf to hostile strings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from alerts.model import Phase
from api.ports import Event, Trap
from api.settings import ApiSettings
from inventory.model import Carrier, TargetId, device_target
from sla.states import State
from tests.api.browser import Page, browser
from tests.api.province import Province, make_inventory, retitled
from tests.api.running import Running, running

pytestmark = pytest.mark.server("chromium")

PAYLOADS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '"><svg onload=window.hit=1>',
    "javascript:window.hit=1",
    "{page.title}</title><script>window.hit=1</script>",
    "'-window.hit=1-'",
    "<iframe srcdoc='<script>parent.hit=1</script>'>",
    "\u202etxt.exe\u0000\u001b[31m",
)


def browse(
    use: Callable[[Running, Page], Awaitable[None]],
    province: Province | None = None,
    settings: ApiSettings | None = None,
    more: Mapping[str, Any] | None = None,
) -> Page:
    """Serve, open a browser, use both; the page must have made no error and left no origin."""

    async def run(api: Running) -> Page:
        async with browser() as page:
            await use(api, page)
            return page

    with running(province, settings, more) as api:
        page = asyncio.run(run(api))
        assert page.console == []
        # A browser draws its own controls (a calendar) from `data:`, which leaves nothing.
        asked = [url for url in page.requests if not url.startswith("data:")]
        assert {"/".join(url.split("/")[:3]) for url in asked} == {api.address}
        return page


def text(selector: str) -> str:
    return f"(document.querySelector({selector!r})?.textContent ?? '')"


def test_every_site_and_link_is_shown_with_a_state_in_words() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        labels = await page.eval(
            "[...document.querySelectorAll('[data-site]')].map(n => [n.dataset.site, n.ariaLabel])"
        )
        assert {site for site, _ in labels} == set(api.province.register.sites)
        assert all("正常" in label for _, label in labels)
        rows = await page.eval(
            "[...document.querySelectorAll('#links tbody tr')].map(row =>"
            " [row.querySelector('[data-link]').dataset.link, row.cells[0].textContent])"
        )
        assert {link for link, _ in rows} == set(api.province.register.links)
        assert all("正常" in state for _, state in rows)
        figures = await page.eval(
            "[...document.querySelectorAll('.carrier')].map(n => n.textContent)"
        )
        assert len(figures) == 3
        assert all("100.0000 %" in one and "暂定" in one and "覆盖率" in one for one in figures)

    browse(use)


def test_what_happens_is_shown_without_reloading() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.until(f"{text('#live')} === '实时'")
        await page.eval("window.same = true")

        def cut() -> None:
            api.province.clock += 3
            api.province.set("link:c0-unicom", State.DOWN)
            cause = api.province.outages_all[0].id
            api.province.set("site:c0", State.DOWN)
            api.province.set("site:c0.k0", State.SHADOW, "upstream", cause)
            api.province.alert("link:c0-unicom", affected={"county": 2, "township": 4})

        api.do(cut)
        await page.until("document.querySelector('[data-site=c0]').ariaLabel.includes('中断')")
        await page.until(
            "document.querySelector('[data-site=\"c0.k0\"]').ariaLabel.includes('受累')"
        )
        await page.until("document.querySelector('#links tbody tr').textContent.includes('中断')")
        await page.until(f"{text('#outages')}.includes('孝感市中国联通专线')")
        await page.until(f"{text('#outages')}.includes('影响 县区 1')")
        await page.until(f"{text('#alerts')}.includes('影响 县区 2、乡镇 4')")
        await page.until("document.querySelector('.stat.s-down strong').textContent === '1'")
        api.do(lambda: api.province.set("site:c0", State.UP, "recovered"))
        await page.until("document.querySelector('[data-site=c0]').ariaLabel.includes('正常')")
        assert await page.eval("window.same"), "the page was loaded again"

    browse(use)


def test_what_was_missed_is_fetched_after_resync_and_blindness_is_announced() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.until(f"{text('#live')} === '实时'")

        def missed() -> None:
            name = TargetId("site:c1")
            now = api.province.states_now[name]
            api.province.states_now[name] = type(now)(name, State.DOWN, now.since, "far_lost")

        api.do(missed)
        api.do(lambda: api.province.hub.publish(Event("resync", {})))
        await page.until("document.querySelector('[data-site=c1]').ariaLabel.includes('中断')")

        def blind() -> None:
            api.province.blind = api.province.clock
            api.province.hub.publish(Event("blind", {"since": api.province.clock}))

        api.do(blind)
        await page.until("!document.querySelector('#blind').hidden")
        assert "失去视野" in await page.eval(text("#blind"))

    browse(use)


def test_a_reload_shows_what_came_and_what_went() -> None:
    province = Province(make_inventory(9, 6, 7, 5))
    cards = "[...document.querySelectorAll('.card')].map(n => n.dataset.key)"

    async def use(api: Running, page: Page) -> None:
        def reload(cities: int) -> None:
            api.province.take(make_inventory(cities, 6, 7, 5))
            api.province.hub.publish(Event("reload", {}))

        await page.login(api.address, api.token("viewer"))
        await page.until(f"{text('#live')} === '实时'")
        await page.until(f"{cards}.includes('area:c8')")
        api.do(lambda: reload(10))
        await page.until(f"{cards}.includes('area:c9')")
        await page.eval("document.querySelector('[data-key=\"area:c9\"]').click()")
        await page.until("document.querySelectorAll('[data-site]').length > 200")
        api.do(lambda: reload(8))
        await page.until(f"{cards}.length === 10")  # eight cities, the province, its cloud centre
        assert not await page.eval(f"{cards}.includes('area:c8')")
        assert await page.eval("document.querySelector('#failure').hidden")

    browse(use, province)


def test_one_button_changes_the_language_and_it_is_remembered() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        assert await page.eval("document.documentElement.lang") == "zh-CN"
        await page.eval("document.querySelector('#language').click()")
        await page.until("document.documentElement.lang === 'en'")
        await page.until(f"{text('#outages')}.includes('No outage is running')")
        assert "up" in await page.eval("document.querySelector('[data-site=c0]').ariaLabel")
        assert await page.eval(text("#title")) == "E-government extranet"
        await page.open(f"{api.address}/")
        await page.until("document.body.dataset.loaded !== undefined")
        assert await page.eval("document.documentElement.lang") == "en"

    browse(use)


def test_who_names_no_language_gets_that_of_the_browser() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.call("Emulation.setUserAgentOverride", userAgent="x", acceptLanguage="en-GB")
        await page.login(api.address, api.token("viewer"))
        assert await page.eval("document.documentElement.lang") == "en"
        assert await page.eval(text("#title")) == "E-government extranet"

    browse(use)


def test_strings_of_devices_and_files_are_text_and_nothing_else() -> None:
    inventory = make_inventory()
    names = [*inventory.sites]
    inventory = retitled(inventory, dict(zip(names, PAYLOADS * 8, strict=False)))
    inventory = replace(
        inventory,
        carriers={key: Carrier(key, PAYLOADS[0]) for key in inventory.carriers},
        links={
            key: replace(link, title=PAYLOADS[number % 8], circuit=PAYLOADS[1])
            for number, (key, link) in enumerate(inventory.links.items())
        },
        devices={
            key: replace(device, title=PAYLOADS[1], platform=PAYLOADS[2])
            for key, device in inventory.devices.items()
        },
    )
    province = Province(inventory)
    province.set("link:c0-unicom", State.DOWN, PAYLOADS[1])
    province.alert("link:c0-unicom", PAYLOADS[0])

    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("operator"))
        for target in ("link", "site"):
            await page.eval(f"document.querySelector('[data-{target}]').click()")
            await page.until("document.querySelectorAll('#detail dl, #detail .jumps').length > 0")
            await page.eval("document.querySelector('.close').click()")
        await page.until(f"{text('#alerts')}.includes('<script>window.hit=1</script>')")
        assert "<script>window.hit=1</script>" in await page.eval(text("#carriers"))
        assert await page.eval("window.hit ?? null") is None
        assert (
            await page.eval("document.querySelectorAll('iframe, svg[onload], [onerror]').length")
            == 0
        )

    page = browse(use, province, ApiSettings(title=PAYLOADS[4]))
    assert not [url for url in page.requests if url.endswith("/x")]


def test_an_operator_takes_over_an_alert_and_a_viewer_cannot() -> None:
    province = Province(make_inventory())
    province.alert("link:c0-unicom")

    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.until("document.querySelector('#alerts [data-alert]') !== null")
        assert await page.eval("document.querySelector('#alerts button.small')") is None
        await page.eval("document.querySelector('#logout').click()")
        await page.until("location.pathname === '/login'")
        await page.login(api.address, api.token("operator"))
        await page.until("document.querySelector('#alerts button.small') !== null")
        await page.eval("document.querySelector('#alerts button.small').click()")
        await page.until(f"{text('#alerts')}.includes('处理中')")
        (alert,) = api.province.alerts_now.values()
        assert alert.acknowledged_by == api.crowd.by_token(api.token("operator")).name  # type: ignore[union-attr]  # it exists

    browse(use, province)


def test_more_outages_and_alerts_than_are_shown_are_counted_as_more() -> None:
    province = Province(make_inventory(4, 4, 4, 4))
    assert len(province.register.links) > 250
    for link in list(province.register.links)[:250]:
        province.set(f"link:{link}", State.DOWN)
        alert = province.alert(f"link:{link}")
        province.alerts_now[alert.id] = msgspec.structs.replace(alert, phase=Phase.PENDING)

    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.until(f"{text('#outages-count')} === '200+'")
        await page.until(f"{text('#alerts')}.includes('待确认 200+ 条')")

    browse(use, province)


def test_everything_is_reached_from_the_keyboard() -> None:
    async def press(page: Page, key: str) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            await page.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode={"Enter": 13, "Escape": 27, "ArrowRight": 39}[key],
                **({"text": "\r"} if key == "Enter" and kind == "rawKeyDown" else {}),
            )  # fmt: skip

    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.eval("document.querySelector('#wall [tabindex=\"0\"]').focus()")
        first = await page.eval("document.activeElement.dataset.site")
        await press(page, "ArrowRight")
        second = await page.eval("document.activeElement.dataset.site")
        assert first != second
        assert await page.eval("document.querySelectorAll('#wall [tabindex=\"0\"]').length") == 1
        await page.eval("document.activeElement.click()")
        await page.until("document.querySelector('#detail .jumps') !== null")
        assert await page.eval("document.querySelector('#detail').contains(document.activeElement)")
        await press(page, "Escape")
        await page.until("document.querySelector('#detail').hidden")
        assert await page.eval("document.activeElement.dataset.site") == second

    browse(use)


def test_the_strip_of_a_link_shows_its_slots() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.eval("document.querySelector('[data-link=\"c0-unicom\"]').click()")
        await page.until("document.querySelectorAll('#detail svg rect.fill').length >= 59")
        label = await page.eval("document.querySelector('#detail svg').ariaLabel")
        assert "个时隙" in label
        assert "100.0000 %" in await page.eval(text("#detail .month"))

    browse(use)


def test_what_the_ends_of_a_link_said_stands_beside_it() -> None:
    province = Province(make_inventory())
    end = province.register.links["c0-unicom"].b
    device = device_target(end.device)
    when = (province.clock - 60) * 1000
    province.traps_all = [
        Trap(
            when,
            device,
            device,
            "cold_start",
            "1.3",
            "2c",
            informed=False,
            source="192.0.2.1",
            told={},
        )
    ]

    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.eval("document.querySelector('[data-link=\"c0-unicom\"]').click()")
        await page.until(f"{text('#detail .jumps')}.includes('设备冷启动')")

    browse(use, province)


def test_a_large_province_opens_city_by_city() -> None:
    province = Province(make_inventory(8, 6, 7, 5))
    assert len(province.register.sites) > 1500

    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        cards = await page.eval("[...document.querySelectorAll('.card')].map(n => n.dataset.key)")
        assert set(cards) == {"area:p", "area:cloud", *(f"area:c{n}" for n in range(8))}
        await page.eval("document.querySelector('[data-key=\"area:c3\"]').click()")
        await page.until("document.querySelectorAll('[data-site]').length > 200")
        shown = await page.eval(
            "[...document.querySelectorAll('[data-site]')].map(n => n.dataset.site)"
        )
        assert set(shown) == {s for s in province.register.sites if s.split(".")[0] == "c3"}
        await page.eval("document.querySelector('.back').click()")
        await page.until("document.querySelectorAll('.card').length === 10")

    browse(use, province)


def test_a_carriers_page_shows_its_links_and_no_sites() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer", carriers=("unicom",)))
        assert await page.eval("document.querySelectorAll('[data-site]').length") == 0
        own = [one.id for one in api.province.register.links.values() if one.carrier == "unicom"]
        assert await page.eval("document.querySelectorAll('#links tbody tr').length") == len(own)
        assert await page.eval("document.querySelectorAll('.carrier').length") == 1
        assert not await page.eval("document.querySelector('#scope').hidden")

    browse(use)


def test_a_wrong_token_is_explained_on_the_form() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.open(f"{api.address}/login?lang=en")
        await page.eval(
            "document.querySelector('#token').value = 'wrong';"
            "document.querySelector('form').requestSubmit()"
        )
        await page.until(f"{text('#error')}.includes('Nobody has this token')")
        assert await page.eval("document.documentElement.lang") == "en"
        # The browser itself notes that the form was answered with 401.
        assert all("401" in note for note in page.console)
        page.console.clear()

    browse(use)


def test_the_list_of_routes_draws_itself() -> None:
    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.open(f"{api.address}/docs")
        await page.until("document.querySelectorAll('#routes section').length > 15")
        assert "/api/v1/links/{link}/history" in await page.eval(text("#routes"))

    browse(use)
