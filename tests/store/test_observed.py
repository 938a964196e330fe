"""What was seen last of each device: kept, replaced, bounded, begun anew where damaged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import EntryError
from store.observed import FILE, LARGEST, Head, Row, open_observed

NOW = 1_795_500_000
ROW = Row("xs-r1", NOW, "XS-R1", b'{"platform":"generic"}', b"{}")


def test_a_row_is_there_after_a_restart(tmp_path: Path) -> None:
    with closing(open_observed(tmp_path, NOW)) as before:
        before.keep(ROW)
    with closing(open_observed(tmp_path, NOW)) as after:
        assert after.row("xs-r1") == ROW


def test_a_device_that_was_never_seen_has_no_row(tmp_path: Path) -> None:
    with closing(open_observed(tmp_path, NOW)) as observed:
        assert observed.row("xs-r1") is None


def test_what_is_seen_later_takes_the_place_of_what_was_seen_before(tmp_path: Path) -> None:
    later = Row("xs-r1", NOW + 60, "XS-R1", b"{}", b"")
    with closing(open_observed(tmp_path, NOW)) as observed:
        observed.keep(ROW)
        observed.keep(later)
        assert observed.row("xs-r1") == later
        assert observed.heads() == [Head("xs-r1", NOW + 60, "XS-R1")]


def test_what_is_normal_changes_alone(tmp_path: Path) -> None:
    with closing(open_observed(tmp_path, NOW)) as observed:
        observed.keep(ROW)
        observed.keep_state("xs-r1", b'{"normal":{}}')
        assert observed.row("xs-r1") == msgspec.structs.replace(ROW, state=b'{"normal":{}}')


def test_a_device_that_left_is_forgotten_when_it_is_old(tmp_path: Path) -> None:
    with closing(open_observed(tmp_path, NOW)) as observed:
        for device, at in (("stays", NOW - 100), ("left", NOW - 100), ("just-left", NOW)):
            observed.keep(Row(device, at, "", b"", b""))
        assert observed.forget({"stays"}, NOW) == ["left"]
        assert [head.device for head in observed.heads()] == ["just-left", "stays"]


def test_a_document_beyond_all_bounds_is_refused_by_name(tmp_path: Path) -> None:
    with closing(open_observed(tmp_path, NOW)) as observed:
        with pytest.raises(EntryError) as refused:
            observed.keep(Row("huge", NOW, "", os.urandom(LARGEST + 1), b""))
        assert refused.value.entry == "huge"
        assert observed.heads() == []


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    with closing(open_observed(tmp_path, NOW)):
        assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


@given(damage=st.binary(min_size=1, max_size=64), at=st.integers(0, 95))
def test_a_damaged_file_is_named_set_aside_and_begun_anew(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, at: int
) -> None:
    folder = tmp_path_factory.mktemp("store")
    (folder / FILE).write_bytes(b"no database " * 100)
    with (folder / FILE).open("r+b") as file:
        file.seek(at)
        file.write(damage)
    with closing(open_observed(folder, NOW)) as observed:
        assert observed.aside == folder / f"observed-corrupt-{NOW}.sqlite"
        observed.keep(ROW)
        assert observed.row("xs-r1") == ROW


def test_of_files_that_were_set_aside_the_last_one_stays(tmp_path: Path) -> None:
    for now in (NOW, NOW + 1):
        (tmp_path / FILE).write_bytes(b"no database " * 100)
        open_observed(tmp_path, now).close()
    assert [path.name for path in tmp_path.glob("observed-corrupt-*.sqlite")] == [
        f"observed-corrupt-{NOW + 1}.sqlite"
    ]


def test_a_file_of_a_later_version_is_set_aside(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as later:
        later.execute("PRAGMA user_version = 9")
    with closing(open_observed(tmp_path, NOW)) as observed:
        assert observed.aside is not None


def test_a_sound_file_is_not_set_aside(tmp_path: Path) -> None:
    for _ in range(2):
        with closing(open_observed(tmp_path, NOW)) as observed:
            assert observed.aside is None


def test_it_can_be_begun_anew_while_it_is_open(tmp_path: Path) -> None:
    with closing(open_observed(tmp_path, NOW)) as observed:
        observed.keep(ROW)
        observed.begin_anew(NOW + 1)
        assert observed.heads() == []
        assert observed.aside == tmp_path / f"observed-corrupt-{NOW + 1}.sqlite"
