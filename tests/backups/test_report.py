"""What other systems tell is read as the standards say, and nothing they write raises."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from collectors._report import Pointer, at, document, instant, is_missing, number, whole

EXAMPLE = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6,
    " ": 7, "m~n": 8,
}  # fmt: skip
"""RFC 6901, section 5."""

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", EXAMPLE), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1),
        ("/c%d", 2), ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8),
    ],
)  # fmt: skip
def test_pointers_lead_where_the_rfc_says(pointer: str, expected: object) -> None:
    assert at(EXAMPLE, pointer) == expected


@pytest.mark.parametrize("pointer", ["/foo/2", "/foo/01", "/foo/-", "/foo/x", "/nobody", "/a~1b/c"])
def test_a_pointer_that_leads_nowhere_says_so(pointer: str) -> None:
    assert is_missing(at(EXAMPLE, pointer))


@pytest.mark.parametrize("written", ["foo", "/a~2b", "/a~"])
def test_what_is_no_pointer_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Pointer).validate_python(written)


AT = datetime(2026, 11, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    "told",
    [
        AT.timestamp(),
        int(AT.timestamp() * 1000),
        str(int(AT.timestamp())),
        "2026-11-03T02:10:00+08:00",
        "2026-11-02T18:10:00Z",
        "2026-11-03 02:10:00",
        "2026/11/3 02:10:00",
        " 2026.11.03 02:10:00 ",
    ],
)
def test_an_instant_is_read_however_it_is_written(told: object) -> None:
    assert instant(told) == AT.astimezone(UTC).timestamp()


@pytest.mark.parametrize(
    "told", [None, True, "", "yesterday", -5, 0, 1e300, [], {}, "9" * 65, "2026-13-01", 10**400]
)
def test_what_is_no_instant_is_none(told: object) -> None:
    assert instant(told) is None


@given(values)
def test_whatever_is_told_reads_or_is_none(told: object) -> None:
    for read in (instant, number, whole):
        found = read(told)
        assert found is None or found == found  # noqa: PLR0124 - no NaN


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15))
def test_a_number_is_itself_also_as_json(told: float) -> None:
    assert number(document(json.dumps(told).encode())) == float(told)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_none(body: bytes) -> None:
    document(body)


def test_a_document_nested_beyond_sense_is_none() -> None:
    assert document(b"[" * 200_000 + b"]" * 200_000) is None
