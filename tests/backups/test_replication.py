"""The lag of a replica is told by JSON, by a report, or by the age of a file; null is no zero."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from collectors import replication
from collectors._beats import Beat
from inventory.model import Secret
from metrics.observation import Outcome
from tests.backups.asking import ask_a_report, ask_by_http, ask_by_ssh
from tests.ssh.sshd import Sshd

LAG = {"lag": "/replica/seconds", "rpo": "5m"}


def told(seconds: object) -> bytes:
    return json.dumps({"replica": {"seconds": seconds}}).encode()


@pytest.mark.parametrize("seconds", [0, 12.5, "12.5", 300])
def test_a_lag_within_the_rpo_is_good(seconds: float | str) -> None:
    answer, figures = ask_by_http(replication, told(seconds), LAG)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    assert figures["extranet_replication_lag_seconds"] == float(seconds)
    assert (figures["probe_success"], figures["extranet_replication_rpo_seconds"]) == (1, 300.0)


def test_a_lag_beyond_the_rpo_is_behind() -> None:
    answer, figures = ask_by_http(replication, told(301), LAG)
    assert (answer.reason, figures["probe_success"]) == ("replica_behind", 0)
    assert figures["extranet_replication_lag_seconds"] == 301


def test_null_means_that_replication_does_not_run() -> None:
    answer, figures = ask_by_http(replication, told(None), LAG)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "replica_stopped")
    assert figures["extranet_replication_lag_seconds"] is None
    assert figures["probe_success"] == 0


@pytest.mark.parametrize("body", [b"", b"{}", b"null", told("soon"), told(-1), told([])])
def test_what_cannot_be_read_is_garbled(body: bytes) -> None:
    answer, _ = ask_by_http(replication, body, LAG)
    assert (answer.outcome, answer.reason) == (Outcome.GARBLED, "replica_unread")


@pytest.mark.parametrize(
    ("beat", "outcome", "reason"),
    [
        (Beat(known=9e5, age=30.0, lag=2.0), Outcome.ANSWERED, ""),
        (Beat(known=9e5, age=30.0, lag=500.0), Outcome.ANSWERED, "replica_behind"),
        (Beat(known=9e5, age=30.0), Outcome.ANSWERED, "replica_stopped"),
        (Beat(known=9e5, age=30.0, lag=2.0, good=False), Outcome.ANSWERED, "job_failed"),
        (Beat(known=9e5, age=3_000.0, lag=2.0), Outcome.ANSWERED, "beat_late"),
        (Beat(known=9e5), Outcome.ANSWERED, "beat_missing"),
        (Beat(known=5.0), Outcome.SKIPPED, "beat_awaited"),
        (None, Outcome.SKIPPED, "beats_closed"),
    ],
)
def test_a_replica_may_report_its_lag(beat: Beat | None, outcome: Outcome, reason: str) -> None:
    answer, _ = ask_a_report(replication, beat, expected="1m")
    assert (answer.outcome, answer.reason) == (outcome, reason)


@pytest.mark.server("sshd", "ssh-keygen")
@pytest.mark.parametrize(
    ("age", "reason"),
    [(60, ""), (600, "replica_behind"), (-3_600, "clock_ahead"), (None, "replica_stopped")],
)
def test_the_age_of_a_replicated_file_is_the_lag(
    server: Sshd, key: Path, tmp_path: Path, age: int | None, reason: str
) -> None:
    if age is not None:
        (tmp_path / "alive").touch()
        os.utime(tmp_path / "alive", (time.time() - age, time.time() - age))
    options = {"path": f"{tmp_path}/alive", "rpo": "5m"}
    answer, figures = ask_by_ssh(replication, server, tmp_path, key, options)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, reason)
    assert figures["probe_success"] == int(not reason)
    is_known = age is not None and age >= 0
    assert (figures["extranet_replication_lag_seconds"] is not None) == is_known


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": "https://x/"},
        {"device": "x"},
        {"url": "https://x/", "lag": "/l", "device": "x", "path": "/p"},
        {"token": Secret("short")},
    ],
)
def test_a_question_without_sense_is_refused_by_the_check(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        replication.Options.model_validate(options)
