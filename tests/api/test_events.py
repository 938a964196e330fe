"""What changes is told as it changes, to whom it concerns, and nobody can slow the monitor."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.ports import Event, LinkNow
from api.settings import ApiSettings
from sla.states import State
from tests.api.province import Province, make_inventory
from tests.api.running import Running, running
from tests.servers import wait_for


class Reader:
    """One reader of events."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer

    def next(self) -> tuple[str, Any]:
        """The next event: kind and body; ("", None) at the end of the stream."""
        kind = ""
        while line := self._answer.readline().decode():
            assert not line.startswith(":"), "15 s without an event"
            if line.startswith("event: "):
                kind = line[7:].strip()
            elif line.startswith("data: "):
                return kind, json.loads(line[6:])
        return "", None

    def until(self, kind: str) -> Any:
        """The body of the next event of a kind."""
        while True:
            heard, body = self.next()
            assert heard, f"the stream ended before {kind}"
            if heard == kind:
                return body


@contextmanager
def reading(api: Running, headers: dict[str, str]) -> Iterator[Reader]:
    """Listen, and be sure of it."""
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=20)
    connection.request("GET", "/api/v1/events", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    assert answer.getheader("Content-Type", "").startswith("text/event-stream")
    reader = Reader(answer)
    assert reader.next()[0] == "hello"
    try:
        yield reader
    finally:
        connection.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_change_is_told_as_the_lists_show_it(api: Running) -> None:
    with reading(api, bearer(api.token("viewer"))) as reader:
        api.do(lambda: api.province.set("link:c0-unicom", State.DOWN))
        told = reader.until("link")
        listed = api.ask("/api/v1/links?state=down", api.token("viewer")).json["items"]
        assert [told] == listed
        api.do(lambda: api.province.set("site:c0", State.DOWN))
        assert reader.until("site")["state"] == "down"


def test_a_session_listens_too(api: Running) -> None:
    with reading(api, api.session(api.token("viewer"))) as reader:
        api.do(lambda: api.province.alert("link:c0-unicom"))
        assert reader.until("alert")["phase"] == "firing"


def test_blindness_and_reload_reach_everybody(api: Running) -> None:
    with reading(api, bearer(api.token("viewer", carriers=("unicom",)))) as reader:
        api.do(lambda: api.province.hub.publish(Event("blind", {"since": 5})))
        assert reader.until("blind") == {"since": 5}
        api.do(lambda: api.province.hub.publish(Event("resync", {})))
        assert reader.until("resync") == {}


def test_only_what_is_in_scope_is_told(api: Running) -> None:
    with reading(api, bearer(api.token("viewer", sites=("c0",)))) as reader:
        api.do(lambda: api.province.set("site:c1", State.DOWN))
        api.do(lambda: api.province.alert("link:c1.k0-telecom"))
        api.do(lambda: api.province.alert("link:c0.k0-telecom", "marks-the-end"))
        kinds = [reader.next()]
        while kinds[-1][0] != "alert":
            kinds.append(reader.next())
        assert [kind for kind, _ in kinds] == ["alert"]
        assert kinds[0][1]["id"].startswith("marks-the-end/link:c0.k0-telecom@")


def test_the_latest_word_about_a_thing_is_enough(api: Running) -> None:
    with reading(api, bearer(api.token("viewer"))) as reader:

        def flap() -> None:
            for _ in range(500):
                api.province.set("link:c0.k0-mobile", State.DOWN)
                api.province.set("link:c0.k0-mobile", State.UP, "recovered")
            api.province.alert("link:c0.k0-mobile", "end")

        api.do(flap)
        told = []
        while (event := reader.next())[0] != "alert":
            told.append(event)
        assert 1 <= len(told) < 20
        assert told[-1][1]["state"] == "up"


class Counting(Province):
    """Counts how often a link is looked up."""

    looked_up = 0

    def link(self, link: str) -> LinkNow | None:
        self.looked_up += 1
        return super().link(link)


def test_what_changed_often_is_looked_up_when_it_is_told_and_not_at_each_change() -> None:
    province = Counting(make_inventory())
    with running(province) as api, reading(api, bearer(api.token("viewer"))) as reader:

        def flap() -> None:
            for _ in range(500):
                province.set("link:c0.k0-mobile", State.DOWN)
            province.alert("link:c0.k0-mobile", "end")

        api.do(flap)
        reader.until("alert")
        assert 1 <= province.looked_up < 20


def test_a_reader_that_falls_behind_is_told_to_start_over_and_slows_nobody() -> None:
    province = Province(make_inventory(4, 8, 8, 8))
    with running(province) as api:
        wire = socket.create_connection(("127.0.0.1", api.port), 20)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n"
        wire.sendall(request.format(api.token("viewer")).encode())
        desk = api.app.state.desk
        wait_for(lambda: desk.counters.streams == 1, what="the reader is connected")
        links = list(province.register.links)

        def storm() -> None:
            for link in links:
                province.set(f"link:{link}", State.DOWN)

        def overflowed() -> bool:
            api.do(storm)
            return bool(desk.counters.resyncs or province.hub.resyncs)

        wait_for(overflowed, what="the reader fell behind")
        assert api.ask("/healthz").status == 200
        with reading(api, bearer(api.token("viewer"))) as other:
            api.do(lambda: province.alert("link:" + links[0], "other"))
            assert other.until("alert")
        heard = b""
        while b"event: resync" not in heard:
            piece = wire.recv(1 << 20)
            assert piece, "the stream ended"
            heard = heard[-100:] + piece
        wire.close()
        wait_for(lambda: desk.counters.streams == 0, what="the reader is forgotten")
        assert desk.listeners == {}


def test_a_stream_ends_with_the_session() -> None:
    with running() as api:
        cookie = api.session(api.token("viewer"))
        with reading(api, cookie) as reader:
            csrf = {"X-CSRF-Token": api.ask("/api/v1/me", headers=cookie).json["csrf"]}
            assert api.ask("/logout", method="POST", headers=cookie | csrf).status == 200
            api.province.clock += 20
            api.do(lambda: api.province.set("link:c0-unicom", State.DOWN))
            assert reader.next() == ("", None)


def test_streams_are_limited_for_one_person_and_for_all() -> None:
    with running(settings=ApiSettings(streams=3, streams_each=2)) as api:
        one, two = bearer(api.token("viewer")), bearer(api.token("operator"))
        with reading(api, one), reading(api, one):
            answer = api.ask("/api/v1/events", headers=one)
            assert (answer.status, answer.json["code"]) == (429, "too_many_streams")
            assert int(answer.headers["retry-after"]) > 0
            with reading(api, two):
                assert api.ask("/api/v1/events", headers=two).status == 429
        wait_for(lambda: api.app.state.desk.counters.streams == 0, what="all have gone")
        with reading(api, one):
            pass


def test_a_monitor_that_stops_ends_its_streams() -> None:
    with running() as api, reading(api, bearer(api.token("viewer"))) as reader:
        api.do(api.province.hub.close)
        assert reader.next() == ("", None)
