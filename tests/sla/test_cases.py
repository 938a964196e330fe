"""Files of worked cases: what is wrong is named with case and path, nothing is half computed."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.cli import main
from sla.cases import compute_all

DAY = "2026-03-10"


def _at(clock: str, day: str = DAY) -> str:
    return f"{day}T{clock}:00+08:00"


def _timeline(**changed: object) -> dict[str, Any]:
    return {
        "kind": "timeline",
        "id": "t",
        "window": ["2026-03-01T00:00:00+08:00", "2026-04-01T00:00:00+08:00"],
        "raw": [["D", _at("10:00"), _at("10:44")]],
        **changed,
    }


_SLOTS: dict[str, Any] = {
    "kind": "slots", "id": "s", "n": 2, "C": "0.5", "p": 1, "seq": ["0", "1", "1", None],
}  # fmt: skip
_INPUT = {
    "first_bad": _at("10:00"),
    "notified": _at("10:10"),
    "restored": _at("14:30"),
    "stop_clocks": [[_at("10:00"), _at("10:30")], [_at("10:20"), _at("10:40")]],
    "limit_h": 4,
}


def _repair(**changed: object) -> dict[str, Any]:
    return {"kind": "repair", "id": "r", "input": {**_INPUT, **changed}}


def _problems(document: object) -> list[tuple[str, str, str]]:
    outcome = compute_all(document)
    assert outcome.results == ()
    return [(one.case, one.path, one.code) for one in outcome.problems]


# What is computed.


def test_a_case_may_stand_alone() -> None:
    [(name, found)] = compute_all(_timeline()).results

    assert (name, found["T_D"], found["A_opt"]["num"]) == ("t", 2640, 11_149)


def test_defaults_of_the_file_hold_where_a_case_says_nothing() -> None:
    file = {"defaults": {"d_min": 3600}, "vectors": [_timeline(), _timeline(id="u", params={
        "d_min": 60})]}  # fmt: skip

    assert [found["flashes"] for _, found in compute_all(file).results] == [1, 0]


def test_time_out_of_service_is_out() -> None:
    case = _timeline(service=[["2026-03-01T00:00:00+08:00", "2026-03-02T00:00:00+08:00"]])

    [(_, found)] = compute_all(case).results

    assert (found["T_e"], found["T_out"]) == (86_400, 30 * 86_400)


def test_what_was_never_in_service_has_no_figure_of_43200() -> None:
    [(_, found)] = compute_all(_timeline(service=[])).results

    assert (found["status"], "A_fixed43200" in found) == ("NOT_APPLICABLE", False)


def test_an_announcement_that_came_too_late_is_named_as_it_was_written() -> None:
    work = ["2026-03-10T01:00:00Z", "2026-03-10T02:00:00Z", "2026-03-10T00:00:00Z"]

    [(_, found)] = compute_all(_timeline(overlays={"M_c": [work]})).results

    assert found["overlays_rejected"] == [["M_c", *work[:2], "notice"]]


def test_of_two_announcements_of_the_same_hour_the_one_that_came_too_late_is_named() -> None:
    in_time = ["2026-03-10T01:00:00Z", "2026-03-10T02:00:00Z", "2026-03-01T00:00:00Z"]
    late = ["2026-03-10T09:00:00+08:00", "2026-03-10T10:00:00+08:00", "2026-03-10T00:00:00Z"]

    [(_, found)] = compute_all(_timeline(overlays={"M_c": [in_time, late]})).results

    assert found["overlays_rejected"] == [["M_c", *late[:2], "notice"]]


def test_slots_are_computed() -> None:
    [(_, found)] = compute_all(_SLOTS).results

    assert (found["indicators"], found["undetermined"], found["A_meas"]["den"]) == ("ADDK", 1, 3)


def test_a_repair_is_computed() -> None:
    [(_, found)] = compute_all(_repair()).results

    assert found == {
        "availability_downtime_s": 16_200,
        "notify_delay_s": 600,
        "stop_clock_s": 1_800,
        "repair_s": 13_800,
        "within_limit": True,
    }


def test_a_kind_without_a_form_is_refused_by_name_and_the_others_are_computed() -> None:
    outcome = compute_all({"vectors": [_timeline(), {"kind": "p95", "id": "x"}]})

    assert [name for name, _ in outcome.results] == ["t"]
    assert outcome.refused == (("x", "p95"),)


# What is not.


@pytest.mark.parametrize(
    ("case", "path", "code"),
    [
        (_timeline(kind="timelime"), "kind", "case_kind"),
        (_timeline(kind=None), "kind", "case_kind"),
        (_timeline(colour=1), "colour", "unknown_key"),
        (_timeline(window=[_at("10:00"), _at("09:00")]), "window", "reversed"),
        (_timeline(window=["2026-03-01T00:00:00", _at("09:00")]), "window[0]", "case_offset"),
        (_timeline(window=["2026-03-01", _at("09:00")]), "window[0]", "case_offset"),
        (_timeline(window=["2026-13-01T00:00:00Z", _at("09:00")]), "window[0]", "case_time"),
        (
            _timeline(window=["2026-03-01T00:00:00.0000001Z", _at("09:00")]),
            "window[0]",
            "case_time",
        ),
        (_timeline(window=["2026-03-01T00:00+00:00:00.5", _at("09:00")]), "window[0]", "case_time"),
        (_timeline(window=[1_772_294_400, _at("09:00")]), "window[0]", "case_time"),
        (_timeline(window=[_at("09:00")]), "window", "case_parts"),
        (_timeline(raw={}), "raw", "needs_list"),
        (_timeline(raw=[["X", _at("10:00"), _at("11:00")]]), "raw[0][0]", "one_of"),
        (_timeline(raw=[["D", _at("11:00"), _at("10:00")]]), "raw[0]", "reversed"),
        (_timeline(raw=[["D", _at("11:00")]]), "raw[0]", "case_parts"),
        (
            _timeline(raw=[["D", _at("10:00"), _at("12:00")], ["K", _at("11:00"), _at("13:00")]]),
            "raw[1]",
            "case_overlap",
        ),
        (_timeline(params={"d_mim": 1}), "params.d_mim", "unknown_key"),
        (_timeline(params={"d_min": -1}), "params.d_min", "case_whole"),
        (_timeline(params={"d_min": "180"}), "params.d_min", "case_whole"),
        (_timeline(params={"d_min": True}), "params.d_min", "case_whole"),
        (_timeline(params={"quota_s": "1.5"}), "params.quota_s", "case_whole"),
        (_timeline(params={"kappa_min": "1.5"}), "params.kappa_min", "case_range"),
        (_timeline(params={"kappa_min": "1e3"}), "params.kappa_min", "case_number"),
        (_timeline(params={"downtime_mode": "sum"}), "params.downtime_mode", "one_of"),
        (_timeline(overlays={"Q": []}), "overlays.Q", "unknown_key"),
        (_timeline(overlays={"F": [[_at("11:00"), _at("10:00")]]}), "overlays.F[0]", "reversed"),
        (_timeline(overlays={"M_c": [[_at("11:00")]]}), "overlays.M_c[0]", "case_parts"),
        (_timeline(service=[], in_service=[]), "in_service", "unknown_key"),
        ({"kind": "timeline", "id": "t", "raw": []}, "", "missing_key"),
        (_SLOTS | {"n": 0}, "n", "case_whole"),
        (_SLOTS | {"C": "1.1"}, "C", "case_range"),
        (_SLOTS | {"seq": ["0", "-1"]}, "seq[1]", "case_number"),
        (_SLOTS | {"initial": "U"}, "initial", "one_of"),
        (_repair(restored=_at("09:00")), "input.restored", "reversed"),
        (_repair(limit_h="4h"), "input.limit_h", "case_number"),
        (_repair(stop_clocks=[[_at("10:00"), "later"]]), "input.stop_clocks[0][1]", "case_time"),
    ],
)
def test_what_is_wrong_is_named(case: dict[str, Any], path: str, code: str) -> None:
    assert _problems(case) == [(case["id"], path, code)]


def test_one_bad_case_leaves_no_results_of_the_good_ones() -> None:
    assert _problems({"vectors": [_timeline(), _timeline(id="u", window=None)]}) == [
        ("u", "window", "case_parts")
    ]


def test_two_cases_of_one_id_are_named() -> None:
    assert _problems({"vectors": [_timeline(), _timeline()]}) == [("t", "id", "case_twice")]


def test_a_case_without_an_id_is_named_by_its_place() -> None:
    case = {key: value for key, value in _SLOTS.items() if key != "id"} | {"n": "x"}

    assert _problems({"vectors": [_timeline(), case]}) == [("#1", "n", "case_whole")]


@pytest.mark.parametrize("said", [7, "", None, ["a"]])
def test_an_id_that_is_no_text_is_named(said: object) -> None:
    """By its place alone its result could not be told from that of another case."""
    assert _problems(_timeline(id=said)) == [("#0", "id", "needs_text")]


@pytest.mark.parametrize(
    ("file", "path", "code"),
    [
        ({"vectors": {}}, "vectors", "needs_list"),
        ({"vectors": []}, "vectors", "needs_list"),
        ({"vectors": [], "author": "x"}, "author", "unknown_key"),
        ({"vectors": [_SLOTS], "defaults": {"g": 1}}, "defaults.g", "unknown_key"),
        ({"vectors": [_SLOTS], "bands": [["0.9", 1], ["0.95", 0]]}, "bands", "rules_order"),
        ({"vectors": [_SLOTS], "bands": [["0.9", 1]]}, "bands", "rules_last_floor"),
        ({"vectors": [_SLOTS], "event_precedence": ["X"]}, "event_precedence", "one_of"),
    ],
)
def test_what_is_wrong_with_the_file_is_named(file: dict[str, Any], path: str, code: str) -> None:
    assert ("", path, code) in _problems(file)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(_at("10:00")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "raw", "window", "D", "vectors"]), inner)
    ),
    max_leaves=10,
)


@given(st.sampled_from([_timeline(), _SLOTS, _repair()]), st.data())
def test_whatever_stands_in_a_case_is_computed_or_named(
    case: dict[str, Any], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from([*case, "params", "overlays", "service"]))

    outcome = compute_all({"vectors": [{**case, key: data.draw(_JSON)}]})

    assert outcome.results or outcome.refused or outcome.problems


# The command.


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["--language", "en", "sla", "compute", *words])
    code = left.value.code
    assert isinstance(code, int)
    return code


def test_results_are_printed_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"vectors": [_timeline(), _repair()]}), "utf-8")

    assert _run(str(file)) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in printed["results"]] == ["t", "r"]
    assert [*printed] == ["results"]


def test_cases_come_from_standard_input_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = io.TextIOWrapper(io.BytesIO(json.dumps(_SLOTS).encode()))
    monkeypatch.setattr(sys, "stdin", given)

    assert _run("-") == 0
    assert json.loads(capsys.readouterr().out)["results"][0]["id"] == "s"


def test_a_number_with_a_point_is_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0.1 lost is not above a threshold of 0.1, which it would be for some binary fractions."""
    file = tmp_path / "cases.json"
    file.write_text('{"kind":"slots","id":"s","n":1,"p":1,"C":"0.1","seq":[0.1,0.10001]}', "utf-8")

    assert _run(str(file)) == 0
    found = json.loads(capsys.readouterr().out)["results"][0]["result"]
    assert found["indicators"] == "AD"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b'{"kind":"timeline","id":"t","window":[],"raw":[]}', "case t window: must be a list"),
        (b"[1", "is no JSON"),
        (b"\xff", "is not UTF-8"),
        (b'{"id":"a","id":"b"}', '"id" is written twice'),
        (b'{"id":NaN}', "is no JSON: NaN"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"kind":"merkle","id":"m"}', "case m is not computed"),
    ],
)
def test_what_cannot_be_computed_is_said_and_nothing_printed(
    written: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    file.write_bytes(written)

    assert _run(str(file)) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err


def test_results_that_do_not_fit_on_the_disk_are_said_not_to_be_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(_SLOTS))

    with (
        Path("/dev/full").open("w") as full,
        redirect_stdout(full),
        pytest.raises(SystemExit) as stopped,
    ):
        main(["sla", "compute", str(file)])

    assert (stopped.value.code, "not whole" in capsys.readouterr().err) == (1, True)


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(str(tmp_path / "none.json")) == 1
    assert "none.json: there is no such file" in capsys.readouterr().err


def test_what_stands_in_a_file_does_nothing_to_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"kind": "slots", "id": "\x1b[2J\ud800"}), "utf-8")

    assert _run(str(file)) == 1
    assert "case ?[2J?: " in capsys.readouterr().err
