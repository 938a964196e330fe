"""Documents are kept by what is in them, privately, and never come back as something else."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.backup import backup, restore
from store.documents import LARGEST, DocumentError, Documents, media_of
from store.errors import StoreError
from store.ledger import open_ledger

PDF = b"%PDF-1.7 notice"


def packed(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


def files(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (packed("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
        (
            packed("[Content_Types].xml", "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            packed("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (packed("a.txt"), "application/zip"),
        (b"Received: from a\r\n by b\r\nFrom: x@y\r\n\r\nhello", "message/rfc822"),
        ("停电通知\n".encode(), "text/plain"),
        ("停电通知\n".encode("gb18030"), "text/plain"),
        (b"<script>alert(1)</script>", "text/plain"),
        (b"MZ\x90\x00\x03", None),
        (b"\x7fELF\x02\x01", None),
        (b"#!/bin/sh\x00", None),
        (b"\x1b[31mred", None),
    ],
)
def test_what_a_file_is_is_told_by_its_content(content: bytes, media: str | None) -> None:
    assert media_of(content) == media


def test_a_long_text_is_a_text_wherever_it_is_cut() -> None:
    assert media_of("停".encode() * 40_000) == "text/plain"


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = Documents(tmp_path).keep(PDF)
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
    assert Documents(tmp_path).read(kept.sha256) == PDF
    assert Documents(tmp_path).find(kept.sha256) == kept


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    Documents(tmp_path).keep(PDF)
    (path,) = files(tmp_path)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)]
    assert modes == [0o600, 0o700]


def test_the_same_file_is_kept_once(tmp_path: Path) -> None:
    documents = Documents(tmp_path, most=1)
    assert documents.keep(PDF) == documents.keep(PDF)
    assert len(files(tmp_path)) == 1


def test_a_flipped_octet_is_found_and_nothing_is_returned(tmp_path: Path) -> None:
    kept = Documents(tmp_path).keep(PDF)
    (path,) = files(tmp_path)
    path.write_bytes(PDF.replace(b"n", b"m"))
    with pytest.raises(StoreError) as raised:
        Documents(tmp_path).read(kept.sha256)
    assert raised.value.code == "corrupt"


def test_handed_in_again_a_damaged_file_is_whole(tmp_path: Path) -> None:
    kept = Documents(tmp_path).keep(PDF)
    files(tmp_path)[0].write_bytes(b"")
    Documents(tmp_path).keep(PDF)
    assert Documents(tmp_path).read(kept.sha256) == PDF


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"x" * (LARGEST + 1), "too_large"), (b"\x00", "not_allowed")],
    ids=["empty", "large", "binary"],
)
def test_what_is_not_taken_leaves_nothing(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as raised:
        Documents(tmp_path).keep(content)
    assert (raised.value.code, files(tmp_path)) == (code, [])


@pytest.mark.parametrize("bounds", [{"most": 1}, {"most_octets": len(PDF) + 1}])
def test_the_store_has_an_end(tmp_path: Path, bounds: dict[str, int]) -> None:
    Documents(tmp_path).keep(PDF)
    with pytest.raises(DocumentError) as raised:
        Documents(tmp_path, **bounds).keep(b"another text")
    assert raised.value.code == "full"


@pytest.mark.parametrize("name", ["", "../ledger.sqlite", "0" * 63, "A" * 64, "0" * 64 + "\n"])
def test_what_is_no_hash_is_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"x")
    assert Documents(tmp_path).read(name) is None


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    kept = Documents(tmp_path).keep(PDF)
    (path,) = files(tmp_path)
    path.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(PDF)
    path.symlink_to(elsewhere)
    with pytest.raises(StoreError):
        Documents(tmp_path).read(kept.sha256)


@given(st.binary(max_size=200))
def test_anything_is_told_or_not_taken(content: bytes) -> None:
    media = media_of(content)
    assert media is None or "/" in media


def test_documents_are_in_a_backup_and_come_back(tmp_path: Path) -> None:
    store, other = tmp_path / "store", tmp_path / "other"
    with closing(open_ledger(store, 1_795_500_000)):
        kept = Documents(store).keep(PDF)
    backup(store, tmp_path / "file", 1_795_500_000)
    restore(tmp_path / "file", other)
    assert Documents(other).read(kept.sha256) == PDF
