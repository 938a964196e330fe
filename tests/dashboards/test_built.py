"""What lies in built/ is what the code says, and the code names metrics through the catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards import _words
from dashboards._build import BUILT, FOLDER, documents, write
from dashboards._promql import by, select
from metrics.catalogue import BY_NAME, LINK_STATE

DEPLOY = FOLDER.parent / "deploy" / "grafana" / "provisioning"
OWN = {
    value for value in vars(_words).values() if isinstance(value, str) and value.startswith("extra")
}


def loaded() -> dict[str, Any]:
    return {name: json.loads(text) for name, text in documents().items()}


def expressions(document: Any) -> Iterator[str]:
    for panel in document["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]
    for variable in document["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["definition"]


def test_the_built_files_are_what_the_code_says() -> None:
    stored = {path.name: path.read_text("utf-8") for path in sorted(BUILT.glob("*.json"))}
    assert stored == documents(), "run: python -m dashboards._build"


def test_building_again_removes_what_no_longer_belongs(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(documents())


def test_every_dashboard_has_a_fixed_identity_of_its_own() -> None:
    found = [document["uid"] for document in loaded().values()]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"extranet-[a-z-]{1,30}", uid) for uid in found)
    assert all(document["id"] is None for document in loaded().values())


def test_every_query_asks_the_chosen_data_source() -> None:
    wanted = {"type": "prometheus", "uid": "${datasource}"}
    for document in loaded().values():
        assert document["templating"]["list"][0]["name"] == "datasource"
        for panel in document["panels"]:
            if panel["type"] != "row":
                assert panel["datasource"] == wanted
                assert [target["datasource"] for target in panel["targets"]] == [wanted] * len(
                    panel["targets"]
                )


def test_every_metric_in_a_query_is_in_the_catalogue_or_the_monitors_own() -> None:
    for document in loaded().values():
        for expr in expressions(document):
            names = set(re.findall(r"\b(?:extranet|node|probe)_\w+", expr))
            assert names
            assert names <= BY_NAME.keys() | OWN


def test_no_dashboard_writes_a_metric_by_hand() -> None:
    for path in FOLDER.glob("*.py"):
        if path.name != "_words.py":
            written = re.search(r"[\"'{](?:extranet|node|probe)_", path.read_text("utf-8"))
            assert not written, path.name


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    for document in loaded().values():
        taken: set[tuple[int, int]] = set()
        for panel in document["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            assert place["x"] + place["w"] <= 24
            taken |= cells
        ids = [panel["id"] for panel in document["panels"]]
        assert len(set(ids)) == len(ids)


def test_every_title_is_in_chinese_and_english() -> None:
    for document in loaded().values():
        for title in [document["title"], *(panel["title"] for panel in document["panels"])]:
            assert re.search(r"[\u4e00-\u9fff]", title), title
            assert re.search(r"[A-Za-z]{2}", title), title
            assert "dashboards." not in title


def test_a_label_that_a_metric_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no label 'interface'"):
        select(LINK_STATE, interface="x")
    with pytest.raises(ValueError, match="no label 'device'"):
        by(LINK_STATE, "device")


def test_provisioning_takes_addresses_and_secrets_from_the_environment() -> None:
    sources = yaml.safe_load((DEPLOY / "datasources" / "extranet.yaml").read_text("utf-8"))
    [source] = sources["datasources"]
    assert source["url"] == "${EXTRANET_PROMETHEUS_URL}"
    assert source["secureJsonData"] == {"basicAuthPassword": "${EXTRANET_PROMETHEUS_PASSWORD}"}
    providers = yaml.safe_load((DEPLOY / "dashboards" / "extranet.yaml").read_text("utf-8"))
    assert providers["providers"][0]["options"] == {"path": "${EXTRANET_DASHBOARDS}"}
