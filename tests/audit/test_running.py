"""The audit as the monitor runs it: a process of its own, what is kept, Excel, and bad endings."""

from __future__ import annotations

import asyncio
import os
import signal
import zipfile
from collections.abc import Callable, Coroutine
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from aiohttp import web

from collectors._audits import Window
from collectors.audit.form import Report, Summary
from collectors.website import trouble_of
from metrics.observation import Probe
from runtime.services.audits import Audits, best_in, closes_in, make_excel, opens_in, run
from tests.audit.site import STARTED, Site, article, broken, entries, page, serving, to
from tests.servers import free_port

T = TypeVar("T")


def audits(folder: Path, at_once: int = 2) -> Audits:
    return Audits(folder, at_once, lambda: STARTED)


def with_site(site: Site, then: Callable[[Site], Coroutine[object, object, T]]) -> T:
    """Do something while a site is served."""

    async def do() -> T:
        async with serving(site):
            return await then(site)

    return asyncio.run(do())


def small() -> Site:
    return Site(paths={"/": page(entries("/a/", 1, 2, 3)), "*": article})


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """The broken site, audited once by a process."""
    folder = tmp_path_factory.mktemp("store")

    async def do() -> Summary:
        other = Site(paths={"/alive": page("hello")})
        async with serving(other), serving(broken(other, free_port())) as site:
            return await audits(folder).audit(site.task(), None, seconds=60)

    return folder, asyncio.run(do())


def test_a_process_brings_back_a_summary_and_leaves_the_document(
    kept: tuple[Path, Summary],
) -> None:
    folder, summary = kept
    document = folder / "audits/portal/20261126T040000Z.json"

    assert summary.failure == ""
    assert msgspec.json.decode(document.read_bytes(), type=Report).summary == summary


def test_what_was_found_is_known_after_a_restart(kept: tuple[Path, Summary]) -> None:
    folder, summary = kept

    async def look() -> tuple[float | None, bytes | None]:
        again = audits(folder)
        await again.start()
        return again.history("portal")[0].score, await again.document("portal")

    score, document = asyncio.run(look())

    assert score == summary.score
    assert document is not None


@pytest.mark.parametrize(("language", "sheet"), [("zh", "空白栏目"), ("en", "empty column")])
def test_the_document_becomes_excel_in_both_languages(
    kept: tuple[Path, Summary], language: str, sheet: str
) -> None:
    made = asyncio.run(make_excel(kept[0] / "audits/portal/20261126T040000Z.json", language))

    assert made is not None
    with zipfile.ZipFile(BytesIO(made)) as book:
        names = book.namelist()
        words = book.read("xl/sharedStrings.xml").decode()
    assert sum(name.startswith("xl/worksheets/sheet") for name in names) == 5
    assert sheet in words


def test_text_of_a_site_is_no_formula_in_excel(tmp_path: Path) -> None:
    site = Site(paths={"/": page('<a href="/gone.html">=cmd|calc!A1</a>' + "文" * 200)})

    async def do(site: Site) -> bytes | None:
        document = tmp_path / "one.json"
        await run(site.task(), STARTED, document)
        return await make_excel(document, "en")

    made = with_site(site, do)

    assert made is not None
    with zipfile.ZipFile(BytesIO(made)) as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_a_site_is_read_once_at_a_time(tmp_path: Path) -> None:
    site = small()
    site.slow = {"/": 0.5}

    async def do(site: Site) -> list[str]:
        one = audits(tmp_path)
        both = (one.audit(site.task(), None, seconds=30) for _ in range(2))
        return [summary.failure for summary in await asyncio.gather(*both)]

    assert with_site(site, do) == ["", "previous_run"]


def test_a_process_that_dies_is_no_word_about_the_site(tmp_path: Path) -> None:
    site = small()
    site.slow = {"/": 5.0}
    before = _children()

    async def do(site: Site) -> Summary:
        auditing = asyncio.create_task(audits(tmp_path).audit(site.task(), None, seconds=30))
        while not (site.asked or auditing.done()):
            await asyncio.sleep(0.01)
        for child in _children() - before:
            os.kill(child, signal.SIGKILL)
        return await auditing

    summary = with_site(site, do)

    assert (summary.failure, summary.outcome) == ("audit_died", "SKIPPED")


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    site = small()
    site.slow = {"/": 5.0}
    before = _children()

    async def do(site: Site) -> Summary:
        running = run(site.task(timeout=9.0), STARTED, tmp_path / "one.json", patience=3.0)
        auditing = asyncio.create_task(running)
        while not (site.asked or auditing.done()):
            await asyncio.sleep(0.01)
        for child in _children() - before:
            os.kill(child, signal.SIGSTOP)
        return await auditing

    summary = with_site(site, do)

    assert (summary.failure, summary.outcome) == ("audit_stuck", "GARBLED")
    assert _children() - before == set()


def test_an_audit_that_is_called_off_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    site = small()
    site.slow = {"/": 5.0}
    before = _children()

    async def do(site: Site) -> None:
        auditing = asyncio.create_task(audits(tmp_path).audit(site.task(), None, seconds=30))
        while not (site.asked or auditing.done()):
            await asyncio.sleep(0.01)
        auditing.cancel()
        await asyncio.gather(auditing, return_exceptions=True)

    with_site(site, do)

    assert _children() - before == set()
    assert list((tmp_path / "audits/portal").glob("*")) == []


def _children() -> set[int]:
    own = Path("/proc/self/task")
    return {
        int(child)
        for thread in own.iterdir()
        for child in (thread / "children").read_text().split()
    }


def test_a_deadline_gives_what_was_read_until_then(tmp_path: Path) -> None:
    site = small()
    site.paths["/"] = page("".join(f'<a href="/a/{n}.html">第{n}篇</a>' for n in range(500)))

    async def do(site: Site) -> Summary:
        return await audits(tmp_path).audit(site.task(pace=20.0, timeout=1.0), None, seconds=6)

    summary = with_site(site, do)

    assert summary.partial == "out_of_time"
    assert summary.counts.pages > 5
    assert trouble_of(summary, 0.0) == "audit_partial"


def test_only_the_last_sixty_are_kept(tmp_path: Path) -> None:
    one = audits(tmp_path)
    folder = tmp_path / "audits/portal"
    folder.mkdir(parents=True)
    for number in range(70):
        started = STARTED + number
        name = f"20261126T04{number // 60:02}{number % 60:02}Z.json"
        (folder / name).write_bytes(b"{}")
        one._keep("portal", Summary("portal", "http://a/", started, 1.0, score=90.0))

    assert len(list(folder.glob("2026*.json"))) == 60
    assert (folder / "20261126T040109Z.json").exists()


def test_what_a_dead_process_left_goes_with_the_next_audit(tmp_path: Path) -> None:
    left = tmp_path / "audits" / "portal" / "20200101T000000Z.new"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"{")

    with_site(small(), lambda site: audits(tmp_path).audit(site.task(), None, seconds=30))

    assert not left.exists()


def test_a_site_that_is_not_there_is_named(tmp_path: Path) -> None:
    site = Site(port=free_port())

    summary = asyncio.run(audits(tmp_path).audit(site.task(), None, seconds=30))

    assert (summary.failure, summary.outcome) == ("refused", "REFUSED")


def test_a_site_cannot_write_into_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each answer sets a cookie that is none, kilobytes of it."""

    def shouting(request: web.Request) -> web.StreamResponse:
        answer = article(request) if request.path != "/" else page(entries("/a/", 1, 2))(request)
        answer.headers["Set-Cookie"] = f"a,{'b' * 4_000}=1"
        return answer

    async def do(site: Site) -> Summary:
        return await run(site.task(), STARTED, tmp_path / "audit.json")

    assert with_site(Site(paths={"*": shouting}), do).failure == ""
    assert "bbbb" not in capfd.readouterr().err


def test_an_audit_that_says_nothing_leaves_no_document(tmp_path: Path) -> None:
    """A site that must not be asked would fill the disk, a file each day."""
    site = Site(port=free_port())

    summary = asyncio.run(audits(tmp_path).audit(site.task(allow=()), None, seconds=30))

    assert (summary.failure, summary.outcome) == ("address_not_allowed", "SKIPPED")
    assert not list((tmp_path / "audits/portal").iterdir())


def test_a_home_page_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    site = Site(paths={"/": to("http://192.0.2.1/")})

    async def do(site: Site) -> Summary:
        return await audits(tmp_path).audit(site.task(), None, seconds=30)

    summary = with_site(site, do)

    assert (summary.failure, summary.outcome) == ("redirect_out", "ANSWERED")


# 2026-11-26 04:00 UTC is noon in Shanghai.
@pytest.mark.parametrize(
    ("begin", "end", "opens", "closes"),
    [(11, 13, 0, 3600), (22, 6, 36_000, 0), (6, 12, 64_800, 0), (22, 13, 0, 3600)],
)
def test_a_window_opens_and_closes_by_the_clock_of_shanghai(
    begin: int, end: int, opens: int, closes: int
) -> None:
    window = Window(begin * 3600, end * 3600)

    assert (opens_in(window, STARTED), closes_in(window, STARTED)) == (opens, closes)


@pytest.mark.parametrize(
    ("begin", "end", "wanted", "seconds", "begins"),
    [
        (20, 13, 3600, 82_000, 0),  # an hour is left, and is enough
        (20, 13, 7200, 82_000, 28_800),  # the next opening has two
        (20, 13, 7200, 30_000, 0),  # but not within this run
        (12, 20, 7200, 82_000, 0),
        (22, 6, 7200, 82_000, 36_000),
    ],
)
def test_a_slot_late_in_the_window_waits_for_one_with_more_time(
    begin: int, end: int, wanted: float, seconds: float, begins: int
) -> None:
    window = Window(begin * 3600, end * 3600)

    assert best_in(window, STARTED, wanted, seconds) == begins


def test_a_window_that_does_not_open_in_time_asks_nobody(tmp_path: Path) -> None:
    site = small()

    async def do(site: Site) -> Summary:
        return await audits(tmp_path).audit(site.task(), Window(72_000, 75_600), seconds=60)

    assert with_site(site, do).failure == "outside_window"
    assert not site.asked


def test_services_without_an_audit_are_listed_too(tmp_path: Path) -> None:
    one = audits(tmp_path)
    one.load([_PROBE])

    assert one.latest() == {"portal": None}


_PROBE = Probe(
    id="website@service:portal", kind="website", target="service:portal", device=None, area="",  # type: ignore[arg-type]
    every_ms=1, deadline=1.0, series=(), raw=0, rates=(), question=None,
)  # fmt: skip
