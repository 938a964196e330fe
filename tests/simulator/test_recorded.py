"""A recorded device answers what was recorded, in the order of a walk, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import ber, recorded
from tests.simulator.asking import COMMUNITY, request, taken_apart

LINES = """\
# the order of the lines does not matter
1.3.6.1.2.1.1.5.0|4x|d0a2b8d0
1.3.6.1.2.1.1.1.0|4|a box

1.3.6.1.2.1.1.3.0|67|4294967295
1.3.6.1.2.1.1.3.0|67|1
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1
1.3.6.1.2.1.2.2.1.8.2|2|-1
1.3.6.1.2.1.2.2.1.8.10|2|1
1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1
1.3.6.1.2.1.31.1.1.1.6.2|70|18446744073709551615
"""
SYSTEM = (1, 3, 6, 1, 2, 1, 1)
OPER = (1, 3, 6, 1, 2, 1, 2, 2, 1, 8)
OCTETS = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)


@pytest.fixture
def box(tmp_path: Path) -> recorded.Recording:
    path = tmp_path / "box.snmprec"
    path.write_text(LINES, encoding="utf-8")
    return recorded.read(path)


def answered(
    box: recorded.Recording, data: bytes
) -> tuple[int, int, list[tuple[ber.Oid, int, bytes]]]:
    response = box.answer(data, COMMUNITY)
    assert response is not None
    return taken_apart(response)


def test_values_keep_their_types_and_bytes(box: recorded.Recording) -> None:
    oids = [(*SYSTEM, 5, 0), (*SYSTEM, 2, 0), (*OPER, 2), (*OCTETS, 2)]
    _, _, bindings = answered(box, request(oids))
    assert [(tag, contents) for _, tag, contents in bindings] == [
        (ber.OCTET_STRING, b"\xd0\xa2\xb8\xd0"),
        (ber.OBJECT_ID, ber.encode_oid((1, 3, 6, 1, 4, 1, 9, 1))),
        (ber.INTEGER, b"\xff"),
        (ber.COUNTER64, b"\x00" + b"\xff" * 8),
    ]


def test_of_an_oid_that_stands_twice_the_first_line_counts(box: recorded.Recording) -> None:
    _, _, [(_, _, contents)] = answered(box, request([(*SYSTEM, 3, 0)]))
    assert int.from_bytes(contents, "big") == 4294967295
    assert len(box) == 8


def test_a_walk_goes_by_number_not_by_text(box: recorded.Recording) -> None:
    _, _, [(oid, _, _)] = answered(box, request([(*OPER, 2)], ber.GETNEXT))
    assert oid == (*OPER, 10)


def test_getbulk_gives_rows_and_the_end_of_the_view(box: recorded.Recording) -> None:
    _, _, bindings = answered(box, request([OPER], ber.GETBULK, 0, 50))
    assert [oid for oid, _, _ in bindings[:2]] == [(*OPER, 2), (*OPER, 10)]
    assert bindings[-1][1] == ber.END_OF_MIB_VIEW


def test_getbulk_of_columns_gives_them_side_by_side(box: recorded.Recording) -> None:
    _, _, bindings = answered(box, request([SYSTEM, OPER], ber.GETBULK, 0, 2))
    assert [oid for oid, _, _ in bindings] == [
        (*SYSTEM, 1, 0), (*OPER, 2), (*SYSTEM, 2, 0), (*OPER, 10),
    ]  # fmt: skip


def test_what_does_not_fit_is_left_out_and_nothing_that_fits_is_too_big(
    box: recorded.Recording,
) -> None:
    bulk = request([SYSTEM], ber.GETBULK, 0, 50)
    short, tiny = box.answer(bulk, COMMUNITY, 120), box.answer(bulk, COMMUNITY, 50)
    assert short is not None
    assert tiny is not None
    assert 0 < len(taken_apart(short)[2]) < 8
    assert taken_apart(tiny)[0] == ber.TOO_BIG


def test_snmpv1_refuses_a_missing_name_and_passes_over_counter64(box: recorded.Recording) -> None:
    status, index, _ = answered(box, request([(*SYSTEM, 1, 0), (*SYSTEM, 9, 0)], version=0))
    assert (status, index) == (ber.NO_SUCH_NAME, 2)
    status, _, _ = answered(box, request([(*OCTETS, 1)], ber.GETNEXT, version=0))
    assert status == ber.NO_SUCH_NAME


def test_another_community_is_met_with_silence(box: recorded.Recording) -> None:
    assert box.answer(request([(*SYSTEM, 1, 0)]), b"public") is None
    assert box.answer(b"no snmp", COMMUNITY) is None


def test_what_an_agent_has_no_value_of_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "box.snmprec"
    lines = b"\xef\xbb\xbf1.3.6.1.1.0|2|\n1.3.6.1.2.0|129|\r\n1.3.6.1.3.0|4|\n1.3.6.1.4.0|6|0\n"
    path.write_bytes(lines + "1.3.6.1.5.0|4|\u4e2d\x0b".encode("gb18030") + b"\n")
    assert len(recorded.read(path)) == 3


@pytest.mark.parametrize("line", ["1.3.6", "1.3.6|4", "1.x|4|a", "1.3.6|99|a", "1.3.6|2|a", "|4|a"])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "box.snmprec"
    path.write_text(f"1.3.6.1.1.0|2|1\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"box\.snmprec:2: "):
        recorded.read(path)
