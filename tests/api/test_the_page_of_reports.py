"""Reports on the page: which there are, one is asked for, what went wrong is said."""

from __future__ import annotations

import asyncio

import pytest

from api.ports_assessment import AssessmentPorts
from tests.api.browser import browser
from tests.api.reporting import Desk
from tests.api.running import running
from tests.api.test_the_page import text

pytestmark = pytest.mark.server("chromium")

MAKE = """(() => {
  const form = document.querySelector('#report-form form');
  form.elements.namedItem('carrier').value = 'unicom';
  form.elements.namedItem('period').value = %r;
  form.requestSubmit();
})()"""


def test_an_assessor_sees_reports_and_has_one_made() -> None:
    desk = Desk()
    with running(more={"assessment": AssessmentPorts(reports=desk)}) as api:

        async def use() -> None:
            async with browser() as page:
                await page.login(api.address, api.token("assessor"))
                await page.until(f"{text('#reports')}.includes('已办结')")
                assert "已损坏" in await page.eval(text("#reports-foot")), "why one failed"
                link = "document.querySelector('#reports a').getAttribute('href')"
                assert await page.eval(link) == "/api/v1/reports/unicom/2026Q3/1/html?language=zh"
                await page.eval(MAKE % "2026-12")
                await page.until(f"{text('#report-told')}.includes('2026-12')")
                await page.eval(MAKE % "2026-09")
                await page.until(f"{text('#report-told')} === ''")
                assert desk.asked == [("make", "unicom", "2026-09")]

        asyncio.run(use())
