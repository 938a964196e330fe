"""Who may be asked when: limits of logins, back-off, pace. Time is an argument."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from collectors._ssh import Access
from inventory.model import Endpoint, Login, Secret
from runtime.ssh.turns import BACK_OFF, BUSY, Ask, Pace, Turns

_numbers = count(1)


def _login(name: str = "reader", most: int = 8, secret: str = "a") -> Login:  # noqa: S107 - of nobody
    return Login(name, name, password=Secret(secret), group=name, most=most)


def _ask(
    device: str, login: Login | None = None, *, session: bool = False, jump: Access | None = None
) -> Ask:
    way = Access(device, Endpoint("127.0.0.1", 22), login or _login(), legacy=False, jump=jump)
    return Ask(next(_numbers), way, session)


def _turns(**pace: float) -> Turns:
    made = Pace(**pace) if pace else Pace(logins=100, logins_per_second=1000)  # type: ignore[arg-type]
    turns = Turns(made, lambda: 0.5)
    turns.load([], [])
    return turns


def _proven(turns: Turns, login: Login) -> None:
    """Let somebody in with this login."""
    ask = _ask(f"proof-{login.id}", login)
    turns.put(ask, 0.0)
    assert [one for one, _ in turns.begin(0.0)] == [ask]
    turns.logged_in(ask.id)
    turns.over(ask.id, "", "", 0.0)


def _begun(turns: Turns, now: float = 1.0) -> list[str]:
    return [ask.access.device for ask, _ in turns.begin(now)]


def _refused(turns: Turns, ask: Ask, now: float) -> None:
    """Let a job fail since its login was refused."""
    assert turns.put(ask, now) == ""
    assert [one for one, _ in turns.begin(now)] == [ask]
    turns.over(ask.id, ask.access.device, "ssh_auth", now)


def test_a_device_is_asked_one_thing_at_a_time() -> None:
    turns = _turns()
    first, second = _ask("a"), _ask("a")
    turns.put(first, 0.0)
    turns.put(second, 0.0)
    assert _begun(turns) == ["a"]
    turns.logged_in(first.id)
    assert _begun(turns) == []
    turns.over(first.id, "", "", 1.0)
    assert _begun(turns) == ["a"]


def test_one_more_than_a_device_may_have_waiting_is_busy() -> None:
    turns = _turns()
    told = [turns.put(_ask("a"), 0.0) for _ in range(5)]
    assert told == ["", "", "", "", BUSY]


def test_what_is_taken_back_makes_room() -> None:
    turns = _turns()
    asks = [_ask("a") for _ in range(4)]
    for ask in asks:
        turns.put(ask, 0.0)
    assert turns.drop(asks[0].id)
    assert not turns.drop(asks[0].id)
    assert turns.put(_ask("a"), 0.0) == ""


def test_no_more_log_in_at_once_than_a_group_allows() -> None:
    turns, login = _turns(), _login(most=3)
    _proven(turns, login)
    asks = [_ask(f"d{n}", login) for n in range(5)]
    for ask in asks:
        turns.put(ask, 0.0)
    assert _begun(turns) == ["d0", "d1", "d2"]
    turns.logged_in(asks[0].id)
    assert _begun(turns) == ["d3"]


def test_the_least_number_of_a_groups_logins_holds() -> None:
    turns = _turns()
    one, other = _login(most=8), Login("writer", "w", group="reader", most=2)
    turns.load([one, other], [])
    _proven(turns, one)
    for n in range(5):
        turns.put(_ask(f"d{n}", one), 0.0)
    assert _begun(turns) == ["d0", "d1"]


def test_a_session_with_network_gear_counts_until_it_is_over() -> None:
    turns, login = _turns(), _login(most=1)
    _proven(turns, login)
    first, second = _ask("a", login, session=True), _ask("b", login, session=True)
    turns.put(first, 0.0)
    turns.put(second, 0.0)
    assert _begun(turns) == ["a"]
    turns.logged_in(first.id)
    assert _begun(turns) == []
    turns.over(first.id, "", "", 1.0)
    assert _begun(turns) == ["b"]


def test_a_host_with_an_open_line_needs_no_login() -> None:
    turns = _turns(logins=1, logins_per_second=1000)
    turns.kept.update(("a", "b"))
    for device in ("a", "b"):
        turns.put(_ask(device), 0.0)
    assert [may for _, may in turns.begin(1.0)] == [(), ()]


def test_a_login_behind_a_jump_host_needs_both() -> None:
    turns = _turns()
    turns.put(_ask("a", jump=_ask("jump").access), 0.0)
    assert [may for _, may in turns.begin(1.0)] == [("a", "jump")]


def test_a_login_behind_a_jump_host_with_an_open_line_needs_one() -> None:
    turns = _turns()
    turns.kept.add("jump")
    turns.put(_ask("a", jump=_ask("jump").access), 0.0)
    assert [may for _, may in turns.begin(1.0)] == [("a",)]


def test_a_refusal_by_the_jump_host_is_no_refusal_by_the_host_behind() -> None:
    turns, jump = _turns(), _ask("jump", _login("other")).access
    ask = _ask("a", jump=jump)
    turns.put(ask, 0.0)
    turns.begin(0.0)
    turns.over(ask.id, "jump", "ssh_auth", 0.0)
    assert turns.put(_ask("a", jump=jump), 1.0) == BACK_OFF
    assert turns.put(_ask("a"), 1.0) == ""


def test_a_login_that_has_let_nobody_in_yet_is_tried_on_two_devices() -> None:
    turns = _turns()
    asks = [_ask(f"d{n}") for n in range(20)]
    for ask in asks:
        turns.put(ask, 0.0)
    assert _begun(turns) == ["d0", "d1"]
    turns.logged_in(asks[0].id)
    assert len(_begun(turns)) > 2


def test_a_changed_password_costs_an_account_few_failures() -> None:
    turns, failures = _turns(), 0
    asks = [_ask(f"d{n}") for n in range(100)]
    for ask in asks:
        turns.put(ask, 0.0)
    while begun := turns.begin(1.0):
        for ask, _ in begun:
            turns.over(ask.id, ask.access.device, "ssh_auth", 1.0)
            failures += 1
    assert failures <= 4


def test_a_device_that_refused_is_left_alone_for_a_minute() -> None:
    turns = _turns()
    _refused(turns, _ask("a"), 0.0)
    assert turns.put(_ask("a"), 59.0) == BACK_OFF
    assert turns.put(_ask("a"), 61.0) == ""


def test_each_further_refusal_doubles_the_wait_up_to_an_hour() -> None:
    turns, now, waits = _turns(), 0.0, []
    for _ in range(9):
        _refused(turns, _ask("a"), now)
        wait = next(s for s in range(30, 8_000, 30) if turns.put(_ask("a"), now + s) == "")
        for number in list(turns._waiting):
            turns.drop(number)
        waits.append(wait)
        now += wait
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_another_secret_is_tried_at_once() -> None:
    turns = _turns()
    _refused(turns, _ask("a", _login(secret="old")), 0.0)
    assert turns.put(_ask("a", _login(secret="new")), 1.0) == ""


def test_a_login_that_three_devices_refused_is_tried_nowhere() -> None:
    turns = _turns()
    for device in ("a", "b", "c"):
        _refused(turns, _ask(device), 0.0)
    assert turns.put(_ask("d"), 200.0) == BACK_OFF
    assert turns.put(_ask("d"), 301.0) == ""


def test_a_success_between_makes_refusals_those_of_devices() -> None:
    turns, login = _turns(), _login()
    for device in ("a", "b"):
        _refused(turns, _ask(device, login), 0.0)
    _proven(turns, login)
    _refused(turns, _ask("c", login), 0.0)
    assert turns.put(_ask("d", login), 1.0) == ""


def test_an_open_line_is_used_although_the_login_is_refused_elsewhere() -> None:
    turns = _turns()
    for device in ("a", "b", "c"):
        _refused(turns, _ask(device), 0.0)
    turns.kept.add("e")
    assert turns.put(_ask("e"), 1.0) == ""
    assert _begun(turns) == ["e"]


def test_after_an_outage_logins_are_paced() -> None:
    turns, login = _turns(workers=500, logins=500, logins_per_second=10), _login(most=64)
    _proven(turns, login)
    for n in range(60):
        turns.put(_ask(f"d{n}", login), 1.0)
    seconds = [len(_begun(turns, 1.0 + second)) for second in range(5)]
    assert seconds == [10, 10, 10, 10, 10]


def test_a_host_whose_line_was_lost_waits_a_moment_of_its_own() -> None:
    turns = _turns()
    turns.closed(["a"], 10.0)
    turns.put(_ask("a"), 10.0)
    assert _begun(turns, 10.4) == []
    assert _begun(turns, 10.6) == ["a"]


def test_sessions_leave_workers_to_hosts() -> None:
    turns = _turns(workers=4, sessions=2, logins=100, logins_per_second=1000)
    login = _login()
    _proven(turns, login)
    for n in range(4):
        turns.put(_ask(f"gear{n}", login, session=True), 0.0)
    turns.kept.add("host")
    turns.put(_ask("host", login), 0.0)
    assert _begun(turns) == ["gear0", "gear1", "host"]


def _waiting_for_a_login() -> tuple[Turns, Ask]:
    """One logs in, as many as may; another waits for that."""
    turns, first = _turns(logins=1, logins_per_second=1000), _ask("a")
    for ask in (first, _ask("b")):
        turns.put(ask, 0.0)
    assert _begun(turns) == ["a"]
    return turns, first


def test_one_that_came_last_needs_no_look_at_all_that_wait() -> None:
    turns, _ = _waiting_for_a_login()
    turns.kept.add("host")
    newest = _ask("host")
    turns.put(newest, 1.0)
    assert [ask for ask, _ in turns.begin(1.0, newest)] == [newest]


def test_one_that_came_last_logs_in_before_nobody_who_waits() -> None:
    turns, first = _waiting_for_a_login()
    turns.over(first.id, "a", "ssh_closed", 1.0)
    newest = _ask("c")
    turns.put(newest, 1.0)
    assert turns.begin(1.0, newest) == []
    assert _begun(turns) == ["b"]


@pytest.mark.parametrize("why", ["ssh_connect_timeout", "host_key_changed", "ssh_no_banner"])
def test_only_a_refused_login_is_backed_off_from(why: str) -> None:
    turns, ask = _turns(), _ask("a")
    turns.put(ask, 0.0)
    turns.begin(0.0)
    turns.over(ask.id, "a", why, 0.0)
    assert turns.put(_ask("a"), 1.0) == ""


class _Machine(RuleBasedStateMachine):
    """In any order of events nothing is exceeded and nothing is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.login = _login(most=3)
        self.turns = _turns(workers=6, logins=4, sessions=2, logins_per_second=1000)
        self.turns.load([self.login], [f"d{n}" for n in range(10)])
        self.waiting: dict[int, Ask] = {}
        self.running: dict[int, Ask] = {}
        self.logging_in: set[int] = set()
        self.now = 0.0

    @rule(number=st.integers(0, 9), session=st.booleans())
    def put(self, number: int, session: bool) -> None:  # noqa: FBT001 - hypothesis gives it
        ask = _ask(f"d{number}", self.login, session=session)
        if not self.turns.put(ask, self.now):
            self.waiting[ask.id] = ask

    @precondition(lambda self: self.waiting)
    @rule()
    def drop(self) -> None:
        assert self.turns.drop(self.waiting.popitem()[0])

    @rule(seconds=st.floats(0, 100))
    def begin(self, seconds: float) -> None:
        self.now += seconds
        for ask, may in self.turns.begin(self.now):
            self.running[ask.id] = self.waiting.pop(ask.id)
            if may:
                self.logging_in.add(ask.id)

    @rule(number=st.integers(0, 9))
    def closed(self, number: int) -> None:
        self.turns.closed([f"d{number}"], self.now)

    @precondition(lambda self: self.running)
    @rule(place=st.integers(0, 5))
    def logged_in(self, place: int) -> None:
        ask = self.running[sorted(self.running)[place % len(self.running)]]
        self.logging_in.discard(ask.id)
        self.turns.logged_in(ask.id)
        if not ask.session:
            self.turns.kept.add(ask.access.device)

    @precondition(lambda self: self.running)
    @rule(place=st.integers(0, 5), why=st.sampled_from(["", "ssh_auth", "ssh_closed"]))
    def over(self, place: int, why: str) -> None:
        ask = self.running.pop(sorted(self.running)[place % len(self.running)])
        self.logging_in.discard(ask.id)
        self.turns.over(ask.id, ask.access.device, why, self.now)

    @invariant()
    def nothing_is_exceeded(self) -> None:
        running = self.running.values()
        assert len(running) <= 6
        assert len(self.logging_in) <= 3
        assert len({ask.access.device for ask in running}) == len(running)
        assert sum(ask.session for ask in running) <= 2

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.turns.waiting == len(self.waiting)
        assert self.turns.running == len(self.running)


TestAnyOrderOfEvents = _Machine.TestCase
TestAnyOrderOfEvents.settings = settings(max_examples=50, deadline=None)
