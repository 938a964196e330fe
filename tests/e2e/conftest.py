"""Stories: a test module here may have `story(folder)`, lived through once, told to its tests.

All stories of a run begin together and run side by side, so that a minute of waiting is waited
once. What a story saw is the fixture `told`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.servers import program

HERE = Path(__file__).parent
_LONGEST = 420
"""Seconds that a story may last beyond its first test: it waits for much, with patience. Less than
`faulthandler_timeout`, which ends the whole run."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Come last, so that no other test runs beside the stories; those who have none come first."""
    items.sort(key=lambda item: item.path.parent == HERE and 1 + _story(item))


def _story(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and hasattr(item.module, "story")


@pytest.fixture(scope="session", autouse=True)
def _stories(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Any]]]:
    modules: dict[str, ModuleType] = {
        item.module.__name__: item.module
        for item in request.session.items
        if item.path.parent == HERE and isinstance(item, pytest.Function)
        if _story(item) and _has_its_programs(item)
    }
    with ThreadPoolExecutor(max(1, len(modules)), "story") as pool:
        yield {
            name: pool.submit(module.story, tmp_path_factory.mktemp("story"))
            for name, module in modules.items()
        }


def _has_its_programs(item: pytest.Item) -> bool:
    with contextlib.suppress(AssertionError):
        for marker in item.iter_markers("server"):
            for name in marker.args:
                program(name)
        return True
    return False


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest, _stories: dict[str, Future[Any]]) -> Any:
    """What the story of this module saw."""
    return _stories[request.module.__name__].result(_LONGEST)
