"""Worked cases as people write them (JSON), computed: `extranet sla compute`.

The form is that of the methodology's worked cases: one case, or a list of them under `vectors` with
`defaults` and `bands` for all. Kinds `timeline`, `slots` and `repair`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

from sla import case_result as result
from sla._overlays import Overlays, in_time
from sla.calculator import Band, Terms, compute
from sla.case_form import CaseProblem, Reader
from sla.repair import Fault, repaired
from sla.slots import Available, states
from sla.verdicts import Verdict

_ABOUT: Final = ("kind", "id", "title", "expect", "derived_from")
"""Keys of every case; all but the first are words for the reader."""
_NOT_HERE: Final = frozenset({"p95", "composite", "merkle"})
"""Kinds of worked cases that have no form of their own to read."""
_FILE: Final = ("rule_version", "defaults", "bands", "event_precedence", "vectors")
_PARAMS: Final[Mapping[str, object]] = {
    "d_min": 180,
    "g_merge": 300,
    "k_bridge": 120,
    "downtime_mode": "actual",
    "maintenance_mode": "exclude_all",
    "kappa_min": "0.95",
    "notice_s": 259_200,
    "quota_s": None,
}
_BANDS: Final[object] = [["0.999", 0], ["0.995", 5], ["0.99", 10], ["0.95", 25], ["0", 50]]
_DOWNTIME: Final[dict[str, Literal["actual", "span"]]] = {"actual": "actual", "span": "span"}
_MAINTENANCE: Final[dict[str, Literal["exclude_all", "exclude_down_only"]]] = {
    "exclude_all": "exclude_all",
    "exclude_down_only": "exclude_down_only",
}
_INITIAL: Final[dict[str, Available]] = {"A": "A", "D": "D"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file. With any problem there are no results.

    `results`: id and result of each case; `refused`: id and kind of those of a kind that has no
    form to read.
    """

    results: tuple[tuple[str, dict[str, Any]], ...]
    refused: tuple[tuple[str, str], ...]
    problems: tuple[CaseProblem, ...]


@dataclass(frozen=True, slots=True)
class _Common:
    """What holds for all cases of a file."""

    params: Mapping[str, object]
    bands: tuple[Band, ...]


def compute_all(document: object) -> Outcome:
    """Compute every case of a file that was read as JSON, decimal numbers as text."""
    reader = Reader("")
    if isinstance(document, dict) and "vectors" in document:
        whole = reader.mapping(document, (), _FILE)
        cases = document["vectors"]
        if not isinstance(cases, list) or not cases:
            reader.note(("vectors",), "needs_list")
            cases = []
    else:
        whole, cases = None, [document]
    common = _common(whole or {}, reader)
    if reader.problems:
        return Outcome((), (), tuple(reader.problems))
    results, refused, seen = [], [], set[str]()
    for place, case in enumerate(cases):
        name, at = _name(case, place), Reader(_name(case, place))
        _check_id(case, name, seen, at)
        kind = case.get("kind") if isinstance(case, dict) else None
        if not isinstance(case, dict):
            at.note((), "needs_mapping")
        elif isinstance(kind, str) and kind in _NOT_HERE:
            refused.append((name, kind))
        elif not isinstance(kind, str) or kind not in _KINDS:
            at.note(("kind",), "case_kind", known=", ".join(_KINDS))
        else:
            found = _KINDS[kind](case, common, at)
            if found is not None:
                results.append((name, found))
        reader.problems += at.problems
    return Outcome(
        () if reader.problems else tuple(results), tuple(refused), tuple(reader.problems)
    )


def _name(case: object, place: int) -> str:
    """Return the id of a case, or its place in the list where it has none."""
    said = case.get("id") if isinstance(case, dict) else None
    return said if isinstance(said, str) and said else f"#{place}"


def _check_id(case: object, name: str, seen: set[str], at: Reader) -> None:
    if isinstance(case, dict) and case.get("id", name) != name:
        at.note(("id",), "needs_text")
    if name in seen:
        at.note(("id",), "case_twice")
    seen.add(name)


def _common(whole: Mapping[str, object], reader: Reader) -> _Common:
    given = reader.mapping(whole.get("defaults", {}), ("defaults",), _PARAMS) or {}
    if whole.get("event_precedence", ["F", "P", "X"]) != ["F", "P", "X"]:
        reader.note(("event_precedence",), "one_of", expected="F, P, X")

    def band(item: object, path: tuple[str | int, ...]) -> Band | None:
        if not isinstance(item, list) or len(item) != 2:
            reader.note(path, "case_parts", lengths="2")
            return None
        floor = reader.decimal(item[0], (*path, 0), Fraction(1))
        return None if floor is None else Band(floor, reader.whole(item[1], (*path, 1)))

    bands = tuple(reader.items(whole.get("bands", _BANDS), ("bands",), band))
    floors = [one.floor for one in bands]
    if floors != sorted(set(floors), reverse=True):
        reader.note(("bands",), "rules_order")
    elif floors and floors[-1]:
        reader.note(("bands",), "rules_last_floor")
    params = {**_PARAMS, **given}
    _terms(params, bands, reader, "defaults")
    return _Common(params, bands)


def _terms(params: Mapping[str, object], bands: tuple[Band, ...], reader: Reader, at: str) -> Terms:
    quota = params["quota_s"]
    kappa = reader.decimal(params["kappa_min"], (at, "kappa_min"), Fraction(1))
    downtime = reader.one_of(params["downtime_mode"], (at, "downtime_mode"), _DOWNTIME)
    mode = reader.one_of(params["maintenance_mode"], (at, "maintenance_mode"), _MAINTENANCE)
    return Terms(
        d_min=reader.whole(params["d_min"], (at, "d_min")),
        merge_gap=reader.whole(params["g_merge"], (at, "g_merge")),
        bridge=reader.whole(params["k_bridge"], (at, "k_bridge")),
        downtime_mode=downtime or "actual",
        maintenance_mode=mode or "exclude_all",
        coverage_floor=Fraction(0) if kappa is None else kappa,
        notice=reader.whole(params["notice_s"], (at, "notice_s")),
        quota=None if quota is None else reader.whole(quota, (at, "quota_s")),
        bands=bands,
    )


def _timeline(case: dict[str, object], common: _Common, reader: Reader) -> dict[str, Any] | None:
    keys = (*_ABOUT, "window", "raw", "params", "overlays", "service", "in_service")
    if reader.mapping(case, (), keys, ("window", "raw")) is None:
        return None
    given = reader.mapping(case.get("params", {}), ("params",), _PARAMS) or {}
    terms = _terms({**common.params, **given}, common.bands, reader, "params")
    window = reader.span(case["window"], ("window",))
    raw = reader.runs(case["raw"], ("raw",))
    overlays = _overlays(case, reader)
    if reader.problems or window is None:
        return None
    return result.timeline(compute(window, raw, terms, overlays), _unannounced(case, terms.notice))


def _overlays(case: dict[str, object], reader: Reader) -> Overlays:
    kinds = ("M_o", "M_c", "F", "P", "X")
    given = reader.mapping(case.get("overlays", {}), ("overlays",), kinds) or {}
    works = {
        kind: reader.items(given.get(kind, []), ("overlays", kind), reader.work)
        for kind in kinds[:2]
    }
    spans = {
        kind: reader.items(given.get(kind, []), ("overlays", kind), reader.span)
        for kind in kinds[2:]
    }
    if "service" in case and "in_service" in case:
        reader.note(("in_service",), "unknown_key")
    key = "service" if "service" in case else "in_service"
    service = case.get(key)
    return Overlays(
        service=None if service is None else reader.items(service, (key,), reader.span),
        owner_work=works["M_o"],
        carrier_work=works["M_c"],
        force_majeure=spans["F"],
        power=spans["P"],
        upstream=spans["X"],
    )


def _unannounced(case: dict[str, Any], notice: int) -> list[tuple[str, str]]:
    """Return how the carrier's works without enough notice were written, in their order.

    Not by their seconds: an announcement in time may be of the same ones, in other words.
    """
    nobody = Reader("")
    items = case.get("overlays", {}).get("M_c", [])
    works = ((nobody.work(item, ()), item) for item in items)
    return [
        (item[0], item[1]) for work, item in works if work is not None and not in_time(work, notice)
    ]


def _slots(case: dict[str, object], _: _Common, reader: Reader) -> dict[str, Any] | None:
    keys = (*_ABOUT, "delta_t_s", "n", "C", "p", "initial", "seq", "lookahead")
    if reader.mapping(case, (), keys, ("n", "C", "p", "seq")) is None:
        return None
    reader.whole(case.get("delta_t_s", 1), ("delta_t_s",), 1)
    n, p = reader.whole(case["n"], ("n",), 1), reader.whole(case["p"], ("p",), 1)
    threshold = reader.decimal(case["C"], ("C",), Fraction(1))
    initial = reader.one_of(case.get("initial", "A"), ("initial",), _INITIAL)

    def judged(value: object, path: tuple[str | int, ...]) -> Verdict | None:
        if value is None:  # nobody could know
            return "UNDET"
        ratio = reader.decimal(value, path, Fraction(1))
        if ratio is None or threshold is None:
            return None
        return "BAD" if ratio > threshold else "GOOD"

    sequence: list[Verdict] = reader.items(case["seq"], ("seq",), judged)
    lookahead: list[Verdict] = reader.items(case.get("lookahead", []), ("lookahead",), judged)
    if reader.problems or initial is None:
        return None
    return result.slots(states(sequence, n, p, initial=initial, lookahead=lookahead))


def _repair(case: dict[str, object], _: _Common, reader: Reader) -> dict[str, Any] | None:
    if reader.mapping(case, (), (*_ABOUT, "input"), ("input",)) is None:
        return None
    needed = ("first_bad", "notified", "restored", "limit_h")
    given = reader.mapping(case["input"], ("input",), (*needed, "stop_clocks"), needed)
    if given is None:
        return None
    first = reader.instant(given["first_bad"], ("input", "first_bad"))
    notified = reader.instant(given["notified"], ("input", "notified"))
    restored = given["restored"]
    back = None if restored is None else reader.instant(restored, ("input", "restored"))
    stops = reader.items(given.get("stop_clocks", []), ("input", "stop_clocks"), reader.span)
    limit = reader.decimal(given["limit_h"], ("input", "limit_h"))
    if first is not None and back is not None and back < first:
        reader.note(("input", "restored"), "reversed")
    if reader.problems or first is None or notified is None or limit is None:
        return None
    return result.repair(repaired(Fault(first, notified, back, tuple(stops)), 3600 * limit))


_KINDS: Final[
    Mapping[str, Callable[[dict[str, object], _Common, Reader], dict[str, Any] | None]]
] = {
    "timeline": _timeline,
    "slots": _slots,
    "repair": _repair,
}
