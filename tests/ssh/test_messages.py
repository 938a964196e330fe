"""What goes between the two processes, and the file of pinned keys: any text, any octets."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._ssh import Said
from collectors.wires._ssh_form import (
    HEAD,
    LARGEST,
    Answered,
    Begin,
    FrameError,
    Job,
    frame,
    length_of,
    read_from_process,
    read_to_process,
)
from collectors.wires._ssh_host_keys import Pinned, md5, read, sha256, write
from collectors.wires._ssh_run import text
from metrics.observation import Outcome
from tests.servers import program
from tests.ssh.asking import access, login
from tests.ssh.sshd import public


def test_a_job_arrives_with_its_secrets() -> None:
    jump = access(1, login("other", key="private", passphrase="words"), "jump")
    job = Job(id=7, kind="run", access=access(2, login(password="p"), jump=jump), until=1.5,
              most_bytes=3, script="echo 你好")  # fmt: skip
    data = frame(Begin(job))
    assert length_of(data[:HEAD]) == len(data) - HEAD
    assert read_to_process(data[HEAD:]) == Begin(job)


def test_no_secret_is_in_what_is_shown_of_a_job() -> None:
    job = Job(id=7, kind="run", access=access(2, login(password="geheim")), until=1, most_bytes=3)
    assert "geheim" not in repr(Begin(job))


def test_what_is_too_long_is_not_sent() -> None:
    with pytest.raises(FrameError):
        frame(Answered(1, Said(Outcome.ANSWERED, "", ("x" * (LARGEST + 1),))))


def test_a_length_nobody_sends_is_refused() -> None:
    with pytest.raises(FrameError):
        length_of(b"\xff\xff\xff\xff")


@given(st.binary(max_size=200))
def test_any_octets_are_a_message_or_refused(data: bytes) -> None:
    for reader in (read_from_process, read_to_process):
        try:
            reader(data)
        except FrameError:
            continue


def test_an_error_in_what_the_process_is_told_shows_no_secret() -> None:
    job = Job(id=7, kind="run", access=access(2, login(password="geheim")), until=1, most_bytes=3)
    data = frame(Begin(job))[HEAD:].replace(b"most_bytes\x03", b"most_bytes\xa6geheim")
    with pytest.raises(FrameError) as caught:
        read_to_process(data)
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


_KINDS = st.sampled_from(["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"])


@st.composite
def _pinned(draw: st.DrawFn) -> Pinned:
    kind = draw(_KINDS)
    rest = draw(st.binary(min_size=1, max_size=64))
    comment = draw(st.text("abc def:0123-TZ", max_size=30)).strip()
    return Pinned(kind, len(kind).to_bytes(4, "big") + kind.encode() + rest, comment)


_DEVICES = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True)
_FILES = st.dictionaries(_DEVICES, st.lists(_pinned(), min_size=1, max_size=3).map(tuple))


@given(_FILES)
def test_what_is_pinned_is_read_as_it_was_written(keys: dict[str, tuple[Pinned, ...]]) -> None:
    assert read(write(keys)) == (keys, 0)


@given(st.text(max_size=300))
def test_any_text_is_a_file_of_keys(written: str) -> None:
    keys, unread = read(written)
    assert unread >= 0
    assert all(blob.blob for pinned in keys.values() for blob in pinned)


def test_a_key_that_is_not_what_its_line_says_pins_nothing() -> None:
    blob = base64.b64encode(b"\0\0\0\x07ssh-rsa...").decode()
    assert read(f"srv1 ssh-ed25519 {blob}\n") == ({}, 1)


@pytest.mark.server("ssh-keygen")
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_fingerprint_is_shown_as_by_ssh_keygen(kind: str, keys: Path) -> None:
    blob = base64.b64decode(public(keys / kind).split()[1])
    for name, shown in (("sha256", sha256(blob)), ("md5", md5(blob))):
        said = subprocess.run(
            [program("ssh-keygen"), "-l", "-E", name, "-f", str(keys / f"{kind}.pub")],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        assert said.stdout.decode().split()[1] == shown


@given(st.binary(max_size=300))
def test_any_octets_are_text_without_control_characters(raw: bytes) -> None:
    assert all(letter in "\n\t" or letter.isprintable() for letter in text(raw))


def test_lines_of_two_encodings_are_both_read() -> None:
    raw = "数据 1\n".encode() + "数据 2\n".encode("gb18030")
    assert text(raw) == "数据 1\n数据 2\n"


def test_carriage_returns_and_escapes_go() -> None:
    assert text(b"a\r\n\x1b[31mb\tc\n") == "a\n[31mb\tc\n"


def test_a_secret_does_not_show_itself() -> None:
    assert "geheim" not in repr(access(1, login(password="geheim")))
