"""Whoever guesses tokens waits, each time twice as long; nobody else does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.throttle import FIRST_LOCK, FREE, LONGEST_LOCK, SOURCES, Throttle
from tests.api.running import running


def test_the_fifth_failure_locks_and_each_further_one_doubles() -> None:
    throttle, now, waits = Throttle(), 1000, []
    for _ in range(FREE + 8):
        throttle.failed("10.0.0.1", now)
        waits.append(throttle.wait("10.0.0.1", now))
        now += waits[-1]
    assert waits[: FREE - 1] == [0] * (FREE - 1)
    assert waits[FREE - 1 : FREE + 2] == [FIRST_LOCK, 2 * FIRST_LOCK, 4 * FIRST_LOCK]
    assert waits[-1] == LONGEST_LOCK


def test_another_source_is_not_locked() -> None:
    throttle = Throttle()
    for _ in range(FREE):
        throttle.failed("10.0.0.1", 0)
    assert throttle.wait("10.0.0.2", 0) == 0


def test_a_machine_cannot_change_its_ipv6_address_to_go_on() -> None:
    throttle = Throttle()
    for number in range(FREE):
        throttle.failed(f"2001:db8::{number}", 0)
    assert throttle.wait("2001:db8::ffff", 0) == FIRST_LOCK
    assert throttle.wait("2001:db8:0:1::1", 0) == 0


def test_failures_are_forgotten_after_a_while_and_after_a_success() -> None:
    throttle = Throttle()
    for _ in range(FREE - 1):
        throttle.failed("a", 0)
    throttle.failed("a", LONGEST_LOCK + 1)
    assert throttle.wait("a", LONGEST_LOCK + 1) == 0
    for _ in range(FREE - 1):
        throttle.failed("b", 0)
    throttle.passed("b")
    throttle.failed("b", 0)
    assert throttle.wait("b", 0) == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3000)), max_size=200))
def test_a_wait_never_exceeds_the_longest_lock(steps: list[tuple[int, int]]) -> None:
    throttle, now = Throttle(), 0
    for source, later in steps:
        now += later
        throttle.failed(f"10.0.0.{source}", now)
        assert 0 <= throttle.wait(f"10.0.0.{source}", now) <= LONGEST_LOCK


def test_memory_is_bounded_however_many_sources_try() -> None:
    throttle = Throttle()
    for number in range(SOURCES + 500):
        throttle.failed(f"source-{number}", 0)
    assert len(throttle) == SOURCES


def test_a_locked_source_is_refused_even_with_a_good_token_until_the_time_is_over() -> None:
    with running() as api:
        good = api.token("viewer")
        codes = [api.login("wrong").status for _ in range(FREE + 1)]
        assert codes == [401] * FREE + [429]
        answer = api.login(good)
        assert (answer.status, answer.headers["retry-after"]) == (429, str(FIRST_LOCK))
        api.province.clock += FIRST_LOCK
        assert api.login(good).status == 303


def test_x_forwarded_for_gives_no_new_identity() -> None:
    with running() as api:
        for number in range(FREE):
            api.login("wrong", **{"X-Forwarded-For": f"10.9.8.{number}"})
        assert api.login("wrong", **{"X-Forwarded-For": "10.9.8.99"}).status == 429


def test_wrong_bearer_tokens_count_and_good_ones_still_pass() -> None:
    with running() as api:
        codes = [api.ask("/api/v1/me", "wrong").status for _ in range(FREE + 1)]
        assert codes == [401] * FREE + [429]
        assert api.ask("/api/v1/me", api.token("viewer")).status == 200


def test_each_failure_is_counted_and_recorded_with_its_source() -> None:
    with running() as api:
        for _ in range(FREE + 3):
            api.login("wrong")
        failures = [row for row in api.crowd.trail if row[1] == "login"]
        assert failures == [("", "login", "127.0.0.1", "refused")] * FREE
        desk = api.app.state.desk
        assert (desk.throttle.failures, desk.throttle.refused) == (FREE, 3)
