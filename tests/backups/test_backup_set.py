"""Backups are looked at where they lie, by a real sshd, or as a real web server tells of them."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from collectors import backup_set
from inventory.model import ProbeSpec, device_target, service_target
from metrics.observation import Outcome
from tests.backups.asking import ask_by_http, ask_by_ssh
from tests.backups.jobs import with_backup
from tests.ssh.sshd import Sshd

HOUR = 3_600
POINTERS = {"list": "/jobs", "time": "/end", "size": "/bytes", "result": "/state"}


def job(hours: float, size: int | None, state: object = "OK") -> dict[str, object]:
    return {"end": time.time() - hours * HOUR, "bytes": size, "state": state}


def told(*jobs: object) -> bytes:
    return json.dumps({"jobs": jobs}).encode()


def test_the_newest_good_set_of_a_list_counts() -> None:
    body = told(job(30, 9_000), job(6, 10_000), job(1, 7, "FAILED"))
    answer, figures = ask_by_http(backup_set, body, POINTERS | {"rpo": "26h", "shrink": 50})
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    assert figures["probe_success"] == 1
    assert figures["extranet_backup_age_seconds"] == pytest.approx(6 * HOUR, abs=20)
    assert figures["extranet_backup_size_bytes"] == 10_000
    assert figures["extranet_backup_sets"] == 2
    assert figures["extranet_backup_rpo_seconds"] == 26 * HOUR


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (told(job(27, 10_000)), "backup_too_old"),
        (told(job(1, 10)), "backup_too_small"),
        (told(job(1, 4_000), job(25, 10_000)), "backup_shrunk"),
        (told(job(-2, 10_000)), "clock_ahead"),
        (told(), "backup_missing"),
        (told(job(1, 10_000, "failed"), job(9, 10_000, state=False)), "job_failed"),
    ],
)
def test_what_is_wrong_is_named(body: bytes, reason: str) -> None:
    demand = {"rpo": "26h", "smallest": "1k", "shrink": 50}
    answer, figures = ask_by_http(backup_set, body, POINTERS | demand)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, reason)
    assert figures["probe_success"] == 0


def test_an_empty_set_is_no_backup() -> None:
    answer, _ = ask_by_http(backup_set, told(job(1, 0)), POINTERS)
    assert answer.reason == "backup_too_small"


def test_one_set_may_be_told_without_a_list() -> None:
    body = json.dumps({"last": {"at": "2001/01/01 00:00", "size": "12"}}).encode()
    options = {"time": "/last/at", "size": "/last/size"}
    answer, figures = ask_by_http(backup_set, body, options)
    assert (answer.reason, figures["extranet_backup_size_bytes"]) == ("backup_too_old", 12)


@pytest.mark.parametrize(
    "body", [b"<html>", b"{}", b'{"jobs": {}}', told({"state": "ok"}), told("ok"), b"[1", b"null"]
)
def test_what_cannot_be_read_is_neither_missing_nor_good(body: bytes) -> None:
    options = {"list": "/jobs", "time": "/end"}
    answer, figures = ask_by_http(backup_set, body, options)
    assert (answer.outcome, answer.reason) == (Outcome.GARBLED, "backup_unread")
    assert figures["probe_success"] == 0
    assert figures["extranet_backup_age_seconds"] is None


def test_an_error_of_the_server_is_a_refusal() -> None:
    answer, _ = ask_by_http(backup_set, b"{}", {"time": "/x"}, status=503)
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "http_status")


def test_an_answer_beyond_sense_is_cut() -> None:
    answer, _ = ask_by_http(backup_set, b'"' + b"x" * 2_000_000 + b'"', {"time": "/x"})
    assert (answer.outcome, answer.reason) == (Outcome.GARBLED, "too_large")


@pytest.mark.server("sshd", "ssh-keygen")
def test_files_are_looked_at_by_sftp_through_the_ssh_process(
    server: Sshd, key: Path, tmp_path: Path
) -> None:
    sets = tmp_path / "sets"
    sets.mkdir()
    for hours, name, size in ((5, "full-1.dmp", 900), (29, "full-0.dmp", 800), (1, "log", 1)):
        (sets / name).write_bytes(bytes(size))
        at = time.time() - hours * HOUR
        os.utime(sets / name, (at, at))
    options = {"path": f"{sets}/full-*.dmp", "rpo": "6h"}
    answer, figures = ask_by_ssh(backup_set, server, tmp_path, key, options)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    assert figures["extranet_backup_age_seconds"] == pytest.approx(5 * HOUR, abs=20)
    assert (figures["extranet_backup_size_bytes"], figures["extranet_backup_sets"]) == (900, 2)


def test_a_host_without_a_way_in_is_not_asked() -> None:
    spec = ProbeSpec("backup_set", 60.0, options={"device": "xg-r1", "path": "/b/*"})
    assert backup_set.plan(spec, service_target("nightly"), with_backup(spec)) is None
    assert backup_set.plan(spec, device_target("xg-r1"), with_backup(spec)) is None


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"device": "x"},
        {"url": "https://x/"},
        {"device": "x", "path": "/a/*", "url": "https://x/", "time": "/t"},
        {"device": "x", "path": "relative/*"},
        {"device": "x", "path": "/a/../etc/*"},
        {"device": "x", "path": "/a/"},
        {"url": "https://x/", "time": "t"},
        {"url": "https://x/", "time": "/t", "rpo": "0s"},
    ],
)
def test_a_question_without_sense_is_refused_by_the_check(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        backup_set.Options.model_validate(options)
