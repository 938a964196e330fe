"""Whatever is done to the example, there is an inventory or there are problems, never a crash."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.load import load
from inventory.problem import fatal
from inventory.yamlmarks import Source, parse
from runtime.check import render
from runtime.config import load_config
from runtime.dump import dump

ROOT = Path(__file__).parents[2]
SECRETS = {
    "EXTRANET_COMMUNITY": "correct-horse",
    "EXTRANET_AUTH_KEY": "battery-staple",
    "EXTRANET_PRIV_KEY": "xkcd-936-936",
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            ".",
            "*",
            "**",
            "\0",
            "${NOPE}",
            "10s",
            "-1s",
            "99.9",
            "2026-01-01",
            "9999-12-31",
            "10.0.0.1:0",
            "[::1]:99999",
            "::ffff:1.2.3.4",
            "0001-01-01",
            "1e999",
            "hb",
            "xg-r1",
        ]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["file", "from", "to", "kind", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def _places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in pairs if isinstance(data, dict | list) else ():
        found += _places(value, (*path, key)) if isinstance(value, dict | list) else [(*path, key)]
    return found


def _example(name: str) -> Any:
    return parse(Source(name, ROOT, (ROOT / name).read_bytes()))[0]


INVENTORY = _example("inventory.yaml")
MONITOR = _example("monitor.yaml") | {
    "sinks": {
        "one": {"kind": "influxdb", "url": "http://127.0.0.1:1", "token": "${EXTRANET_AUTH_KEY}"}
    },
    "receivers": {"noc": {"channels": [{"kind": "smtp", "host": "127.0.0.1"}]}},
    "routes": [{"match": {"severity": ["critical"]}, "receiver": "noc"}],
}


def _mutate(data: Any, draw: st.DrawFn) -> Any:
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        places = _places(data)
        if not places:
            return data
        *above, last = draw(st.sampled_from(places))
        parent = data
        for step in above:
            parent = parent[step]
        match draw(st.sampled_from(["delete", "rename", "replace", "copy", "wrap"])):
            case "delete":
                del parent[last]
            case "rename" if isinstance(parent, dict):
                parent[draw(st.text(max_size=6))] = parent.pop(last)
            case "copy" if isinstance(parent, dict):
                parent[draw(st.sampled_from(sorted(parent)))] = copy.deepcopy(parent[last])
            case "wrap":
                parent[last] = [copy.deepcopy(parent[last])]
            case _:
                parent[last] = draw(values)
    return data


@st.composite
def mutations(draw: st.DrawFn, data: Any) -> bytes:
    text: str = yaml.safe_dump(_mutate(data, draw), allow_unicode=True, sort_keys=False)
    return text.encode("utf-8", "surrogatepass")


@st.composite
def torn_texts(draw: st.DrawFn) -> bytes:
    data = (ROOT / "inventory.yaml").read_bytes()
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 200)))
    return data[:start] + draw(st.binary(max_size=8)) + data[end:]


many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _load(data: bytes, folder: Path) -> None:
    path = folder / "inventory.yaml"
    path.write_bytes(data)
    inventory, problems, _ = load(path, SECRETS)
    assert (inventory is None) == fatal(problems)
    shown = render(problems, "en") + render(problems, "zh") + repr(problems) + repr(inventory)
    if inventory is not None:
        shown += dump(inventory)
    assert not [secret for secret in SECRETS.values() if secret in shown]


@many
@given(data=mutations(INVENTORY))
def test_a_mutated_inventory_is_taken_or_refused_and_shows_no_secret(
    data: bytes, tmp_path: Path
) -> None:
    _load(data, tmp_path)


@many
@given(data=torn_texts())
def test_a_torn_inventory_is_taken_or_refused_and_shows_no_secret(
    data: bytes, tmp_path: Path
) -> None:
    _load(data, tmp_path)


@many
@given(data=mutations(MONITOR))
def test_a_mutated_configuration_is_taken_or_refused_and_shows_no_secret(
    data: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "monitor.yaml"
    path.write_bytes(data)
    config, problems = load_config(path, SECRETS)
    assert (config is None) == fatal(problems)
    shown = render(problems, "en") + render(problems, "zh") + repr(problems) + repr(config)
    assert not [secret for secret in SECRETS.values() if secret in shown]
