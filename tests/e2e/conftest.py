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

_LONGEST = 280


@pytest.fixture(scope="session")
def _stories(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Any]]]:
    here = Path(__file__).parent
    modules: dict[str, ModuleType] = {}
    for item in request.session.items:
        if item.path.parent == here and isinstance(item, pytest.Function):
            module: ModuleType = item.module
            if hasattr(module, "story") and _has_its_programs(item):
                modules[module.__name__] = module
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
