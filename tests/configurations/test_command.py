"""`extranet configuration`: what is kept, for the person at the keyboard."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime import cli
from tests.configurations.keeping import KEY, NOW, OTHER, SECRETS, TEXT, Boxes, said

pytestmark = pytest.mark.server("git")


@dataclass(frozen=True)
class Desk:
    """A folder with a store in which one device has two configurations."""

    folder: Path
    revisions: tuple[str, str]
    capture: pytest.CaptureFixture[str]

    def do(self, *words: str, key: str = "${KEY}") -> tuple[int, str, str]:
        file = self.folder / "monitor.yaml"
        file.write_text(f"store: {{path: store}}\nconfigurations: {{key: '{key}'}}\n")
        arguments = ["--language", "en", "configuration", *words, "--config", str(file)]
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        said_ = self.capture.readouterr()
        return int(str(ended.value.code)), said_.out, said_.err


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    monkeypatch.setenv("KEY", KEY.hex())
    boxes = Boxes(tmp_path / "store", {"xs-r1": said()})
    first = boxes.keep("xs-r1", "first").revision
    boxes.says["xs-r1"], boxes.now = said(OTHER), NOW + 3_600
    return Desk(tmp_path, (first, boxes.keep("xs-r1").revision), capsys)


def test_devices_are_listed_with_when_they_were_read(desk: Desk) -> None:
    code, out, _ = desk.do("list")

    assert code == 0
    assert out == f"xs-r1\t2026-11-24 15:00:00\t{desk.revisions[1][:12]}\n"


def test_revisions_of_a_device_are_listed_newest_first(desk: Desk) -> None:
    _, out, _ = desk.do("list", "xs-r1")

    newest, oldest = out.splitlines()
    assert newest == f"{desk.revisions[1][:12]}*\t2026-11-24 15:00:00\t+1 -1\tthe daily reading"
    assert oldest.startswith(f"{desk.revisions[0][:12]}*\t2026-11-24 14:00:00\t")


def test_a_text_is_shown_masked(desk: Desk) -> None:
    code, out, _ = desk.do("show", "xs-r1", "--revision", desk.revisions[0][:7])

    assert code == 0
    assert " description 至孝南县 100M" in out
    assert not [secret for secret in SECRETS if secret in out]


def test_the_newest_is_compared_with_the_one_before(desk: Desk) -> None:
    _, out, _ = desk.do("diff", "xs-r1")

    assert "+ description 至孝南县 200M\n" in out
    assert out == desk.do("diff", "xs-r1", "--from", desk.revisions[0])[1]


def test_a_full_text_goes_into_a_file_that_is_the_owners_alone(desk: Desk) -> None:
    file = desk.folder / "xs-r1.cfg"

    code, out, err = desk.do(
        "restore", "xs-r1", "--revision", desk.revisions[0], "--output", str(file)
    )

    assert code == 0
    assert file.read_text("utf-8") == TEXT
    assert file.stat().st_mode & 0o777 == 0o600
    assert not [secret for secret in SECRETS if secret in out + err]


def test_what_is_there_already_is_not_overwritten(desk: Desk) -> None:
    file = desk.folder / "xs-r1.cfg"
    file.write_text("mine")

    code, _, err = desk.do("restore", "xs-r1", "--output", str(file))

    assert (code, file.read_text()) == (1, "mine")
    assert "is there already" in err


def test_without_a_file_nothing_is_restored(desk: Desk) -> None:
    code, out, err = desk.do("restore", "xs-r1")

    assert (code, out) == (1, "")
    assert "--output" in err


def test_with_another_key_nothing_is_restored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "00" * 32)
    file = desk.folder / "xs-r1.cfg"

    code, _, err = desk.do("restore", "xs-r1", "--output", str(file))

    assert (code, file.exists()) == (1, False)
    assert "another key" in err


@pytest.mark.parametrize(
    ("words", "said_"),
    [
        (("show", "xs-r9"), "no configuration of xs-r9 was ever kept"),
        (("show", "../x"), "no configuration of ../x was ever kept"),
        (("show",), "name a device"),
        (("show", "xs-r1", "--revision", "zz"), "has no revision zz"),
        (("diff", "xs-r1", "--from", "zz"), "has no revision zz"),
    ],
)
def test_what_is_not_there_is_said(desk: Desk, words: tuple[str, ...], said_: str) -> None:
    code, _, err = desk.do(*words)

    assert code == 1
    assert said_ in err


@pytest.mark.parametrize("key", ["abc", "00" * 31, "00" * 33, "!" * 44])
def test_a_key_that_is_none_is_refused_and_not_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("KEY", key)

    code, _, err = desk.do("list")

    assert code == 1
    assert "openssl rand -hex 32" in err
    assert key not in err


def test_a_key_in_the_open_is_refused(desk: Desk) -> None:
    code, _, err = desk.do("list", key=KEY.hex())

    assert code == 1
    assert KEY.hex() not in err


def test_it_is_a_command_of_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", "--language", "en", "configuration", "--help"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip

    assert "--output" in done.stdout
