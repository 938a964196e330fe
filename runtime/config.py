"""`monitor.yaml`: the process. What the network is stands in the inventory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from alerts.model import Severity
from inventory.edge import Address, Every, Id, Listen, Size, Text, duration
from inventory.form import validate
from inventory.model import LEVELS, EchoWire, Endpoint
from inventory.problem import Path_, Problem, Problems, fatal
from inventory.strict import Strict
from inventory.yamlmarks import Marks, Source, parse, read_source
from runtime.plugins import plugins
from runtime.sections.assessment import AssessmentConfig
from runtime.sections.audits import AuditsConfig
from runtime.sections.configurations import ConfigurationsConfig
from runtime.sections.paths import ExistingFile
from runtime.sections.paths import FilePath as FilePath  # noqa: PLC0414  passed on to all
from runtime.sections.ssh import SshConfig
from runtime.sections.web import WebConfig
from texts.say import Language

DEFAULT: Final = Path("monitor.yaml")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "severity": get_args(Severity),
    "level": LEVELS,
    "kind": ("link", "site", "device", "interface", "canary", "monitor"),
}
"""Labels of an alert whose values are known without an inventory."""
_SURVEY_FLOOR: Final = 60.0


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class StoreConfig(Strict):
    """Where the record lies, how long history is kept, and how much disk stays free (bytes)."""

    path: Annotated[FilePath, Field(validate_default=True)] = Path("var")
    history_days: Annotated[int, Field(ge=1, le=36_500)] = 400
    disk_floor: Size = 1_000_000_000


class TlsConfig(Strict):
    """PEM files."""

    certificate: ExistingFile
    key: ExistingFile


class ApiConfig(Strict):
    """Where the page and the API are; `title` is the name on the page.

    `raw_mib_names`: /metrics/devices also has IF-MIB's own names with snmp_exporter's labels.
    """

    listen: Listen = Endpoint("127.0.0.1", 8080)
    raw_mib_names: bool = False
    tls: TlsConfig | None = None
    title: Text = ""


class SnmpConfig(Strict):
    """How SNMP is asked; time-out and retries are options of the probes."""

    engine: Literal["auto", "gufo", "pysnmp"] = "auto"
    max_in_flight_per_area: Annotated[int, Field(ge=1, le=10_000)] = 1_000


class TrapsConfig(Strict):
    """Where traps and informs are heard, and how much of them; datagrams per second and at once.

    `relays`: who may speak for others, as a v1 trap's agent-addr or snmpTrapAddress (RFC 3584)
    says; of everybody else only the address a datagram came from is believed.
    """

    listen: Annotated[
        tuple[Listen, ...], BeforeValidator(_several), Field(min_length=1, max_length=8)
    ]
    per_source: Annotated[float, Field(ge=0.001, le=1_000)] = 5.0
    per_source_burst: Annotated[int, Field(ge=1, le=10_000)] = 50
    total: Annotated[float, Field(ge=0.001, le=1_000)] = 100.0
    total_burst: Annotated[int, Field(ge=1, le=10_000)] = 500
    relays: tuple[Address, ...] = ()


def _survey_every(value: object) -> float | None:
    if value == "never":
        return None
    try:
        seconds = duration(value)
    except PydanticCustomError:
        seconds = 0.0
    if seconds < _SURVEY_FLOOR:
        raise PydanticCustomError("bad_survey", "bad survey", {"least": "1m"})
    return seconds


class SurveyConfig(Strict):
    """How often each device is read whole (seconds; None = never), and how many at once."""

    every: Annotated[float | None, PlainValidator(_survey_every)] = 86_400.0
    in_flight: Annotated[int, Field(ge=1, le=32)] = 2


class CanaryConfig(Strict):
    """Something near the monitor that always answers: all silent means that it is blind."""

    address: Address
    wire: EchoWire = "icmp"
    every: Every = 10.0


class RouteConfig(Strict):
    """Which alerts go to which receiver: all labels named must have one of the values."""

    match: Mapping[str, Annotated[tuple[Text, ...], BeforeValidator(_several)]] = Field(
        default_factory=dict
    )
    receiver: Id


class _PluginForm(Strict):
    """A section that a plug-in reads: `kind` is its file name, the rest are its `Options`."""

    model_config = ConfigDict(extra="allow")

    kind: str


class _ReceiverForm(Strict):
    channels: Annotated[tuple[_PluginForm, ...], Field(min_length=1)]


class _ConfigForm(Strict):
    inventory: Annotated[FilePath, Field(validate_default=True)] = Path("inventory.yaml")
    language: Language = "zh"
    store: StoreConfig = StoreConfig()
    api: ApiConfig = ApiConfig()
    snmp: SnmpConfig = SnmpConfig()
    traps: TrapsConfig | None = None
    survey: SurveyConfig = SurveyConfig()
    web: WebConfig = WebConfig()
    ssh: SshConfig = SshConfig()
    assessment: AssessmentConfig = AssessmentConfig()
    audits: AuditsConfig = AuditsConfig()
    configurations: ConfigurationsConfig = ConfigurationsConfig()
    canaries: Mapping[Id, CanaryConfig] = Field(default_factory=dict)
    sinks: Mapping[Id, _PluginForm] = Field(default_factory=dict)
    rules: tuple[FilePath, ...] = ()
    shipped_rules: bool = True
    receivers: Mapping[Id, _ReceiverForm] = Field(default_factory=dict)
    routes: tuple[RouteConfig, ...] = ()


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plug-in with its own options, checked by itself."""

    kind: str
    options: BaseModel


@dataclass(frozen=True, slots=True)
class Witness:
    """Who is given each day's checkpoint of the evidence log; `key`: their public key, or ""."""

    channel: Plugin
    key: str


@dataclass(frozen=True, slots=True)
class Config:
    """The process, as decided. Paths are relative to the working directory or absolute."""

    inventory: Path
    language: Language
    store: StoreConfig
    api: ApiConfig
    snmp: SnmpConfig
    traps: TrapsConfig | None
    survey: SurveyConfig
    web: WebConfig
    ssh: SshConfig
    assessment: AssessmentConfig
    audits: AuditsConfig
    configurations: ConfigurationsConfig
    canaries: Mapping[str, CanaryConfig]
    sinks: Mapping[str, Plugin]
    rules: tuple[Path, ...]
    shipped_rules: bool
    receivers: Mapping[str, tuple[Plugin, ...]]
    routes: tuple[RouteConfig, ...]
    witnesses: Mapping[str, Witness]
    marks: Marks = field(repr=False, compare=False)
    """Where each value was written, for what is checked against the inventory and the rules."""


def load_config(
    path: Path | None, environ: Mapping[str, str]
) -> tuple[Config | None, list[Problem]]:
    """Read `path`; None takes `monitor.yaml` where there is one, and the defaults else.

    Returns None where there is any error; warnings stand beside a configuration.
    """
    if path is None and not DEFAULT.exists():
        nothing = Marks([], {})
        return _resolve(_ConfigForm(), {}, Problems(nothing), {}, nothing), []
    path = path or DEFAULT
    source = read_source(path, path.as_posix())
    if isinstance(source, Problem):
        return None, [source]
    data, found = parse(source)
    marks = Marks([source], {})
    problems = Problems(marks, found)
    if fatal(found):
        return None, found
    config = _read(source, data, environ, problems, marks)
    return (None if fatal(found) else config), found


def _read(
    source: Source, data: object, environ: Mapping[str, str], problems: Problems, marks: Marks
) -> Config | None:
    context = {"environ": environ, "folder": source.folder}
    if not isinstance(data, dict):
        problems.add((), "needs_mapping")
        return None
    # Key by key, so that a mistake in one does not hide what spans the others. The paths among
    # them are read even where they are left out: they begin at the folder of the file.
    good = {}
    for key, value in {"inventory": "inventory.yaml", "store": {}, **data}.items():
        one = validate(_ConfigForm, {key: value}, (), problems, context)
        if one is not None:
            good[key] = getattr(one, key)
    form = _ConfigForm.model_construct(**good)
    _span(form, data, problems)
    return _resolve(form, data, problems, context, marks)


def _resolve(
    form: _ConfigForm,
    data: dict[str, Any],
    problems: Problems,
    context: Mapping[str, object],
    marks: Marks,
) -> Config:
    made = {at: _plugin(at, section, problems, context) for at, section in _sections(data)}
    return Config(
        form.inventory,
        form.language,
        form.store,
        form.api,
        form.snmp,
        form.traps,
        form.survey,
        form.web,
        form.ssh,
        form.assessment,
        form.audits,
        form.configurations,
        form.canaries,
        {name: plugin for name in form.sinks if (plugin := made["sinks", name])},
        form.rules,
        form.shipped_rules,
        {
            name: tuple(
                plugin
                for place in range(len(receiver.channels))
                if (plugin := made["receivers", name, "channels", place])
            )
            for name, receiver in form.receivers.items()
        },
        form.routes,
        {
            name: Witness(plugin, witness.key)
            for name, witness in form.assessment.witnesses.items()
            if (plugin := made["assessment", "witnesses", name, "channel"])
        },
        marks,
    )


def _span(form: _ConfigForm, data: Mapping[str, object], problems: Problems) -> None:
    """Check what spans sections; `data` has also what was refused."""
    host, tls = ip_address(form.api.listen.host), form.api.tls
    if not host.is_loopback and tls is None:
        problems.add(("api", "listen"), "listen_without_tls")
    if form.api.listen.port is None:
        problems.add(("api", "listen"), "listen_without_port")
    if not data.get("canaries"):
        problems.add(("canaries",), "no_canaries", severity="warning")
    receivers = data.get("receivers")
    _routes(form, receivers if isinstance(receivers, dict) else {}, problems)


def _routes(form: _ConfigForm, receivers: Mapping[str, object], problems: Problems) -> None:
    for place, route in enumerate(form.routes):
        for label, known in _WORDS.items():
            for value in route.match.get(label, ()):
                if value not in known:
                    at: Path_ = ("routes", place, "match", label)
                    close = problems.suggest(value, known)
                    problems.add(at, "one_of", suggestion=close, expected=", ".join(known))
        if route.receiver not in receivers:
            close = problems.suggest(route.receiver, receivers)
            at = ("routes", place, "receiver")
            name = route.receiver
            problems.add(at, "unknown_reference", suggestion=close, kind="receiver", name=name)
    told = {route.receiver for route in form.routes}
    for name in sorted(receivers.keys() - told) if form.routes else ():  # else all are told all
        problems.add(("receivers", name), "no_route", severity="warning")


def _sections(data: dict[str, Any]) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """Yield what plug-ins read, wherever it has the form of a section."""
    sinks, receivers = data.get("sinks"), data.get("receivers")
    assessment = data.get("assessment")
    witnesses = assessment.get("witnesses") if isinstance(assessment, dict) else None
    for name, witness in witnesses.items() if isinstance(witnesses, dict) else ():
        channel = witness.get("channel") if isinstance(witness, dict) else None
        if isinstance(channel, dict):
            yield ("assessment", "witnesses", name, "channel"), channel
    for name, section in sinks.items() if isinstance(sinks, dict) else ():
        if isinstance(section, dict):
            yield ("sinks", name), section
    for name, receiver in receivers.items() if isinstance(receivers, dict) else ():
        channels = receiver.get("channels") if isinstance(receiver, dict) else None
        for place, section in enumerate(channels if isinstance(channels, list) else ()):
            if isinstance(section, dict):
                yield ("receivers", name, "channels", place), section


def _plugin(
    at: Path_, section: dict[str, Any], problems: Problems, context: Mapping[str, object]
) -> Plugin | None:
    """Let the plug-in that `kind` names read its own section."""
    known = plugins("sinks" if at[0] == "sinks" else "alerts.notifiers")
    kind = section.get("kind")
    if not isinstance(kind, str):
        return None  # noted with the form
    if (module := known.get(kind)) is None:
        close = problems.suggest(kind, known)
        expected = ", ".join(known)
        problems.add((*at, "kind"), "unknown_kind", suggestion=close, name=kind, expected=expected)
        return None
    if at[0] == "assessment" and module.STATEFUL:
        problems.add((*at, "kind"), "witness_stateful")
        return None
    own = {key: value for key, value in section.items() if key != "kind"}
    options = validate(module.Options, own, at, problems, context)
    return None if options is None else Plugin(kind, options)
