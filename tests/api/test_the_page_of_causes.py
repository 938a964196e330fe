"""Causes on the page: an operator says one, the assessor approves what was said."""

from __future__ import annotations

import asyncio

import pytest

from tests.api.browser import browser
from tests.api.test_causes import Desk as Causes
from tests.api.test_causes import desk
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
