"""Causes and tickets on the page: an operator says one, the assessor approves what was said."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.api.browser import browser
from tests.api.filing import PDF
from tests.api.test_causes import START, desk
from tests.api.test_causes import Desk as Causes
from tests.api.test_the_page import text

pytestmark = pytest.mark.server("chromium")
__all__ = ["desk"]

SAY = """(() => {
  const form = document.querySelector('#causes tbody form');
  form.elements.namedItem('cause').value = 'upstream';
  form.elements.namedItem('why').value = '<i>交换机</i>';
  form.requestSubmit();
})()"""


def test_one_says_where_an_outage_came_from_and_another_approves(desk: Causes) -> None:
    outage = desk.outage()

    async def use() -> None:
        async with browser() as page:
            await page.login(desk.api.address, desk.api.token("operator"))
            await page.until(f"{text('#causes tbody tr')}.includes('远端设备在中断期间重新启动')")
            assert "批准" not in await page.eval(text("#causes tbody tr"))
            await page.eval(SAY)
            await page.until(f"{text('#causes tbody tr')}.includes('待审批')")
            await page.call("Network.clearBrowserCookies")
            await page.login(desk.api.address, desk.api.token("assessor"))
            await page.until("document.querySelector('#causes [data-key^=approve]') !== null")
            await page.eval("document.querySelector('#causes [data-key^=approve]').click()")
            await page.until(f"{text('#causes tbody tr')}.includes('已批准')")
            assert page.console == []

    asyncio.run(use())
    assert desk.row(outage, desk.api.token("auditor"))["agreed"]["cause"] == "upstream"


NOTE = """(() => {
  const form = document.querySelector('#ticket-form form');
  const set = (name, value) => { form.elements.namedItem(name).value = value; };
  set('outage', %r); set('notified', %r); set('by_carrier', '<i>GD-7</i>');
  form.requestSubmit();
})()"""
UNSEEN = """(() => {
  const form = document.querySelector('#unseen-form form');
  const set = (name, value) => { form.elements.namedItem(name).value = value; };
  set('link', %r); set('start', %r); set('until', %r); set('why', '拒绝探测');
  const files = new DataTransfer();
  files.items.add(new File([%r], '函.pdf'));
  form.elements.namedItem('document').files = files.files;
  form.requestSubmit();
})()"""


def local(at: int) -> str:
    """An instant as a person enters it, in Beijing time."""
    return datetime.fromtimestamp(at, ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M:%S")


def test_a_ticket_is_noted_and_what_is_wrong_stands_beside_its_field(desk: Causes) -> None:
    outage = desk.outage()
    start = int(outage.rpartition("@")[2])
    wrong = "document.querySelector('#ticket-form [name=notified] + .wrong').textContent"

    async def use() -> None:
        async with browser() as page:
            await page.login(desk.api.address, desk.api.token("operator"))
            await page.eval(NOTE % (outage, local(start - 60)))
            await page.until(f"{wrong}.includes('时间不合理')")
            await page.eval(NOTE % (outage, local(start + 60)))
            await page.until(f"{text('#tickets')}.includes('<i>GD-7</i>')")
            assert [line for line in page.console if "422" not in line] == []

    asyncio.run(use())
    items = desk.api.ask("/api/v1/tickets", desk.api.token("auditor")).json["items"]
    (ticket,) = (one for one in items if one["outage"] == outage)
    assert ticket["notified"] == start + 60


def test_time_that_was_unseen_is_said_to_be_down_and_waits_for_another(desk: Causes) -> None:
    link = desk.links[0]
    start = START - 700

    async def use() -> None:
        async with browser() as page:
            await page.login(desk.api.address, desk.api.token("operator"))
            sent = (link.id, local(start), local(start + 300), PDF.decode())
            await page.eval(UNSEEN % sent)
            await page.until(f"{text('#causes')}.includes('待审批')")
            assert page.console == []

    asyncio.run(use())
    row = desk.row(f"link:{link.id}@{start}", desk.api.token("auditor"))
    assert (row["waiting"]["cause"], row["waiting"]["until"]) == ("carrier", start + 300)
