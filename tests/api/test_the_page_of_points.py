"""Points on the page: one person takes points, another approves, and two take it back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.api.browser import browser
from tests.api.filing import PDF, desk
from tests.api.test_the_page import text

pytestmark = pytest.mark.server("chromium")

SEND = """(() => {
  const form = document.querySelector('#points-form form');
  const set = (name, value) => { form.elements.namedItem(name).value = value; };
  set('carrier', 'unicom'); set('period', '2026-11');
  set('points', %r); set('why', '<b>重保中断</b>');
  const files = new DataTransfer();
  files.items.add(new File([%r], '通报.pdf'));
  form.elements.namedItem('document').files = files.files;
  form.requestSubmit();
})()"""
WRONG = "document.querySelector('#points-form [name=points] + .wrong').textContent"
BACK = """(() => {
  const form = document.querySelector('#points tbody form');
  form.elements.namedItem('why').value = '认定有误';
  form.requestSubmit();
})()"""
SCORE = """(() => {
  const of = (name) => document.querySelector('#points-form form').elements.namedItem(name);
  of('sort').value = 'score';
  of('sort').dispatchEvent(new Event('change'));
  of('period').value = '2026-11';
  of('num').value = '4'; of('den').value = '5'; of('why').value = 'x';
  const files = new DataTransfer();
  files.items.add(new File([%r], '通报.pdf'));
  of('document').files = files.files;
  document.querySelector('#points-form form').requestSubmit();
})()"""
SORT = "document.querySelector('#points-form [name=sort]').value"
ROW = text("#points tbody tr")
FOOT = text("#points-foot")
CHOOSE = """(() => {
  const states = document.querySelector('#points-filters select');
  states.value = 'rejected';
  states.dispatchEvent(new Event('change'));
})()"""
TAKEN = text("#points tbody tr:last-child")


def click(verdict: str) -> str:
    return f"document.querySelector('#points [data-key^=\"{verdict}:\"]').click()"


def test_two_persons_take_points_and_take_that_back(tmp_path: Path) -> None:
    with desk(tmp_path) as at:

        async def use() -> None:
            async with browser() as page:
                await page.login(at.api.address, at.api.token("operator"))
                await page.eval(SEND % ("99", PDF.decode()))
                await page.until(f"{WRONG}.includes('15 分')")
                focused = "document.activeElement.name === 'points'"
                assert await page.eval(focused), "the keyboard is where the mistake is"
                await page.eval(SEND % ("2.5", PDF.decode()))
                await page.until(f"{ROW}.includes('待审批')")
                row = await page.eval(ROW)
                assert "扣 2.5 分" in row
                assert "<b>重保中断</b>" in row
                assert "批准" not in row
                await page.eval(SCORE % PDF.decode())
                await page.until(f"{ROW}.includes('4 / 5')")
                assert await page.eval(SORT) == "score", "the form says what it files next"
                await page.eval(click("withdraw"))
                await page.until(f"{ROW}.includes('已撤回')")
                await page.call("Network.clearBrowserCookies")
                await page.login(at.api.address, at.api.token("assessor"))
                await page.eval(click("approve"))
                await page.until(f"{TAKEN}.includes('已批准')")
                await page.eval(BACK)
                await page.until(f"{TAKEN}.includes('认定有误')")
                await page.call("Network.clearBrowserCookies")
                await page.login(at.api.address, at.api.token("admin"))
                await page.eval(click("approve"))
                await page.until(f"{TAKEN}.includes('已撤回')")
                refusals = [line for line in page.console if "422" not in line]
                assert refusals == []

        asyncio.run(use())


def test_a_state_that_none_is_in_does_not_say_that_nobody_filed_anything(tmp_path: Path) -> None:
    with desk(tmp_path) as at:

        async def use() -> None:
            async with browser() as page:
                await page.login(at.api.address, at.api.token("operator"))
                await page.until(f"{FOOT}.includes('尚无')")
                await page.eval(CHOOSE)
                await page.until(f"{FOOT} === '没有处于该状态的记录。'")

        asyncio.run(use())
