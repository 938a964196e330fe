"""What is kept of configurations: in git, masked; sealed, whole; and neither lost by a crash."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import zlib
from pathlib import Path

import pytest

from metrics.observation import Outcome
from runtime.configurations.job import Keeper, KeepingSettings
from store.configurations import CHECKED, FULL, REPOSITORY, Configurations
from store.errors import StoreError
from store.revisions import Note
from tests.configurations.keeping import KEY, NOW, OTHER, SECRETS, TEXT, Boxes, said

pytestmark = pytest.mark.server("git")


@pytest.fixture
def boxes(tmp_path: Path) -> Boxes:
    return Boxes(tmp_path, {"xs-r1": said()})


def store(boxes: Boxes, key: bytes | None = KEY) -> Configurations:
    return Configurations(boxes.store, key)


def objects(repository: Path) -> bytes:
    """Everything git holds, decompressed."""
    listed = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch"],
        cwd=repository, capture_output=True, check=True, env={"GIT_DIR": ".", "PATH": os.defpath},
    )  # fmt: skip
    loose = [
        zlib.decompress(file.read_bytes())
        for file in repository.glob("objects/??/*")
        if file.is_file()
    ]
    return listed.stdout + b"".join(loose)


def test_the_first_reading_is_kept_and_is_no_change(boxes: Boxes) -> None:
    kept = boxes.keep("xs-r1")

    assert (kept.outcome, kept.changed) == (Outcome.ANSWERED, False)
    (only,) = store(boxes).revisions("xs-r1", 10)
    assert (only.revision, only.first, only.note.at) == (kept.revision, True, NOW)


def test_the_same_text_is_no_new_revision(boxes: Boxes) -> None:
    first = boxes.keep("xs-r1")
    boxes.says["xs-r1"] = said(TEXT.replace("sysname", "!Last configuration was saved\nsysname"))

    assert boxes.keep("xs-r1") == first


def test_a_change_is_a_revision_with_its_lines(boxes: Boxes) -> None:
    first = boxes.keep("xs-r1")
    boxes.says["xs-r1"] = said(OTHER)

    kept = boxes.keep("xs-r1")

    assert (kept.changed, kept.added, kept.removed) == (True, 1, 1)
    made = store(boxes).diff("xs-r1", first.revision, kept.revision, 100)
    assert "- description 至孝南县 100M" in made.lines
    assert "+ description 至孝南县 200M" in made.lines


def test_a_long_difference_is_cut_and_the_rest_counted(boxes: Boxes) -> None:
    first = boxes.keep("xs-r1")
    boxes.says["xs-r1"] = said(
        TEXT.replace("#\nreturn", "#\n" + "acl number 2000\n" * 50 + "return")
    )
    kept = boxes.keep("xs-r1")

    made = store(boxes).diff("xs-r1", first.revision, kept.revision, 10)

    assert len(made.lines) == 10
    assert made.more == 1 + 3 + 50 + 1 - 10  # the head, lines around, and those that are new


def test_a_secret_that_changed_is_a_change(boxes: Boxes) -> None:
    boxes.keep("xs-r1")
    boxes.says["xs-r1"] = said(TEXT.replace("hunter2secret", "hunter3secret"))

    kept = boxes.keep("xs-r1")

    assert (kept.changed, kept.added, kept.removed) == (True, 1, 1)


def test_no_secret_is_in_any_object_of_git(boxes: Boxes) -> None:
    boxes.keep("xs-r1")
    boxes.says["xs-r1"] = said(OTHER)
    boxes.keep("xs-r1")

    held = objects(boxes.store / REPOSITORY)

    assert "至孝南县".encode() in held
    for secret in SECRETS:
        assert secret.encode() not in held


def test_no_secret_is_readable_anywhere_in_the_store(boxes: Boxes) -> None:
    boxes.keep("xs-r1")

    for file in boxes.store.rglob("*"):
        if file.is_file():
            for secret in SECRETS:
                assert secret.encode() not in file.read_bytes()


def test_nobody_else_may_look_into_it(boxes: Boxes) -> None:
    boxes.keep("xs-r1")

    for path in (REPOSITORY, FULL, CHECKED):
        assert (boxes.store / path).stat().st_mode & 0o077 == 0
    for file in (boxes.store / FULL).rglob("*.enc"):
        assert file.stat().st_mode & 0o077 == 0


def test_the_full_text_comes_back_with_the_key(boxes: Boxes) -> None:
    kept = boxes.keep("xs-r1")

    assert store(boxes).full("xs-r1", kept.revision) == TEXT


def test_another_key_opens_nothing(boxes: Boxes) -> None:
    kept = boxes.keep("xs-r1")

    with pytest.raises(StoreError) as refused:
        store(boxes, bytes(32)).full("xs-r1", kept.revision)
    assert refused.value.code == "wrong_key"


@pytest.mark.parametrize("at", [-1, 30])
def test_a_sealed_text_that_was_touched_is_refused(boxes: Boxes, at: int) -> None:
    kept = boxes.keep("xs-r1")
    (file,) = (boxes.store / FULL).rglob("*.enc")
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)

    with pytest.raises(StoreError) as refused:
        store(boxes).full("xs-r1", kept.revision)
    assert refused.value.code == "corrupt"


def test_a_sealed_text_is_not_taken_for_another_devices(boxes: Boxes) -> None:
    boxes.says["xs-r2"] = said(OTHER)
    one, other = boxes.keep("xs-r1"), boxes.keep("xs-r2")
    full = boxes.store / FULL
    shutil.copy(full / "xs-r2" / f"{other.revision}.enc", full / "xs-r1" / f"{one.revision}.enc")

    with pytest.raises(StoreError) as refused:
        store(boxes).full("xs-r1", one.revision)
    assert refused.value.code == "corrupt"


def test_of_the_full_texts_the_newest_are_kept(tmp_path: Path) -> None:
    keeper = Keeper(KeepingSettings(str(tmp_path), KEY, most=2))
    kept = [
        keeper.keep(
            "xs-r1", "huawei_vrp", said(TEXT.replace("100M", f"{size}M")), why="whole", now=NOW
        )
        for size in (1, 2, 3, 4)
    ]

    found = Configurations(tmp_path, KEY, 2)
    assert found.full_revisions("xs-r1") == {one.revision for one in kept[2:]}
    assert len(found.revisions("xs-r1", 10)) == 4


def test_without_a_key_only_masked_texts_are_kept(tmp_path: Path) -> None:
    boxes = Boxes(tmp_path, {"xs-r1": said()}, key=b"")
    kept = boxes.keep("xs-r1")

    assert not (tmp_path / FULL).exists()
    assert "sysname xs-r1" in store(boxes, None).text("xs-r1", kept.revision)


def test_a_key_that_came_later_seals_what_is_there(tmp_path: Path) -> None:
    boxes = Boxes(tmp_path, {"xs-r1": said()}, key=b"")
    boxes.keep("xs-r1")
    boxes.key = KEY

    kept = boxes.keep("xs-r1")

    assert kept.changed is False, "other tags are no change of the device"
    assert store(boxes).full("xs-r1", kept.revision) == TEXT


@pytest.mark.parametrize(("now_says", "changed"), [("NocRead9", False), ("NocRead9 owner x", True)])
def test_what_an_earlier_version_left_unmasked_is_no_change(
    boxes: Boxes, now_says: str, *, changed: bool
) -> None:
    rest = f"rmon event 1 log trap {now_says}\nreturn\n" if changed else "return\n"
    was = TEXT.replace("return\n", "rmon event 2 trap NocRead9\nreturn\n")
    earlier = store(boxes)
    earlier.open()
    earlier.add("xs-r1", was, was, None, Note(NOW, 0, "first", "huawei_vrp", "earlier patterns"))
    boxes.says["xs-r1"] = said(was.replace("return\n", rest))

    assert boxes.keep("xs-r1").changed is changed


def test_another_key_hides_no_real_change(tmp_path: Path) -> None:
    boxes = Boxes(tmp_path, {"xs-r1": said()}, key=b"")
    boxes.keep("xs-r1")
    boxes.key, boxes.says["xs-r1"] = KEY, said(OTHER)

    assert boxes.keep("xs-r1").changed is True


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "config_empty"),
        (TEXT.replace("return\n", ""), "config_incomplete"),
        ("x" * 50_000_000, "config_too_large"),
    ],
    ids=["empty", "half", "50 MB"],
)
def test_what_is_no_configuration_changes_nothing(boxes: Boxes, text: str, reason: str) -> None:
    before = boxes.keep("xs-r1")
    boxes.says["xs-r1"] = said(text)

    kept = boxes.keep("xs-r1")

    assert (kept.outcome, kept.reason) == (Outcome.GARBLED, reason)
    latest = store(boxes).latest("xs-r1")
    assert latest is not None
    assert latest.revision == before.revision


@pytest.mark.parametrize("device", ["a..b", "x.lock", "0.", "a-.-b"])
def test_ids_that_git_would_not_take_for_a_branch_are_kept_apart(
    tmp_path: Path, device: str
) -> None:
    boxes = Boxes(tmp_path, {device: said(), "xs-r1": said(OTHER)})
    kept = boxes.keep(device)
    boxes.keep("xs-r1")

    assert store(boxes).marks()[device] == {"latest": kept.revision}


@pytest.mark.parametrize("device", ["../x", "x/y", "-x", "", "x;y", "HEAD"])
def test_what_is_no_id_gets_into_no_path(tmp_path: Path, device: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        Configurations(tmp_path, None).checked(device, NOW)


def test_a_device_has_only_its_own_revisions(boxes: Boxes) -> None:
    boxes.says["xs-r2"] = said(OTHER)
    one = boxes.keep("xs-r1")
    boxes.keep("xs-r2")

    assert store(boxes).has("xs-r1", one.revision)
    assert not store(boxes).has("xs-r2", one.revision)


def test_a_configuration_of_a_users_git_does_not_count(
    boxes: Boxes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / "hooks").mkdir(parents=True)
    hook = home / "hooks" / "reference-transaction"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[core]\nhooksPath = {home}/hooks\n[commit]\ngpgSign = true\n"
    )
    monkeypatch.setenv("HOME", str(home))

    assert boxes.keep("xs-r1").outcome is Outcome.ANSWERED


# A crash in the middle.

_CALLS = 11
"""Calls of git that keeping a change takes."""

_KILLER = """#!/bin/sh
echo . >>"$(dirname "$0")/calls"
[ "$(wc -l <"$(dirname "$0")/calls")" -eq STEP ] && kill -9 $PPID && exit 1
PATH=REST exec git "$@"
"""


def die_at(step: int, folder: Path, boxes: Boxes) -> int:
    """Keep in a process that is killed when it calls git for the so-manieth time."""
    folder.mkdir()
    killer = folder / "git"
    rest = os.environ["PATH"]
    killer.write_text(_KILLER.replace("STEP", str(step)).replace("REST", rest))
    killer.chmod(0o755)
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.environ["PATH"] = f"{folder}:{rest}"
    boxes.keep("xs-r1")
    os._exit(0)


@pytest.mark.parametrize("step", range(1, 13))
def test_a_death_between_any_two_steps_loses_nothing(
    boxes: Boxes, tmp_path_factory: pytest.TempPathFactory, step: int
) -> None:
    first = boxes.keep("xs-r1")
    boxes.says["xs-r1"] = said(OTHER)

    died = die_at(step, tmp_path_factory.mktemp("git") / "bin", boxes)

    assert died == (-signal.SIGKILL if step <= _CALLS else 0)
    again = boxes.keep("xs-r1")
    assert again.outcome is Outcome.ANSWERED
    found = store(boxes).revisions("xs-r1", 10)
    assert [one.revision for one in found] == [again.revision, first.revision]
    assert store(boxes).full("xs-r1", again.revision) == OTHER


def test_a_lock_that_a_killed_git_left_is_no_obstacle(boxes: Boxes) -> None:
    boxes.keep("xs-r1")
    (boxes.store / REPOSITORY / "refs/heads/devices/xs-r1.lock").touch()
    (boxes.store / REPOSITORY / "packed-refs.lock").touch()
    boxes.says["xs-r1"] = said(OTHER)

    assert boxes.keep("xs-r1").changed


@pytest.mark.parametrize("left", ["config", "objects"])
def test_a_repository_that_was_half_made_is_made_whole(boxes: Boxes, left: str) -> None:
    half = boxes.store / REPOSITORY
    half.mkdir(mode=0o700)
    if left == "objects":
        (half / "objects").mkdir()
    else:
        (half / left).touch()

    assert boxes.keep("xs-r1").outcome is Outcome.ANSWERED


def test_a_store_that_refuses_is_told_and_not_taken_for_the_devices_fault(tmp_path: Path) -> None:
    (tmp_path / REPOSITORY).write_text("a file where the folder would be")
    kept = Boxes(tmp_path, {"xs-r1": said()}).keep("xs-r1")

    assert (kept.outcome, kept.reason) == (Outcome.SKIPPED, "config_not_kept")


def test_who_comes_second_does_not_overwrite_the_first(boxes: Boxes) -> None:
    boxes.keep("xs-r1")
    found = store(boxes)
    before = found.latest("xs-r1")
    assert before is not None
    found.add("xs-r1", "a\n", "a\n", before, before.note)

    with pytest.raises(StoreError) as refused:
        found.add("xs-r1", "b\n", "b\n", before, before.note)
    assert (refused.value.code, refused.value.temporary) == ("locked", True)


def test_many_small_files_are_packed_and_nothing_is_lost(boxes: Boxes) -> None:
    kept = boxes.keep("xs-r1")
    found = store(boxes)
    found.tidy(loose=1)

    assert not list((boxes.store / REPOSITORY).glob("objects/??/*"))
    assert "sysname" in found.text("xs-r1", kept.revision)
    boxes.says["xs-r1"] = said(OTHER)
    assert boxes.keep("xs-r1").changed


def test_below_the_floor_of_the_disk_nothing_is_added_and_nothing_is_lost(tmp_path: Path) -> None:
    roomy = Keeper(KeepingSettings(str(tmp_path), KEY))
    first = roomy.keep("xs-r1", "huawei_vrp", said(), why="first", now=NOW)
    full = Keeper(KeepingSettings(str(tmp_path), KEY, floor=1 << 60))

    same = full.keep("xs-r1", "huawei_vrp", said(), why="whole", now=NOW)
    other = full.keep("xs-r1", "huawei_vrp", said(OTHER), why="whole", now=NOW)

    assert same == first
    assert (other.outcome, other.reason) == (Outcome.SKIPPED, "config_not_kept")
    assert roomy.keep("xs-r1", "huawei_vrp", said(OTHER), why="whole", now=NOW).changed


def test_a_store_that_refuses_is_logged_once_until_it_works_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(KeepingSettings(str(tmp_path), KEY))
    place = tmp_path / REPOSITORY
    place.write_text("no folder")
    for _ in range(3):
        keeper.keep("xs-r1", "huawei_vrp", said(), why="first", now=NOW)
    place.unlink()
    keeper.keep("xs-r1", "huawei_vrp", said(), why="first", now=NOW)

    assert [record.getMessage() for record in caplog.records] == [
        "configurations cannot be kept", "configurations can be kept again",
    ]  # fmt: skip
