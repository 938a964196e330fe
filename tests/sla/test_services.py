"""A service is judged by its checks, and by what it needs where one fails or there is none."""

from __future__ import annotations

import pytest

from inventory.model import Inventory, Service
from metrics.observation import Outcome, Probe
from sla.judge import Change, Judge
from sla.states import Blind, State, Transition, outage_id
from tests.sla.network import (
    START,
    canary_probe,
    check_probe,
    checked,
    echo_probe,
    heard,
    make_inventory,
    make_service,
    of,
    run,
    silent,
    state_of,
)

PORTAL = "service:portal"
LINK = "link:p-c"
CUT = outage_id("link:p-c", START)  # type: ignore[arg-type]  # a target


def judged(*services: Service, legs: dict[str, list[str]] | None = None) -> Inventory:
    return make_inventory(legs or {"c": ["p"]}, services=services)


class Story:
    """Runs of checks and links, one after another."""

    def __init__(self, inventory: Inventory, *probes: Probe) -> None:
        links = [echo_probe(link) for link in inventory.links]
        self.links = {str(probe.target): probe for probe in links}
        self.checks = {probe.kind: probe for probe in probes}
        self.judge = Judge(inventory, [*links, *probes])
        self.changes: list[Change] = []

    def check(self, kind: str, *runs: tuple[float, bool], reason: str = "http_status") -> Story:
        """(second, whether it found what it expects)."""
        for second, met in runs:
            observation = checked(self.checks[kind], second, met=met, reason=reason)
            self.changes += self.judge.observe(observation)[1]
        return self

    def came_back(self, kind: str, outcome: Outcome, *seconds: float) -> Story:
        """Runs with another outcome than an answer."""
        for second in seconds:
            self.changes += self.judge.observe(run(self.checks[kind], second, outcome))[1]
        return self

    def link(self, name: str, state: bool, *seconds: float) -> Story:  # noqa: FBT001 - reads well
        """Echoes that came back or not."""
        for second in seconds:
            make = heard if state else silent
            self.changes += self.judge.observe(make(self.links[name], second))[1]
        return self

    def of(self, target: str = PORTAL) -> list[tuple[State, int, str]]:
        return of(self.changes, target)

    @property
    def state(self) -> State | None:
        return state_of(self.judge, PORTAL)

    @property
    def last(self) -> Transition:
        return [c for c in self.changes if isinstance(c, Transition) and c.target == PORTAL][-1]


def good(*seconds: float) -> tuple[tuple[float, bool], ...]:
    return tuple((second, True) for second in seconds)


def bad(*seconds: float) -> tuple[tuple[float, bool], ...]:
    return tuple((second, False) for second in seconds)


def alone() -> Story:
    """A service that needs nothing, with a check each 30 s."""
    return Story(judged(make_service("portal")), check_probe("portal"))


def on_link(*needs: str | tuple[str, ...], legs: dict[str, list[str]] | None = None) -> Story:
    """A service that needs a link, and the link up."""
    service = make_service("portal", *(needs or (LINK,)), site="c")
    story = Story(judged(service, legs=legs), check_probe("portal"))
    for link in story.links:
        story.link(link, True, -30, -20, -10)
    return story.check("http", *good(-90, -60, -30))


# Checks.


def test_nothing_is_known_before_its_third_run() -> None:
    assert alone().check("http", *good(0, 30)).state is None


def test_three_good_runs_make_it_up_since_the_first() -> None:
    assert alone().check("http", *good(0, 30, 60)).of() == [(State.UP, 0, "answered")]


def test_three_failed_runs_make_it_down_since_the_first_for_its_reason() -> None:
    story = alone().check("http", *good(0, 30, 60), *bad(90, 120, 150))
    assert story.of()[1:] == [(State.DOWN, 90, "http_status")]


def test_two_failed_runs_are_an_accident() -> None:
    story = alone().check("http", *good(0, 30, 60), *bad(90, 120), *good(150, 180, 210))
    assert story.of() == [(State.UP, 0, "answered")]


def test_it_is_back_since_the_first_of_three_good_runs() -> None:
    story = alone().check("http", *good(0, 30, 60), *bad(90, 120, 150), *good(180, 210, 240))
    assert story.of()[2:] == [(State.UP, 180, "recovered")]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.SILENT, "silent"),
        (Outcome.REFUSED, "refused"),
        (Outcome.GARBLED, "garbled"),
    ],
)
def test_what_does_not_answer_fails(outcome: Outcome, reason: str) -> None:
    story = alone().check("http", *good(0, 30, 60)).came_back("http", outcome, 90, 120, 150)
    assert story.of()[1:] == [(State.DOWN, 90, reason)]


def test_a_skipped_run_says_nothing() -> None:
    story = alone().check("http", *good(0, 30, 60)).came_back("http", Outcome.SKIPPED, 90, 120)
    assert story.check("http", *good(150)).of() == [(State.UP, 0, "answered")]


def test_three_skipped_runs_leave_it_unknown_since_the_first() -> None:
    story = alone().check("http", *good(0, 30, 60)).came_back("http", Outcome.SKIPPED, 90, 120, 150)
    assert story.of()[1:] == [(State.UNKNOWN, 90, "not_asked")]


def test_a_lesser_check_makes_it_degraded_for_its_reason() -> None:
    inventory = judged(make_service("portal"))
    story = Story(inventory, check_probe("portal"), check_probe("portal", "tls", vital=False))
    story.check("http", *good(0, 30, 60)).check("tls", *bad(5, 35, 65), reason="expires_soon")
    assert story.of() == [(State.UP, 0, "answered"), (State.DEGRADED, 5, "expires_soon")]
    assert story.check("tls", *good(95, 125, 155)).of()[2:] == [(State.UP, 95, "answered")]


def test_with_lesser_checks_only_it_is_never_down() -> None:
    inventory = judged(make_service("portal"))
    story = Story(inventory, check_probe("portal", "tls", vital=False))
    story.came_back("tls", Outcome.SILENT, 0, 30, 60)
    assert story.of() == [(State.DEGRADED, 0, "silent")]


def test_any_vital_check_that_fails_makes_it_down() -> None:
    inventory = judged(make_service("portal"))
    story = Story(inventory, check_probe("portal"), check_probe("portal", "dns"))
    story.check("http", *good(0, 30, 60)).check("dns", *bad(5, 35, 65), reason="dns_failed")
    story.check("http", *good(90))
    assert story.of()[1:] == [(State.DOWN, 5, "dns_failed")]


def test_a_vital_check_that_is_asked_no_more_does_not_count_as_met() -> None:
    inventory = judged(make_service("portal"))
    story = Story(inventory, check_probe("portal"), check_probe("portal", "dns"))
    story.check("http", *good(0, 30, 60)).check("dns", *bad(5, 35, 65))
    story.came_back("dns", Outcome.SKIPPED, 95, 125, 155).check("http", *good(180))
    assert story.of()[2:] == [(State.UNKNOWN, 95, "not_asked")]


def test_a_check_that_comes_once_a_day_is_believed_at_once() -> None:
    day = 86_400
    inventory = judged(make_service("portal"))
    story = Story(inventory, check_probe("portal", "heartbeat", every=day * 1000))
    story.check("heartbeat", *good(0), *bad(day), *good(2 * day), reason="beat_missing")
    assert story.of() == [
        (State.UP, 0, "answered"),
        (State.DOWN, day, "beat_missing"),
        (State.UP, 2 * day, "recovered"),
    ]


# Whose fault it is.


def test_what_fails_while_its_link_is_down_is_in_the_shadow_of_that_outage() -> None:
    story = on_link().link(LINK, False, 0, 10, 20).check("http", *bad(0, 30, 60))
    assert story.of()[1:] == [(State.SHADOW, 0, "upstream")]
    assert story.last.cause == CUT


def test_what_was_judged_before_its_link_is_in_its_shadow_all_the_same() -> None:
    story = on_link().check("http", *bad(0, 5, 10)).link(LINK, False, 0, 10, 20)
    assert story.of()[1:] == [(State.SHADOW, 0, "upstream")]


def test_what_failed_long_before_its_link_was_down_by_itself_until_then() -> None:
    story = on_link().check("http", *bad(0, 30, 60)).link(LINK, True, *range(0, 600, 10))
    story.link(LINK, False, 600, 610, 620)
    assert story.of()[1:] == [(State.DOWN, 0, "http_status"), (State.SHADOW, 600, "upstream")]


def test_while_a_link_comes_back_a_service_is_not_called_down() -> None:
    story = on_link().link(LINK, False, *range(0, 70, 10)).check("http", *bad(0, 30, 60))
    story.link(LINK, True, 70, 80, 90).check("http", *bad(95, 125), *good(155, 185, 215))
    assert story.of()[2:] == [(State.UP, 155, "recovered")]


def test_what_still_fails_when_its_link_is_back_is_down_by_itself_since_then() -> None:
    story = on_link().link(LINK, False, *range(0, 70, 10)).check("http", *bad(0, 30, 60))
    story.link(LINK, True, 70, 80, 90).check("http", *bad(95, 125, 155))
    assert story.of()[2:] == [(State.DOWN, 95, "http_status")]


def test_what_works_although_its_link_is_down_is_up_by_what_was_seen() -> None:
    story = on_link().link(LINK, False, 0, 10, 20).check("http", *good(0, 30, 60))
    assert story.state is State.UP


def test_a_service_with_another_way_left_is_down_by_itself() -> None:
    story = on_link((LINK, "link:p-d"), legs={"c": ["p"], "d": ["p"]})
    story.link(LINK, False, 0, 10, 20).check("http", *bad(0, 30, 60))
    assert story.of()[1:] == [(State.DOWN, 0, "http_status")]


def test_of_alternatives_the_last_that_fell_is_the_cause() -> None:
    story = on_link((LINK, "link:p-d"), legs={"c": ["p"], "d": ["p"]})
    story.link(LINK, False, 0, 10, 20).link("link:p-d", True, *range(0, 100, 10))
    story.link("link:p-d", False, 100, 110, 120)
    story.check("http", *bad(110, 140, 170))
    assert story.last.state is State.SHADOW
    assert story.last.cause == outage_id("link:p-d", START + 100)  # type: ignore[arg-type]


def test_when_one_cause_ends_and_another_lasts_the_shadow_is_of_the_other() -> None:
    story = on_link(LINK, "link:p-d", legs={"c": ["p"], "d": ["p"]})
    story.link(LINK, False, *range(0, 200, 10)).link("link:p-d", True, *range(0, 100, 10))
    story.link("link:p-d", False, 100, 110, 120)
    story.check("http", *bad(0, 30, 60)).link(LINK, True, 200, 210, 220)
    assert (story.last.cause, story.last.since - START) == (f"link:p-d@{START + 100}", 200)


def test_nobody_is_blamed_whose_own_state_is_not_known() -> None:
    story = on_link()
    for second in (0, 10, 20):
        observation = run(story.links[LINK], second, Outcome.SKIPPED)
        story.changes += story.judge.observe(observation)[1]
    assert state_of(story.judge, LINK) is State.UNKNOWN
    story.check("http", *bad(30, 60, 90))
    assert story.of()[1:] == [(State.DOWN, 30, "http_status")]


def test_a_daily_check_waits_for_its_next_run_when_its_link_is_back() -> None:
    day = 86_400
    service = make_service("portal", LINK)
    story = Story(judged(service), check_probe("portal", "heartbeat", every=day * 1000))
    story.link(LINK, False, *range(0, 70, 10)).check("heartbeat", *bad(30))
    story.link(LINK, True, 70, 80, 90)
    assert story.of() == [(State.SHADOW, 30, "upstream"), (State.UNKNOWN, 70, "awaits_check")]
    assert story.check("heartbeat", *bad(day + 30)).of()[2:] == [
        (State.DOWN, day + 30, "http_status")
    ]


def test_a_service_that_needs_another_names_the_outage_behind_both() -> None:
    services = (make_service("portal", "service:login"), make_service("login", LINK))
    story = Story(judged(*services), check_probe("portal"))
    login = check_probe("login")
    story.judge = Judge(judged(*services), [*story.links.values(), story.checks["http"], login])
    story.link(LINK, False, 0, 10, 20)
    for second in (1, 31, 61):
        story.changes += story.judge.observe(checked(login, second, met=False))[1]
        story.check("http", *bad(second + 1))
    assert story.of("service:login") == [(State.SHADOW, 1, "upstream")]
    assert (story.of(), story.last.cause) == ([(State.SHADOW, 2, "upstream")], CUT)


def test_a_service_that_needs_one_which_is_down_by_itself_is_in_its_shadow() -> None:
    services = (make_service("portal", "service:login"), make_service("login"))
    login, portal = check_probe("login"), check_probe("portal")
    judge = Judge(judged(*services), [login, portal])
    changes: list[Change] = []
    for second in (0, 30, 60):
        changes += judge.observe(checked(login, second, met=False))[1]
        changes += judge.observe(checked(portal, second + 1, met=False))[1]
    assert of(changes, "service:login") == [(State.DOWN, 0, "http_status")]
    assert [c.cause for c in changes if isinstance(c, Transition)] == ["", f"service:login@{START}"]


# Without checks.


def combined(*needs: str | tuple[str, ...]) -> Story:
    story = Story(judged(make_service("portal", *needs), legs={"c": ["p"], "d": ["p"]}))
    for link in story.links:
        story.link(link, True, 0, 10, 20)
    return story


def test_without_checks_it_is_up_when_what_it_needs_is() -> None:
    assert combined(LINK, "link:p-d").of()[-1] == (State.UP, 0, "answered")


def test_without_checks_it_is_unknown_until_all_it_needs_is_known() -> None:
    story = Story(judged(make_service("portal", LINK, "link:p-d"), legs={"c": ["p"], "d": ["p"]}))
    assert story.link(LINK, True, 0, 10, 20).state is None


def test_without_checks_it_is_in_the_shadow_of_what_it_needs() -> None:
    story = combined(LINK).link(LINK, False, 30, 40, 50)
    assert story.of()[-1] == (State.SHADOW, 30, "upstream")
    assert story.last.cause == f"{LINK}@{START + 30}"
    assert story.link(LINK, True, 60, 70, 80).of()[-1] == (State.UP, 60, "recovered")


def test_without_checks_a_lost_alternative_is_no_redundancy() -> None:
    story = combined((LINK, "link:p-d")).link(LINK, False, 30, 40, 50)
    assert story.of()[-1] == (State.DEGRADED, 30, "no_redundancy")


def test_without_checks_a_degraded_need_degrades() -> None:
    service = make_service("portal", "site:c")
    inventory = make_inventory({"c": ["p"], "d": ["p", "c"]}, services=[
        service, make_service("mail", "site:d")
    ])  # fmt: skip
    story = Story(inventory)
    for link in story.links:
        story.link(link, True, 0, 10, 20)
    for second in (30, 40, 50):
        story.link("link:p-c", True, second).link("link:c-d", False, second)
    assert of(story.changes, "site:d")[-1] == (State.DEGRADED, 30, "no_redundancy")
    assert of(story.changes, "service:mail")[-1] == (State.DEGRADED, 30, "need_degraded")
    assert state_of(story.judge, PORTAL) is State.UP


def test_without_checks_an_unknown_need_leaves_it_unknown() -> None:
    story = combined(LINK)
    for second in (30, 40, 50):
        observation = run(story.links[LINK], second, Outcome.SKIPPED)
        story.changes += story.judge.observe(observation)[1]
    assert story.of()[-1] == (State.UNKNOWN, 30, "need_unknown")


# The monitor itself.


def test_while_the_monitor_is_blind_nothing_is_known_of_services() -> None:
    canary, check = canary_probe("gateway"), check_probe("portal")
    judge = Judge(judged(make_service("portal")), [canary, check])
    for second in (0, 30, 60):
        judge.observe(checked(check, second, met=True))
    for second in (65, 75):
        judge.observe(silent(canary, second))
    assert state_of(judge, PORTAL) is State.UNKNOWN
    assert judge.observe(checked(check, 90, met=False)) == (State.UNKNOWN, ())
    judge.observe(heard(canary, 95))
    for second in (100, 130):
        judge.observe(checked(check, second, met=False))
    assert state_of(judge, PORTAL) is State.UNKNOWN, "what was heard before starts anew"


def test_nobody_is_called_down_while_all_canaries_were_silent_once() -> None:
    canary, check = canary_probe("gateway"), check_probe("portal")
    judge = Judge(judged(make_service("portal")), [canary, check])
    judge.observe(silent(canary, 5))
    for second in (0, 30, 60):
        judge.observe(checked(check, second, met=False))
    assert state_of(judge, PORTAL) is None
    judge.observe(heard(canary, 65))
    judge.observe(checked(check, 90, met=False))
    assert state_of(judge, PORTAL) is State.DOWN


def test_an_outage_goes_on_over_a_restart() -> None:
    story = alone().check("http", *good(0, 30, 60), *bad(90, 120, 150))
    later = Judge(judged(make_service("portal")), [story.checks["http"]])
    gap = later.restore(story.judge.states(), START + 160, START + 300)
    assert isinstance(gap, Blind)
    assert state_of(later, PORTAL) is State.UNKNOWN
    changes = [
        c
        for second in (310, 340, 370)
        for c in later.observe(checked(story.checks["http"], second, met=True))[1]
    ]
    assert of(changes, PORTAL) == [(State.UP, 310, "recovered")]


def test_a_reload_keeps_what_was_heard() -> None:
    story = alone().check("http", *good(0, 30, 60), *bad(90, 120))
    inventory = judged(make_service("portal"))
    assert story.judge.reload(inventory, story.checks.values()) == ()
    assert story.check("http", *bad(150)).of()[1:] == [(State.DOWN, 90, "http_status")]


def test_a_service_that_left_the_inventory_has_no_outage_any_more() -> None:
    story = alone().check("http", *bad(0, 30, 60))
    (gone,) = story.judge.reload(judged(), ())
    assert isinstance(gone, Transition)
    assert (gone.state, gone.reason) == (State.UNKNOWN, "removed")


def test_a_service_whose_check_was_taken_away_is_not_asked() -> None:
    story = alone().check("http", *good(0, 30, 60))
    (change,) = story.judge.reload(judged(make_service("portal")), ())
    assert isinstance(change, Transition)
    assert (change.state, change.reason) == (State.UNKNOWN, "not_asked")


def test_a_need_that_was_added_and_is_down_takes_the_blame() -> None:
    story = Story(judged(make_service("portal", site="c")), check_probe("portal"))
    story.link(LINK, False, 0, 10, 20).check("http", *bad(0, 30, 60))
    assert story.state is State.DOWN
    probes = [*story.links.values(), *story.checks.values()]
    story.changes += story.judge.reload(judged(make_service("portal", LINK, site="c")), probes)
    assert (story.last.state, story.last.cause) == (State.SHADOW, CUT)
