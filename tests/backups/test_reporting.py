"""A job reports by HTTP, as curl does, without logging in; nothing else opens, no log knows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from runtime.services.beats import BeatBook
from tests.api.running import Running, running
from tests.backups.jobs import TOKEN, Clock, beat_probe


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, BeatBook]]:
    """A running api that takes reports of one job."""
    beats = BeatBook(tmp_path_factory.mktemp("beats"), Clock())
    beats.load([beat_probe()])
    with running(more={"beats": beats}) as api:

        def on_loop(work: object) -> None:
            asyncio.run_coroutine_threadsafe(work, api.loop).result(10)  # type: ignore[arg-type]

        stack = AsyncExitStack()
        on_loop(beats.start(stack))
        yield api, beats
        on_loop(stack.aclose())


Served = tuple[Running, BeatBook]


@pytest.fixture(autouse=True)
def _full_buckets(served: Served) -> None:
    """Let each test begin with as many reports as are ever let through."""
    clock = served[1]._now
    assert isinstance(clock, Clock)
    clock.now += 86_400


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_report_is_taken_by_get_and_by_post(served: Served, method: str) -> None:
    api, beats = served
    path = f"/beat/{TOKEN}?size=123456&took=61.5&status=ok"
    answer = api.ask(path, method=method)
    assert (answer.status, answer.json) == (200, {"ok": True})
    beat = beats.heard("nightly")
    assert beat is not None
    assert (beat.age, beat.size, beat.took, beat.good) == (0.0, 123456, 61.5, True)


def test_a_job_may_report_that_it_failed(served: Served) -> None:
    api, beats = served
    assert api.ask(f"/beat/{TOKEN}?status=fail", method="POST").status == 200
    beat = beats.heard("nightly")
    assert beat is not None
    assert not beat.good


def test_a_body_is_not_needed_and_not_read(served: Served) -> None:
    api, _ = served
    assert api.ask(f"/beat/{TOKEN}", method="POST", body=b"x" * 1_000).status == 200


def test_a_body_beyond_sense_is_refused(served: Served) -> None:
    api, _ = served
    assert api.ask(f"/beat/{TOKEN}", method="POST", body=b"x" * 100_000).status == 413


def test_an_unknown_token_is_not_found_and_says_nothing(served: Served) -> None:
    api, _ = served
    answer = api.ask("/beat/not-a-token-of-anybody")
    assert answer.status == 404
    assert answer.json["code"] == "unknown_beat"
    assert "not-a-token" not in answer.body.decode()


@pytest.mark.parametrize(
    "query",
    ["size=-1", "size=9223372036854775808", "took=nan", "lag=inf", "status=maybe", "sizes=1"],
)
def test_figures_without_sense_are_refused(served: Served, query: str) -> None:
    api, _ = served
    assert api.ask(f"/beat/{TOKEN}?{query}").status == 422


def test_reports_beyond_the_rate_are_told_to_wait(served: Served) -> None:
    api, _ = served
    answers = [api.ask(f"/beat/{TOKEN}") for _ in range(12)]
    assert [answer.status for answer in answers[-2:]] == [429, 429]
    assert answers[-1].headers["retry-after"] == "60"


def test_a_token_of_a_job_opens_nothing_else(served: Served) -> None:
    api, _ = served
    assert api.ask("/api/v1/overview", TOKEN).status == 401
    assert api.ask(f"/beat/{TOKEN}/../api/v1/overview").status in {401, 404}
    assert api.ask("/beat/").status in {401, 404}


def test_other_methods_are_refused(served: Served) -> None:
    api, _ = served
    assert api.ask(f"/beat/{TOKEN}", method="DELETE").status == 405


def test_no_log_knows_the_token(
    served: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, beats = served

    async def broken(*_: object, **__: object) -> str:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(beats, "beat", broken)
    with caplog.at_level(logging.DEBUG):
        assert api.ask(f"/beat/{TOKEN}").status == 500
    # Only pytest's own handler keeps uvicorn's log of requests alive; the monitor has it off.
    texts = [caplog.handler.format(one) for one in caplog.records if one.name != "uvicorn.access"]
    assert "a bug of ours" in "\n".join(texts)
    assert TOKEN not in "\n".join(texts)


def test_where_no_reports_are_taken_a_job_is_told_to_try_later(tmp_path: Path) -> None:
    with running() as api:
        assert api.ask(f"/beat/{TOKEN}").status == 503
