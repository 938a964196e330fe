"""Everything that can be known before the start: files, references, and what plug-ins know.

inventory.yaml:41  links.xs-telecom-1.b    no device "xs-r9"; did you mean "xs-r1"?
1 problem. Nothing was started.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from alerts.model import Rule
from alerts.rules import load_rules
from collectors.wires.echo import open_echo
from inventory.form import validate
from inventory.load import LARGEST, MOST_FILES, load
from inventory.model import PROFILES, Inventory, ProbeSpec, Profile
from inventory.probes import assign, device_probes, link_probes, service_probes
from inventory.problem import Path_, Problem, Problems, fatal
from inventory.schema import SECTIONS, DefaultsForm
from inventory.strict import Strict
from inventory.yamlmarks import Marks, parse, read_source
from runtime.assessments import rulesets
from runtime.check_platforms import check_platforms
from runtime.check_services import check_services
from runtime.config import DEFAULT, Config, FilePath, load_config
from runtime.dump import dump
from runtime.plugins import plugins
from runtime.receivers import check_routes
from runtime.sections.assessment import AssessmentConfig
from sla.percentile import fills_slots
from texts.say import Language, catalogue, say

_WIDEST = 60
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read; None where there is an error in it. `problems` are errors and warnings."""

    inventory: Inventory | None
    config: Config | None
    rules: tuple[Rule, ...]
    problems: Sequence[Problem]

    @property
    def good(self) -> bool:
        """Whether the monitor may start: there are warnings at most."""
        return not fatal(self.problems)


def check(
    inventory_path: Path | None, config_path: Path | None, environ: Mapping[str, str]
) -> Checked:
    """Read everything and note every problem; nothing is opened but files.

    Without `inventory_path` the configuration names the inventory; without `config_path` it is
    `monitor.yaml`, and the defaults where there is none. An error in one file hides nothing of the
    others, nor what plug-ins have against the rest of it.
    """
    config, problems = load_config(config_path, environ)
    named = config or _named(config_path or DEFAULT)
    inventory_path = inventory_path or named.inventory
    inventory, found, marks = load(inventory_path, environ)
    rules, more = load_rules(named.rules, shipped=named.shipped_rules)
    assessed_by = rulesets.read(named.assessment.rules)[1]
    problems = [*problems, *more, *assessed_by]
    if config is not None and inventory is not None:
        problems += check_routes(config, inventory, None if fatal(more) else rules)
    asked = _all_asked(inventory) if inventory else _still_asked(inventory_path, marks)
    if asked is not None:
        found = [*found, *check_probes(asked, marks)]
    if inventory is not None:
        more = [*check_platforms(inventory, marks), *check_services(inventory, marks)]
        found = [*found, *more]
    return Checked(inventory, config, rules, _in_order([*found, *problems]))


class _Named(Strict):
    """The other files that a configuration names."""

    inventory: Annotated[FilePath, Field(validate_default=True)] = Path("inventory.yaml")
    rules: tuple[FilePath, ...] = ()
    shipped_rules: bool = True
    assessment: AssessmentConfig = AssessmentConfig()


def _named(path: Path) -> _Named:
    """Return what a configuration with errors names; what is wrong with it is noted already."""
    context, good = {"folder": path.parent}, {}
    written = _mapping(path) or {}
    for key in _Named.model_fields.keys() & written.keys():
        with suppress(ValidationError):
            good[key] = getattr(_Named.model_validate({key: written[key]}, context=context), key)
    return _Named.model_validate({}, context=context).model_copy(update=good)


def _mapping(path: Path) -> dict[str, Any] | None:
    """Return what can be read of a file that was refused; None where it is no mapping."""
    source = read_source(path, path.as_posix(), LARGEST)
    data = None if isinstance(source, Problem) else parse(source)[0]
    return data if isinstance(data, dict) else None


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Sort by line; files stay in the order in which they were read."""
    files: dict[str, int] = {}
    for problem in problems:
        files.setdefault(problem.file, len(files))
    return sorted(problems, key=lambda one: (files[one.file], one.line))


class Asked(NamedTuple):
    """A device or a link and its questions; `profile` of a link whose contract is known."""

    at: Path_
    probes: tuple[ProbeSpec, ...]
    profile: Profile | None = None


def _all_asked(inventory: Inventory) -> list[Asked]:
    return (
        [Asked(("devices", one.id), one.probes) for one in inventory.devices.values()]
        + [Asked(("links", one.id), one.probes, one.profile) for one in inventory.links.values()]
        + [Asked(("services", one.id), one.probes) for one in inventory.services.values()]
    )


def _still_asked(path: Path, marks: Marks) -> list[Asked] | None:
    """Return what is asked in an inventory that was refused, of all that has the right form."""
    written = _written(path)
    if written is None:
        return None
    nobody = Problems(marks, suggestions=0)  # `load` has noted what is found here
    forms: dict[str, dict[str, Any]] = {
        section: {
            name: form
            for name, value in written[section].items()
            if (form := validate(SECTIONS[section], value, (section, name), nobody)) is not None
        }
        for section in ("contracts", "devices", "links", "services")
    }
    defaults = validate(DefaultsForm, written["defaults"], ("defaults",), nobody)
    assigned = assign(defaults or DefaultsForm())
    asked = []
    for name, form in forms["devices"].items():
        at: Path_ = ("devices", name)
        asked.append(Asked(at, device_probes(form, assigned, at, nobody)))
    for name, form in forms["links"].items():
        at, contract = ("links", name), forms["contracts"].get(form.contract)
        profile = PROFILES[contract.profile if contract else "standard"]
        specs = link_probes(form, profile, assigned, at, nobody)
        asked.append(Asked(at, specs, profile if contract else None))
    for name, form in forms["services"].items():
        at = ("services", name)
        asked.append(Asked(at, service_probes(form.probes, assigned, at, nobody)))
    return asked


def _written(path: Path) -> dict[str, dict[str, Any]] | None:
    """Return what is written in an inventory and in what it includes; of two the first counts."""
    found: dict[str, dict[str, Any]] = {
        section: {} for section in ("contracts", "devices", "links", "services", "defaults")
    }
    if _mapping(path) is None:
        return None
    waiting, seen = [path], set[Path]()
    while waiting and len(seen) < MOST_FILES:
        here = waiting.pop(0)
        data = None if here.resolve() in seen else _mapping(here)
        seen.add(here.resolve())
        for section, content in (data or {}).items():
            if section in found and isinstance(content, dict):
                found[section] = {**content, **found[section]}
            elif section == "include" and isinstance(content, list):
                waiting += _included(here.parent, content)
    return found


def _included(folder: Path, patterns: list[object]) -> list[Path]:
    names: list[str] = []
    for pattern in patterns:
        with suppress(ValueError):  # NUL in the pattern
            if isinstance(pattern, str) and not pattern.startswith("/"):
                # Path.glob raises for some patterns that glob takes as text, as in `load`.
                names += sorted(glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207  see above
    return [folder / name for name in names]


def check_probes(asked: Iterable[Asked], marks: Marks) -> list[Problem]:
    """Check every question with the collector of its kind, and that slots get enough echoes."""
    judge = _Judge(plugins("collectors"), marks)
    judge.defaults()
    for at, probes, profile in asked:
        for spec in probes:
            options = judge.options(spec, at)
            judge.samples(spec, at)
            if profile is not None and options is not None:
                judge.echoes(at, profile, spec, options)
    judge.permission()
    return judge.found()


class _Judge:
    """Knows what collectors accept. Equal questions that are good are looked at once."""

    def __init__(self, collectors: Mapping[str, ModuleType], marks: Marks) -> None:
        self._collectors = collectors
        self._marks = marks
        self._problems = Problems(marks)
        self._good: dict[tuple[str, float, str], BaseModel] = {}
        self._by_icmp: tuple[str, Path_] | None = None
        """A kind of probe and something that is echoed by it, by ICMP."""

    def options(self, spec: ProbeSpec, target: Path_) -> BaseModel | None:
        """Return the collector's options; None, and problems, where it refuses the question."""
        key = (spec.kind, spec.every, repr(spec.options))
        if (good := self._good.get(key)) is not None:
            return good
        at = self._written_at(spec.kind, target)
        collector = self._collectors.get(spec.kind)
        if collector is None:
            known = ", ".join(self._collectors)
            close = self._problems.suggest(spec.kind, self._collectors)
            self._problems.add(at, "unknown_kind", suggestion=close, name=spec.kind, expected=known)
            return None
        floor = getattr(collector, "FLOOR_SECONDS", 0) if spec.every else 0  # 0: noted as missing
        if spec.every < floor:
            every, least = f"{spec.every:g}", f"{floor:g}"
            self._problems.add(at, "below_floor", every=every, floor=least, kind=spec.kind)
        options: BaseModel | None = validate(
            collector.Options, dict(spec.options), at, self._problems
        )
        if spec.kind == "path" and getattr(options, "wire", "") == "icmp":
            self._by_icmp = self._by_icmp or (spec.kind, target)
        if options is not None and spec.every >= floor:
            self._good[key] = options
        return options

    def defaults(self) -> None:
        """Check that `defaults` speak of kinds that exist, whether or not anything has them."""
        general = self._marks.written(("defaults", "probes"))
        for kind in general if isinstance(general, dict) else ():
            if kind not in self._collectors:
                self._unknown(kind, ("defaults", "probes", kind))

    def _unknown(self, kind: str, at: Path_) -> None:
        close = self._problems.suggest(kind, self._collectors)
        known = ", ".join(self._collectors)
        self._problems.add(at, "unknown_kind", suggestion=close, name=kind, expected=known)

    def echoes(self, link: Path_, profile: Profile, spec: ProbeSpec, options: BaseModel) -> None:
        """Check that a slot of the link's profile can hold the echoes it needs (`m_min`)."""
        count = getattr(options, "count", None)
        if spec.kind != "echo" or not isinstance(count, int) or not spec.every:
            return
        if getattr(options, "wire", None) == "icmp":
            self._by_icmp = self._by_icmp or (spec.kind, link)
        sent = int(profile.slot / spec.every) * count
        if sent < profile.min_sent:
            self._problems.add(
                self._written_at(spec.kind, link),
                "too_few_echoes",
                sent=sent,
                slot=profile.slot,
                profile=profile.name,
                least=profile.min_sent,
            )

    def samples(self, spec: ProbeSpec, target: Path_) -> None:
        """Warn where no 95th percentile can be had: its slots of 5 minutes are not polled whole."""
        if spec.kind == "interfaces" and spec.every and not fills_slots(spec.every):
            at = self._written_at(spec.kind, target)
            every = f"{spec.every:g}"
            self._problems.add(at, "no_percentile", severity="warning", every=every)

    def permission(self) -> None:
        """Check that ICMP is permitted here, where anything is asked by it."""
        if self._by_icmp is None:
            return
        try:
            asyncio.run(_open_icmp())
        except OSError:
            at = self._written_at(*self._by_icmp)
            self._problems.add(at, "icmp_not_permitted", severity="warning")

    def found(self) -> list[Problem]:
        """Return the problems, one that is written in one place only once."""
        different = {
            (one.path, one.code, repr(one.parameters)): one for one in self._problems.found
        }
        return list(different.values())

    def _written_at(self, kind: str, target: Path_) -> Path_:
        """Return where a question comes from: the object's own words, the defaults, the object."""
        own = self._marks.written((*target, "probes"))
        for place, probe in enumerate(own if isinstance(own, list) else ()):
            if isinstance(probe, dict) and probe.get("kind") == kind:
                return (*target, "probes", place)
        general = ("defaults", "probes", kind)
        return target if self._marks.written(general) is None else general


async def _open_icmp() -> None:
    wire = open_echo("icmp")
    await wire.start()
    await wire.close()


def render(problems: Sequence[Problem], language: Language) -> str:
    """Return a line per problem and the sum; "" where there is none."""
    if not problems:
        return ""
    places = [f"{_clean(one.file)}:{one.line}" for one in problems]
    paths = [_clean(one.path) for one in problems]
    first = min(max(map(len, places)), _WIDEST)
    second = min(max(map(len, paths)), _WIDEST)
    lines = [
        f"{place:<{first}}  {path:<{second}}  {sentence(one, language)}"
        for place, path, one in zip(places, paths, problems, strict=True)
    ]
    lines.append(_sum(problems, language))
    return "\n".join(lines) + "\n"


def in_a_line(problem: Problem, language: Language) -> str:
    """Say one problem with its place, where there is no table."""
    place = f"{_clean(problem.file)}:{problem.line}"
    return f"{place}  {_clean(problem.path)}  {sentence(problem, language)}"


def sentence(problem: Problem, language: Language) -> str:
    """Say one problem in words, with what was probably meant."""
    parameters = {key: _clean(str(value)) for key, value in problem.parameters.items()}
    if (kind := f"kind.{parameters.get('kind')}") in catalogue():
        parameters["kind"] = say(kind, language)
    text = say(f"problem.{problem.code}", language, **parameters)
    if problem.suggestion:
        suggestion = _clean(problem.suggestion)
        text += say("problem.did_you_mean", language, suggestion=suggestion)
    return say(f"problem.{problem.severity}", language, text=text)


def _sum(problems: Iterable[Problem], language: Language) -> str:
    severities = [one.severity for one in problems]
    parts = [
        say(f"check.{severity}" if count == 1 else f"check.{severity}s", language, count=count)
        for severity in ("error", "warning")
        if (count := severities.count(severity))
    ]
    comma, stop = ("，", "。") if language == "zh" else (", ", ". ")
    if "error" not in severities:
        return comma.join(parts) + stop.strip()
    return comma.join(parts) + stop + say("check.nothing_started", language)


def _clean(text: str) -> str:
    """Make text from a file harmless to a terminal."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def run_check(inventory: Path | None, config: Path | None, language: Language) -> int:
    """Check, print, and return the exit code: 0 where the monitor may start, else 1."""
    checked = check(inventory, config, os.environ)
    sys.stdout.write(render(checked.problems, language))
    if checked.good and checked.inventory is not None:
        counted = checked.inventory
        sys.stdout.write(
            say(
                "check.good",
                language,
                sites=len(counted.sites),
                devices=len(counted.devices),
                links=len(counted.links),
            )
            + "\n"
        )
    return 0 if checked.good else 1


def run_dump(inventory: Path, language: Language) -> int:
    """Print the resolved inventory without its secrets; problems go to stderr."""
    loaded, problems, _ = load(inventory, os.environ)
    sys.stderr.write(render(problems, language))
    if loaded is None:
        return 1
    sys.stdout.write(dump(loaded))
    return 0
