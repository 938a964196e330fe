"""The house: what a stranger relies on before reading a line of it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import texts
from texts.say import catalogue

ROOT = Path(__file__).parent.parent
PRODUCT = (
    "inventory", "metrics", "collectors", "sinks", "sla", "alerts", "store", "texts", "api",
    "dashboards", "runtime",
)  # fmt: skip
FOLDERS = (*PRODUCT, "simulator", "bench", "tests", "deploy", "docs")
MODULES = sorted(
    path for folder in (*PRODUCT, "simulator", "bench") for path in (ROOT / folder).rglob("*.py")
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    "name",
    ["README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md",
     "docs/design.md", "docs/performance.md", "docs/security.md", "docs/inventory.md",
     "docs/decisions/dependencies.md", "inventory.yaml", "monitor.yaml", "requirements.lock"],
)  # fmt: skip
def test_what_a_newcomer_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_gives_the_two_commands(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")

    assert "make run" in text
    assert "make test" in text


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_fits_in_the_head(path: Path) -> None:
    """400 lines; tables of data are exempt."""
    if path.parent.name != "texts":
        assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.name == "__init__.py"], ids=_name
)
def test_a_package_begins_with_its_purpose_and_nothing_else(path: Path) -> None:
    (only,) = ast.parse(path.read_text("utf-8")).body

    assert isinstance(only, ast.Expr)
    assert isinstance(only.value, ast.Constant)


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if _name(p) != "runtime/clock.py" and _name(p).split("/")[0] in PRODUCT],
    ids=_name,
)
def test_only_the_clock_asks_what_time_it_is(path: Path) -> None:
    """Monotonic time, for durations, is everybody's."""
    text = path.read_text("utf-8")

    assert not re.search(
        r"\btime\.time\(|\bfrom time import .*\btime\b(?!_ns)|datetime\.(utc)?now\(|date\.today\(",
        text,
    )


def test_every_dependency_has_its_line() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    declared = re.findall(r'^ {4}"([A-Za-z0-9-]+)==', project, re.MULTILINE)
    argued = (ROOT / "docs/decisions/dependencies.md").read_text("utf-8").lower()

    assert [name for name in declared if name.lower() not in argued] == []


def test_every_sentence_is_written_in_both_languages() -> None:
    """But for those of punctuation and parameters only, and the switch between the languages."""
    missing = [
        code
        for code, (english, chinese) in catalogue().items()
        if re.search(r"[A-Za-z]", re.sub(r"\{\w*\}", "", english))
        if not re.search(r"[\u4e00-\u9fff]", chinese)
    ]

    assert [code for code in missing if not code.startswith("page.l")] == []


def test_no_code_has_two_sentences() -> None:
    """The file that is read last would win, without a word."""
    files = [import_module(f"texts.{one.name}") for one in iter_modules(texts.__path__)]
    codes = [code for file in files if file.__name__ != "texts.say" for code in file.TEXTS]

    assert [code for code, count in Counter(codes).items() if count > 1] == []


def test_both_languages_speak_of_the_same_parameters() -> None:
    names = re.compile(r"\{(\w+)\}")
    different = [
        code
        for code, (english, chinese) in catalogue().items()
        if set(names.findall(english)) != set(names.findall(chinese))
    ]

    assert different == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text("utf-8"))

    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_file_of_ours_that_is_named_is_there() -> None:
    """`verify.py` is what the verifier is called in a bundle."""
    code = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    names = {path.name for path in code} | {"verify.py"}
    whole = re.compile(rf"(?<![\w./<>$~-])((?:{'|'.join(FOLDERS)})/[\w./-]*\w)")
    missing = []
    for path in (*DOCUMENTS, *code):
        text = path.read_text("utf-8")
        found = {name for name in whole.findall(text) if not _exists(ROOT / name)}
        found |= {name for name in re.findall(r"`(\w+\.py)`", text) if name not in names}
        missing += [(_name(path), name) for name in sorted(found)]

    assert missing == []


def _exists(path: Path) -> bool:
    return path.exists() or path.with_name(f"{path.name}.py").exists()
