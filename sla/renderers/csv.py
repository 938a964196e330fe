"""CSV: a file per table in a zip, UTF-8 with a mark so that Excel reads Chinese.

A spreadsheet takes a text that begins with `=`, `+`, `-`, `@` or their full-width forms, with a
tab, a line's end or an apostrophe for more than text. Such a text gets an apostrophe in front, and
only such a text: whoever takes one apostrophe away from the front of a text that has one reads what
was written. Numbers are not quoted, texts are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sla.renderers._tables import Row, Table, checks, columns_of, summary, tables
from sla.renderers._words import Kind, Value, Words, clean
from sla.report import Number, Ratio, Report
from texts.say import Language

FORMAT: Final = "csv"
MEDIA: Final = "application/zip"
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The time of each file in the zip: the same report gives the same bytes."""


def render(report: Report, sha256: str, language: Language, now: int | None = None) -> bytes:
    """Return the zip."""
    words = Words(language, report.zone)
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        _put(archive, "summary", _head(report, sha256, words, now))
        for table in tables(report, words):
            _put(archive, table.code, _lines(table, words))
        _put(archive, "checks", _points(report, sha256, words))
    return whole.getvalue()


def _put(archive: ZipFile, name: str, lines: Iterator[list[str | int]]) -> None:
    text = StringIO(newline="")
    text.write("\ufeff")
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC).writerows(lines)
    entry = ZipInfo(f"{name}.csv", _LONG_AGO)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, text.getvalue().encode())


def _head(report: Report, sha256: str, words: Words, now: int | None) -> Iterator[list[str | int]]:
    yield [guarded(words.title(report)), ""]
    if report.provisional:
        yield [words.say("provisional"), ""]
    yield [words.say("hash_line", sha256=sha256), ""]
    if now is not None:
        yield [words.say("printed", when=words.time(now)), ""]
    for code, kind, value in summary(report, words):
        yield [words.say(f"summary.{code}"), _cell(kind, value, words)]


def _points(report: Report, sha256: str, words: Words) -> Iterator[list[str | int]]:
    for number, point in enumerate(checks(report, sha256, words), 1):
        yield [number, guarded(point)]


def _lines(table: Table, words: Words) -> Iterator[list[str | int]]:
    yield [*columns_of(table, words)]
    for row in table.rows:
        yield _row(table, row, words)


def _row(table: Table, row: Row, words: Words) -> list[str | int]:
    return [
        _cell(column.kind, value, words) for column, value in zip(table.columns, row, strict=True)
    ]


def _cell(kind: Kind, value: Value, words: Words) -> str | int:
    if isinstance(value, int) and kind in {"whole", "seconds"}:
        return value
    if isinstance(value, Ratio | Number) or kind == "yuan":
        return words.shown(kind, value)
    return guarded(words.shown(kind, value))


def guarded(text: str) -> str:
    """Return a text that a spreadsheet shows as it is."""
    text = clean(text)
    return f"'{text}" if text.startswith(_RISKY) else text
