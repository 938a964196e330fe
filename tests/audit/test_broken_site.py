"""A site with every fault once: each is found, once, where it is, and nothing else is."""

from __future__ import annotations

import asyncio

import pytest

from collectors.audit.crawl import audit
from collectors.audit.failures import OUTCOMES
from collectors.audit.form import Report
from tests.audit.site import STARTED, Site, broken, page, raw, serving
from tests.servers import free_port
from texts.say import catalogue


@pytest.fixture(scope="module")
def found() -> tuple[Report, Site, Site]:
    """One audit of the site, for all that is said about it."""

    async def run() -> tuple[Report, Site, Site]:
        other = Site(
            paths={
                "/alive": page("hello"),
                "/login": raw(b"", status=401),
                "/dead": raw(b"", status=410),
            }
        )
        async with serving(other), serving(broken(other, free_port())) as site:
            return await audit(site.task(), STARTED), site, other

    return asyncio.run(run())


def _paths(report: Report, kind: str) -> dict[str, str]:
    return {"/" + dead.url.split("/", 3)[3]: dead.why for dead in getattr(report, kind)}


def test_dead_links_are_found_with_the_reason(found: tuple[Report, Site, Site]) -> None:
    report, _, _ = found

    assert _paths(report, "dead_links") == {
        "/gone.html": "http_status",
        "/dead": "http_status",
        "/": "refused",
        "/loop/a": "redirect_loop",
    }


def test_a_dead_link_says_what_it_is_called_and_where_it_stands(
    found: tuple[Report, Site, Site],
) -> None:
    report, site, _ = found
    gone = next(dead for dead in report.dead_links if dead.url.endswith("/gone.html"))

    assert (gone.text, gone.status, gone.home, gone.external) == ("县长信箱入口", 404, True, False)
    assert gone.where == (site.url,)


def test_pictures_that_do_not_load_are_found(found: tuple[Report, Site, Site]) -> None:
    report, _, _ = found

    assert _paths(report, "pictures") == {
        "/pic/gone.png": "http_status",
        "/pic/empty.jpg": "picture_empty",
        "/pic/text.jpg": "picture_type",
    }


def test_columns_are_told_apart(found: tuple[Report, Site, Site]) -> None:
    report, _, _ = found

    assert {(one.title, one.kind, one.verdict) for one in report.columns} == {
        ("新闻动态", "news", "fresh"),
        ("通知公告", "notice", "fresh"),
        ("规划计划", "plan", "stale"),
        ("政策文件", "notice", "stale"),
        ("领导信箱", "other", "empty"),
    }


def test_pages_that_are_error_messages_are_found(found: tuple[Report, Site, Site]) -> None:
    report, _, _ = found
    told = {(one.code, one.page.rsplit("/", 1)[-1]) for one in report.problems}

    assert {("soft_404", "soft"), ("error_text", "oops")} <= told
    assert report.summary.counts.page_errors == 2


def test_a_redirect_out_of_the_site_is_told_and_not_followed(
    found: tuple[Report, Site, Site],
) -> None:
    report, _, other = found

    assert report.summary.counts.redirects_out == 1
    assert other.asked["/alive"] == 1


def test_another_site_is_asked_once_for_each_link(found: tuple[Report, Site, Site]) -> None:
    _, _, other = found

    assert other.asked == {"/alive": 1, "/dead": 1, "/login": 1}


def test_a_login_elsewhere_is_neither_dead_nor_alive(found: tuple[Report, Site, Site]) -> None:
    report, _, _ = found

    assert report.summary.counts.unchecked == 1


def test_what_robots_forbid_is_not_asked_and_counted(found: tuple[Report, Site, Site]) -> None:
    report, site, _ = found

    assert site.asked["/private/x.html"] == 0
    assert report.lost["robots"] == 1


def test_a_page_is_asked_once_and_a_passing_failure_twice(
    found: tuple[Report, Site, Site],
) -> None:
    _, site, _ = found

    assert site.asked["/xwdt/0.html"] == 1
    assert site.asked["/gone.html"] == 1


def test_each_deduction_is_a_line(found: tuple[Report, Site, Site]) -> None:
    report, _, _ = found

    assert {line.code: (line.count, line.points) for line in report.deductions} == {
        "dead_home": (7, 0.7),
        "column_empty": (1, 5.0),
        "column_stale": (1, 5.0),
        "column_old": (1, 2.0),
        "page_error": (2, 1.0),
    }
    assert report.summary.score == 86.3


def test_the_home_page_is_as_new_as_its_newest_entry(found: tuple[Report, Site, Site]) -> None:
    report, _, _ = found

    assert report.summary.newest == "2026-11-25"
    assert report.summary.veto == ()


def test_pages_in_gb2312_and_big5_are_read_right(found: tuple[Report, Site, Site]) -> None:
    report, site, _ = found
    codes = {one.page: one.code for one in report.problems}

    assert any(one.title == "通知公告" for one in report.columns)
    assert site.asked["/tzgg/2.html"] == 1
    assert codes.get(f"{site.url}big5") is None


def test_it_says_who_asks(found: tuple[Report, Site, Site]) -> None:
    _, site, _ = found

    assert all("extranet-audit" in agent for agent in site.agents)


def test_everything_that_is_told_has_a_sentence(found: tuple[Report, Site, Site]) -> None:
    report, _, _ = found
    codes = {
        *(f"audit.code.{one.code}" for one in report.problems),
        *(f"audit.why.{one.why}" for one in (*report.dead_links, *report.pictures)),
        *(f"audit.verdict.{one.verdict}" for one in report.columns),
        *(f"audit.kind.{one.kind}" for one in report.columns),
        *(f"audit.line.{one.code}" for one in report.deductions),
        *(f"audit.lost.{name}" for name in report.lost),
        *(f"audit.why.{why}" for why in OUTCOMES),
    }

    assert sorted(codes - catalogue().keys()) == []
