"""Read the inventory: many files, one frozen value, and every problem at once."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from inventory import resolve
from inventory.edge import is_id
from inventory.form import validate
from inventory.logins import check_ways, login
from inventory.model import Carrier, Inventory, Unit
from inventory.probes import assign
from inventory.problem import Path_, Problem, Problems, fatal
from inventory.register import access_devices
from inventory.schema import SECTIONS, SINGLE, DefaultsForm
from inventory.services import service_groups, services
from inventory.topology import topology
from inventory.yamlmarks import DEEPEST, Marks, Source, parse, read_source

LARGEST: Final = 64_000_000
"""Bytes of one inventory file: 100,000 sites have room."""
MOST_FILES: Final = 10_000
FORMAT: Final = 1


@dataclass(slots=True)
class _Read:
    """What was read so far."""

    root: Path
    sources: list[Source] = field(default_factory=list)
    data: list[dict[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)


def load(path: Path, environ: Mapping[str, str]) -> tuple[Inventory | None, list[Problem], Marks]:
    """Read the inventory at `path` with everything it includes.

    Returns None where there is any error; warnings stand beside an inventory. Problems are in the
    order of the files. Files are named as `path` is, included ones from its folder. `environ`
    holds the secrets that credentials name. Raises nothing for what is in the files.
    """
    read = _Read(path.parent)
    _read_file(read, path, path.as_posix(), ())
    owners: dict[Path_, int] = {}
    marks = Marks(read.sources, owners)
    problems = Problems(marks, read.problems)
    written = _sections(read, owners, problems)
    inventory = _resolve(read, owners, written, environ, problems)
    order = {source.name: place for place, source in enumerate(read.sources)}
    found = sorted(problems.found, key=lambda one: (order.get(one.file, -1), one.line))
    return (None if fatal(found) else inventory), found, marks


def _read_file(read: _Read, path: Path, name: str, above: tuple[Path, ...]) -> None:
    source = read_source(path, name, LARGEST)
    if isinstance(source, Problem):
        read.problems.append(source)
        return
    data, problems = parse(source)
    read.seen.add(path.resolve())
    read.problems += problems
    read.sources.append(source)
    if not isinstance(data, dict):
        if not problems:
            read.problems.append(Problem(name, 1, "", "needs_mapping"))
        data = {}
    read.data.append(data)
    _include(read, source, data, (*above, path.resolve()))


def _include(read: _Read, source: Source, data: dict[str, object], above: tuple[Path, ...]) -> None:
    patterns = data.get("include", [])
    problems = Problems(Marks([source], {}), read.problems)
    if not isinstance(patterns, list):
        problems.add(("include",), "needs_list")
        return
    for place, pattern in enumerate(patterns):
        at = ("include", place)
        if not isinstance(pattern, str) or not pattern or pattern.startswith("/"):
            problems.add(at, "bad_include")
            continue
        found = _matching(pattern, source.folder)
        if not found:
            problems.add(at, "include_nothing", pattern=pattern)
        for path in found:
            real = path.resolve()
            if real in above:
                problems.add(at, "include_circle", name=path.name)
            elif len(above) > DEEPEST or len(read.seen) >= MOST_FILES:
                problems.add(at, "too_many_files", most=MOST_FILES, deepest=DEEPEST)
            elif real not in read.seen:
                _read_file(read, path, path.as_posix(), above)


def _matching(pattern: str, folder: Path) -> list[Path]:
    try:
        # Path.glob raises for some patterns that glob takes as text.
        names = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207  see above
    except ValueError:  # NUL in the pattern
        return []
    return [folder / name for name in sorted(names)]


def _sections(
    read: _Read, owners: dict[Path_, int], problems: Problems
) -> dict[str, dict[str, object]]:
    """Put the sections of all files together; nothing may be written twice."""
    written: dict[str, dict[str, object]] = {name: {} for name in (*SECTIONS, "single")}
    for place, data in enumerate(read.data):
        for section, content in data.items():
            owners.setdefault((section,), place)
            if section in SECTIONS:
                _section(written[section], section, content, place, owners, problems)
            elif section not in SINGLE:
                close = problems.suggest(section, (*SINGLE, *SECTIONS))
                problems.add((section,), "unknown_key", suggestion=close, source=place)
            elif section == "schema" and content != FORMAT:
                problems.add((section,), "bad_schema", source=place, known=FORMAT)
            elif section in {"defaults", "revision"}:
                if section in written["single"]:
                    other = read.sources[owners[section,]].name
                    problems.add((section,), "defined_twice", source=place, other=other)
                written["single"].setdefault(section, content)
    if read.data and "schema" not in read.data[0] and not fatal(read.problems):
        problems.add((), "missing_key", key="schema")
    return written


def _section(
    into: dict[str, object],
    section: str,
    content: object,
    place: int,
    owners: dict[Path_, int],
    problems: Problems,
) -> None:
    if content is None:
        return
    if not isinstance(content, dict):
        problems.add((section,), "needs_mapping", source=place)
        return
    for name, value in content.items():
        at = (section, name)
        if name in into:
            other = problems.marks.find(at)
            problems.add(at, "defined_twice", source=place, other=f"{other.file}:{other.line}")
            continue
        owners[at] = place
        into[name] = value
        if not is_id(name):
            problems.add(at, "bad_id", source=place)


def _forms(
    read: _Read,
    owners: Mapping[Path_, int],
    written: Mapping[str, Mapping[str, object]],
    environ: Mapping[str, str],
    problems: Problems,
) -> resolve.Forms:
    by_section: dict[str, dict[str, Any]] = {}
    for section, model in SECTIONS.items():
        forms = by_section[section] = {}
        for name, value in written[section].items():
            folder = read.sources[owners[section, name]].folder
            context = {"environ": environ, "folder": folder}
            form = validate(model, value, (section, name), problems, context)
            if form is not None:
                forms[name] = form
    raw = written["single"].get("defaults")
    defaults = validate(DefaultsForm, {} if raw is None else raw, ("defaults",), problems)
    return resolve.Forms(by_section, written, assign(defaults or DefaultsForm()))


def _resolve(
    read: _Read,
    owners: Mapping[Path_, int],
    written: Mapping[str, Mapping[str, object]],
    environ: Mapping[str, str],
    problems: Problems,
) -> Inventory | None:
    forms = _forms(read, owners, written, environ, problems)
    contracts = resolve.contracts(forms, problems)
    sites = resolve.sites(forms, problems)
    links = resolve.links(forms, contracts, problems)
    devices = resolve.devices(forms, _ports(forms), problems)
    link_groups = resolve.link_groups(forms, links, problems)
    planned_work = resolve.planned_work(forms, problems)
    register = access_devices(forms, problems)
    check_ways(forms, problems)
    used = services(forms, problems)
    revision = written["single"].get("revision", "")
    if not isinstance(revision, str | int) or isinstance(revision, bool):
        problems.add(("revision",), "needs_text")
    if fatal(problems.found):
        return None
    plain = forms.by_section
    return Inventory(
        revision=str(revision),
        digest=_digest(read),
        units={
            name: Unit(name, form.title, form.phone, form.mail)
            for name, form in plain["units"].items()
        },
        carriers={name: Carrier(name, form.title) for name, form in plain["carriers"].items()},
        contracts=contracts,
        credentials={
            name: resolve.credential(name, form) for name, form in plain["credentials"].items()
        },
        sites=sites,
        devices=devices,
        links=links,
        link_groups=link_groups,
        planned_work=planned_work,
        topology=topology(sites, devices, links),
        access_devices=register,
        logins={name: login(name, form) for name, form in plain["logins"].items()},
        service_groups=service_groups(forms),
        services=used,
    )


def _ports(forms: resolve.Forms) -> dict[str, list[str]]:
    """Return the interfaces on which links end, by device."""
    ports: dict[str, list[str]] = {}
    for link in forms.by_section["links"].values():
        for end in (link.a, link.b):
            if end.interface is not None:
                ports.setdefault(end.device, []).append(end.interface)
    return ports


def _digest(read: _Read) -> str:
    """Hash names (from the root's folder) and bytes, so that a report can name what it read."""
    digest = hashlib.sha256()
    prefix = f"{read.root.as_posix()}/"
    for source in sorted(read.sources, key=lambda one: one.name):
        name = source.name.removeprefix(prefix).encode()
        digest.update(b"%d:%b%d:%b" % (len(name), name, len(source.data), source.data))
    return digest.hexdigest()
