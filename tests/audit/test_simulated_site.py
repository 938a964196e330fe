"""The website of the simulated province has the faults it says it has, and no others."""

from __future__ import annotations

import asyncio
from collections import Counter

from collectors.audit.crawl import audit
from collectors.audit.form import Report, Task
from simulator import website
from tests.audit.site import STARTED


def test_the_faults_of_the_simulated_site_are_found() -> None:
    async def do() -> Report:
        runner = await website.serve("127.0.0.1", 0, lambda: STARTED)
        port = runner.addresses[0][1]
        seed = f"http://127.0.0.1:{port}/"
        task = Task("county", (seed,), allow=("127.0.0.0/8",), pace=10_000.0, timeout=2.0)
        try:
            return await audit(task, STARTED)
        finally:
            await runner.cleanup()

    report = asyncio.run(do())
    counts = report.summary.counts

    assert Counter(one.verdict for one in report.columns) == {"fresh": 10, "stale": 1, "empty": 1}
    assert (counts.dead_links, counts.broken_pictures, counts.page_errors) == (3, 3, 2)
    assert [one.code for one in report.problems if one.code == "charset"] == []
    assert report.summary.veto == ()
    assert report.summary.newest == "2026-11-25"
