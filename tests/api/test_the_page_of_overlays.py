"""Overlays on the page: a carrier announces work, the owner's person approves it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.api.browser import browser
from tests.api.filing import LINK, PDF, desk
from tests.api.test_the_page import text

pytestmark = pytest.mark.server("chromium")

FILL = """(() => {
  const form = document.querySelector('#overlay-form form');
  const set = (name, value) => { form.elements.namedItem(name).value = value; };
  set('kind', 'M_c'); set('links', %r); set('title', '<b>光缆割接</b>');
  set('start', '2027-03-02T01:00'); set('end', '2027-03-02T04:00');
  const files = new DataTransfer();
  files.items.add(new File([%r], '割接方案.pdf'));
  form.elements.namedItem('document').files = files.files;
  form.requestSubmit();
})()"""


def test_a_carrier_files_with_a_document_and_the_owner_approves(tmp_path: Path) -> None:
    with desk(tmp_path) as at:

        async def use() -> None:
            async with browser() as page:
                await page.login(at.api.address, at.api.token("carrier", carriers=("unicom",)))
                kinds = await page.eval(text("#overlay-form select"))
                assert "建设单位施工" not in kinds, (
                    "the owner's work is not a carrier's to announce"
                )
                await page.eval(FILL % (LINK, PDF.decode()))
                await page.until(f"{text('#overlay-told')}.includes('还剩 60 分钟')")
                await page.until(f"{text('#overlays')}.includes('待审批')")
                row = await page.eval(text("#overlays tbody tr"))
                assert "<b>光缆割接</b>" in row
                assert "割接方案.pdf" in row
                assert "批准" not in row
                await page.call("Network.clearBrowserCookies")
                await page.login(at.api.address, at.api.token("assessor"))
                await page.eval("document.querySelector('[data-key^=approve]').click()")
                await page.until(f"{text('#overlays tbody tr')}.includes('已批准')")
                assert page.console == []

        asyncio.run(use())
