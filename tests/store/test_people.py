"""Who may ask: found by a token that is nowhere kept, and every change has a name beside it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.entries import AuditEntry, PersonRow
from store.ledger import Ledger, open_ledger, open_reader
from store.people import ABSOLUTE, IDLE, People, UnknownPersonError, load_people
from store.reader import Broken

T0 = 1_795_000_000
WANG = PersonRow("wang", ("operator",), ("xg",), ())


class Book:
    """A ledger with the people in it; what is submitted is written at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = open_ledger(folder, T0)
        self.people = self.load()

    def load(self) -> People:
        return load_people(self.ledger.reads, lambda *entries: self.ledger.append(entries))

    def restart(self) -> None:
        self.ledger.close()
        self.ledger = open_ledger(self.folder, T0)
        self.people = self.load()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    opened = Book(tmp_path / "store")
    yield opened
    opened.ledger.close()


def add_wang(people: People, now: int = T0) -> str:
    return people.add_person("wang", ("operator",), ("xg",), (), "root", now)


def test_a_token_finds_its_person_also_after_a_restart(book: Book) -> None:
    token = add_wang(book.people)
    before = book.people.by_token(token)
    book.restart()

    assert before == book.people.by_token(token) == WANG


def test_another_token_finds_nobody(book: Book) -> None:
    token = add_wang(book.people)

    assert book.people.by_token(token + "x") is None
    assert book.people.by_token("") is None
    assert book.people.by_token("\udcff") is None


def test_tokens_have_a_prefix_and_256_random_bits(book: Book) -> None:
    tokens = {add_wang(book.people) for _ in range(50)}

    assert len(tokens) == 50
    assert all(token.startswith("extranet_") and len(token) == 9 + 43 for token in tokens)


def test_neither_token_nor_session_nor_csrf_lies_in_the_files(book: Book) -> None:
    token = add_wang(book.people)
    session = book.people.open_session(WANG, T0)
    book.ledger._connection.execute("PRAGMA wal_checkpoint")

    everything = b"".join(file.read_bytes() for file in book.folder.iterdir())
    assert b"wang" in everything
    for secret in (token, token.removeprefix("extranet_"), session.id, session.csrf):
        assert secret.encode() not in everything


def test_a_new_token_ends_the_old_one_and_its_sessions(book: Book) -> None:
    old = add_wang(book.people)
    session = book.people.open_session(WANG, T0)
    new = add_wang(book.people, T0 + 5)

    assert book.people.by_token(old) is None
    assert book.people.by_token(new) == WANG
    assert book.people.session(session.id, T0 + 6) is None


@pytest.mark.parametrize("restart", [False, True])
def test_a_revoked_person_is_out_at_once_and_for_good(book: Book, restart: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    token = add_wang(book.people)
    session = book.people.open_session(WANG, T0)
    book.people.revoke("wang", "root", T0 + 5)
    if restart:
        book.restart()

    assert book.people.by_token(token) is None
    assert book.people.session(session.id, T0 + 6) is None
    with pytest.raises(UnknownPersonError):
        book.people.open_session(WANG, T0 + 7)


def test_changed_roles_end_sessions_and_keep_the_token(book: Book) -> None:
    token = add_wang(book.people)
    session = book.people.open_session(WANG, T0)
    book.people.change_person("wang", ("viewer",), (), (), "root", T0 + 5)

    assert book.people.session(session.id, T0 + 6) is None
    assert book.people.by_token(token) == PersonRow("wang", ("viewer",))


def test_a_session_is_found_by_its_id_also_after_a_restart(book: Book) -> None:
    add_wang(book.people)
    opened = book.people.open_session(WANG, T0)
    book.restart()
    found = book.people.session(opened.id, T0 + 5)

    assert found is not None
    assert (found.person, found.csrf) == (WANG, opened.csrf)
    assert found.expires == T0 + 5 + IDLE


def test_a_session_ends_when_nobody_uses_it(book: Book) -> None:
    add_wang(book.people)
    session = book.people.open_session(WANG, T0)

    assert book.people.session(session.id, T0 + IDLE - 1) is not None
    assert book.people.session(session.id, T0 + 2 * IDLE - 2) is not None
    assert book.people.session(session.id, T0 + 3 * IDLE - 2) is None
    assert book.people.session(session.id, T0 + 2 * IDLE) is None


def test_a_session_ends_at_its_absolute_limit_however_busy(book: Book) -> None:
    add_wang(book.people)
    session = book.people.open_session(WANG, T0)
    for second in range(60, ABSOLUTE, 60):
        assert book.people.session(session.id, T0 + second) is not None

    assert book.people.session(session.id, T0 + ABSOLUTE) is None


def test_a_closed_session_is_over_also_after_a_restart(book: Book) -> None:
    add_wang(book.people)
    session = book.people.open_session(WANG, T0)
    book.people.close_session(session.id)
    book.restart()

    assert book.people.session(session.id, T0 + 1) is None


def test_sessions_that_are_over_are_swept_from_the_ledger(book: Book) -> None:
    add_wang(book.people)
    book.people.open_session(WANG, T0)
    book.people.open_session(WANG, T0 + IDLE)

    assert book.people.sweep(T0 + IDLE + 1) == 1
    assert len(book.ledger.reads.sessions()) == 1


def test_a_use_is_noted_at_most_once_a_minute(book: Book) -> None:
    token = add_wang(book.people)
    for second in (1, 2, 59, 60, 61, 119):
        book.people.by_token(token, T0 + second)

    (account,) = book.ledger.reads.accounts()
    assert account.last_used == T0 + 61


def test_every_change_of_a_person_is_in_the_audit_trail(book: Book) -> None:
    add_wang(book.people)
    book.people.change_person("wang", ("viewer",), (), (), "root", T0 + 5)
    book.people.revoke("wang", "root", T0 + 6)
    book.people.audit("li", "alert.acknowledge", "link-down/link:a", T0 + 7, "refused")

    assert book.ledger.reads.audit_trail() == [
        AuditEntry(T0 + 7, "li", "alert.acknowledge", "link-down/link:a", "refused"),
        AuditEntry(T0 + 6, "root", "person.revoke", "wang"),
        AuditEntry(T0 + 5, "root", "person.change", "wang"),
        AuditEntry(T0, "root", "person.add", "wang"),
    ]


def audited(book: Book) -> Ledger:
    for number in range(10):
        book.people.audit("wang", "alert.acknowledge", f"告警 {number}", T0 + number)
    return book.ledger


def test_an_untouched_audit_trail_is_whole(book: Book) -> None:
    reads = audited(book).reads

    assert reads.verify_audit() is None
    assert reads.audit_head()[0] == 10


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit SET person = 'li' WHERE number = 4", Broken(4, "edited")),
        ("UPDATE audit SET at = at + 1 WHERE number = 1", Broken(1, "edited")),
        ("DELETE FROM audit WHERE number = 5", Broken(5, "missing")),
        ("DELETE FROM audit WHERE number > 7", Broken(8, "missing")),
        ("DELETE FROM audit WHERE number = 1", Broken(1, "missing")),
    ],
)
def test_tampering_with_the_audit_trail_is_found(book: Book, tampering: str, found: Broken) -> None:
    ledger = audited(book)
    intruder = sqlite3.connect(ledger.path, isolation_level=None)
    intruder.execute("DROP TRIGGER audit_is_not_changed")
    intruder.execute("DROP TRIGGER audit_is_not_deleted")
    intruder.execute(tampering)
    intruder.close()

    assert ledger.reads.verify_audit() == found


def test_a_trail_that_grows_while_it_is_verified_is_whole(book: Book) -> None:
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            book.people.audit("wang", "alert.acknowledge", "x", T0)

    writing = threading.Thread(target=write)
    writing.start()
    reader = open_reader(book.ledger.path)
    found = {reader.verify_audit() for _ in range(50)}
    done.set()
    writing.join()
    reader.close()

    assert found == {None}


@pytest.mark.parametrize("statement", ["UPDATE audit SET at = 0", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_touch_the_audit_trail(book: Book, statement: str) -> None:
    ledger = audited(book)

    with pytest.raises(sqlite3.IntegrityError, match="the audit trail is added to"):
        ledger._connection.execute(statement)


def test_reads_need_no_disk(book: Book) -> None:
    token = add_wang(book.people)
    session = book.people.open_session(WANG, T0)
    refuse: Callable[..., None] = _refuse
    people = People(book.ledger.reads.accounts(), book.ledger.reads.sessions(), refuse)
    book.ledger.close()

    assert people.by_token(token) == WANG
    assert people.session(session.id, T0 + 1) is not None


def _refuse(*entries: object) -> None:
    raise AssertionError(f"nothing was to be written: {entries}")
