"""Engine `mef`: slots to states (methodology 1.4), and how they are counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sla.calculator import Terms, compute
from sla.slots import Available, Window, runs, states, terms_for
from sla.timeline import Run
from sla.verdicts import Verdict

_LETTERS: dict[str, Verdict] = {"b": "BAD", "g": "GOOD", "?": "UNDET"}


def _of(letters: str) -> list[Verdict]:
    return [_LETTERS[letter] for letter in letters]


def _states(letters: str, n: int, initial: Available = "A", lookahead: str = "") -> str:
    found = states(_of(letters), n, 2, initial=initial, lookahead=_of(lookahead))
    return "".join(found.indicators)


def test_the_worked_case_of_the_methodology() -> None:
    """TV11a: n = 3, C = 0.5, p = 2, two slots of the next month."""
    found = states(_of("ggbbgbbbgbgggg" + "b"), 3, 2, lookahead=_of("bb"))

    assert "".join(found.indicators) == "AAAAADDDDDAAAAD"
    assert (found.available, found.unavailable, found.undetermined) == (9, 6, 0)
    assert (found.hli, found.chli) == (2, 1)


def test_the_slots_that_end_a_state_belong_to_the_next_one() -> None:
    assert _states("gbbbgggg", 3) == "ADDDAAAA"


def test_fewer_slots_than_the_window_change_nothing() -> None:
    assert _states("gggbb", 3) == "AAAAA"


def test_the_next_window_settles_the_last_slots() -> None:
    assert _states("gggbb", 3, lookahead="bg") == "AAADD"


def test_no_more_of_the_next_window_is_looked_at_than_is_needed() -> None:
    assert _states("ggg", 3, lookahead="bbbbb") == "AAA"


def test_the_state_is_carried_in() -> None:
    assert _states("bgbgg", 3, initial="D") == "DDDDD"


def test_the_state_is_carried_out() -> None:
    assert states(_of("gbbb?"), 3, 2).last == "D"


def test_a_slot_nobody_knows_breaks_a_run() -> None:
    assert _states("bb?bb", 3) == "AAKAA"


def test_a_slot_nobody_knows_does_not_change_the_state() -> None:
    assert _states("bbb?gg?ggg", 3) == "DDDKDDKAAA"


def test_each_burst_counts_once() -> None:
    found = states(_of("bbgbgbbbgb"), 4, 2)

    assert (found.hli, found.chli) == (7, 2)


def test_bad_slots_of_unavailable_time_are_no_bursts() -> None:
    found = states(_of("bbbb"), 3, 2)

    assert (found.hli, found.chli) == (0, 0)


@pytest.mark.parametrize(("n", "p"), [(0, 1), (1, 0)])
def test_a_window_of_no_slots_is_refused(n: int, p: int) -> None:
    with pytest.raises(ValueError, match="window"):
        states(_of("gg"), n, p)


def _slowly(
    verdicts: Sequence[Verdict], n: int, p: int, initial: Available, lookahead: Sequence[Verdict]
) -> tuple[str, int, int]:
    """Read the three lines of methodology 1.4 one slot at a time."""
    everything = [*verdicts, *lookahead]
    state, indicators = initial, ""
    hli = chli = burst = 0
    for k in range(len(verdicts)):
        following = everything[k : k + n]
        if state == "A" and following == ["BAD"] * n:
            state = "D"
        elif state == "D" and following == ["GOOD"] * n:
            state = "A"
        indicators += "K" if verdicts[k] == "UNDET" else state
        if state == "A" and verdicts[k] == "BAD":
            hli, burst = hli + 1, burst + 1
            chli += burst == p
        else:
            burst = 0
    return indicators, hli, chli


_VERDICTS = st.lists(st.sampled_from(["b", "b", "g", "g", "?"]), max_size=60).map("".join).map(_of)


@given(_VERDICTS, st.integers(1, 6), st.integers(1, 4), st.sampled_from(["A", "D"]), _VERDICTS)
@example(_of("bbbggg"), 3, 1, "A", _of("?"))
def test_it_agrees_with_the_rule_read_slot_by_slot(
    verdicts: list[Verdict], n: int, p: int, initial: Available, lookahead: list[Verdict]
) -> None:
    found = states(verdicts, n, p, initial=initial, lookahead=lookahead)

    assert ("".join(found.indicators), found.hli, found.chli) == _slowly(
        verdicts, n, p, initial, lookahead
    )


@given(_VERDICTS, st.integers(1, 6), st.integers(0, 60))
def test_windows_in_a_row_say_what_one_over_both_does(
    verdicts: list[Verdict], n: int, cut: int
) -> None:
    first = states(verdicts[:cut], n, 1, lookahead=verdicts[cut:])
    second = states(verdicts[cut:], n, 1, initial=first.last)
    whole = states(verdicts, n, 1)

    assert first.indicators + second.indicators == whole.indicators
    assert first.hli + second.hli == whole.hli


# What the counting makes of it.

_TERMS = Terms(d_min=180, merge_gap=30, bridge=2, downtime_mode="span")


def _window(letters: str, n: int) -> Window:
    return states(_of(letters), n, 2)


def test_slots_become_the_raw_timeline() -> None:
    found = runs(_window("ggbgbbb?bgg", 3), 1000, 10)

    assert found == [
        Run("U", 1000, 1020),
        Run("G", 1020, 1030),
        Run("U", 1030, 1040),
        Run("D", 1040, 1070),
        Run("K", 1070, 1080),
        Run("D", 1080, 1110),
    ]


def _counted(letters: str, n: int) -> tuple[int, int, int]:
    """Return seconds down, outages and flashes of slots of 1 s."""
    raw = runs(_window(letters, n), 0, 1)
    got = compute((0, len(letters)), raw, terms_for(_TERMS))
    return got.down, got.started, got.flashes


def test_an_outage_of_this_engine_is_never_a_flash() -> None:
    assert _counted("gggbbbggg", 3) == (3, 1, 0)


def test_short_bursts_are_no_downtime() -> None:
    assert _counted("gbbggbbgg", 3) == (0, 0, 0)


def test_what_lies_between_merged_outages_is_no_downtime() -> None:
    assert _counted("bbbgggggbbbggg", 3) == (6, 1, 0)


def test_a_short_unknown_between_two_downs_is_bridged() -> None:
    assert _counted("gbbb??bbbggg", 3) == (8, 1, 0)
