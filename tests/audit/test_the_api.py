"""Who may see a website's service may read what its audit found, as JSON and as Excel."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest

from runtime.services.audits import Audits
from tests.api.province import Province, make_inventory, with_services
from tests.api.running import Running, running
from tests.audit.site import STARTED, Site, broken, page, serving
from tests.audit.test_running import _PROBE
from tests.servers import free_port


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An api over one website that was audited, and one that was not yet."""
    audits = Audits(tmp_path_factory.mktemp("store"), 2, lambda: STARTED)
    audits.load([_PROBE])

    async def audit() -> None:
        other = Site(paths={"/alive": page("hello")})
        async with serving(other), serving(broken(other, free_port())) as site:
            site.paths["/"] = page('<a href="/gone">点击</a><a href="/x"><b>&lt;script&gt;</b></a>')
            await audits.audit(site.task(), None, seconds=60)

    asyncio.run(audit())
    with running(Province(with_services(make_inventory())), more={"audits": audits}) as one:
        yield one


def test_each_website_is_listed_with_its_last_result(api: Running) -> None:
    (row,) = api.ask("/api/v1/audits", api.token("viewer")).json["items"]

    assert (row["service"], row["title"], row["running"]) == ("portal", "孝感市门户网站", False)
    assert row["last"]["counts"]["dead_links"] == 2
    assert row["last"]["started"] == STARTED
    assert 0 < row["last"]["score"] < 100


def test_the_document_says_all_that_was_found(api: Running) -> None:
    document = api.ask("/api/v1/audits/portal", api.token("viewer")).json

    assert [one["url"].rsplit("/", 1)[1] for one in document["report"]["dead_links"]] == [
        "gone",
        "x",
    ]
    assert [one["started"] for one in document["history"]] == [STARTED]


def test_text_of_a_site_cannot_begin_an_element(api: Running) -> None:
    answer = api.ask("/api/v1/audits/portal", api.token("viewer"))

    assert b"<" not in answer.body
    assert "<script>" in json.dumps(answer.json, ensure_ascii=False)


def test_it_is_a_file_for_excel_too(api: Running) -> None:
    answer = api.ask(
        "/api/v1/audits/portal.xlsx", api.token("viewer"), headers={"Accept-Language": "zh"}
    )

    assert answer.status == 200
    assert "audit-portal.xlsx" in answer.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(answer.body)) as book:
        assert "无效链接" in book.read("xl/workbook.xml").decode()


@pytest.mark.parametrize("path", ["nothing", "nothing.xlsx", "dns", "..%2f..%2fetc"])
def test_what_was_not_audited_is_not_there(api: Running, path: str) -> None:
    assert api.ask(f"/api/v1/audits/{path}", api.token("viewer")).status == 404


def test_who_may_not_see_the_service_sees_no_audit_of_it(api: Running) -> None:
    elsewhere = api.token("viewer", sites=("c1",))

    assert api.ask("/api/v1/audits", elsewhere).json["items"] == []
    assert api.ask("/api/v1/audits/portal", elsewhere).status == 404
    assert api.ask("/api/v1/audits/portal.xlsx", elsewhere).status == 404
