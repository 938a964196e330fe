"""Every public file of the folder keeps the promises of a sink."""

from __future__ import annotations

import asyncio
import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import aiohttp
import pytest
from pydantic import ValidationError

import sinks
from inventory.strict import Strict
from tests.sinks.samples import echo_run, reading

SINKS = [
    import_module(f"sinks.{module.name}")
    for module in iter_modules(sinks.__path__)
    if not module.name.startswith("_")
]
LEAST = {"url": "https://store.example", "database": "d"}


def options_of(module: ModuleType) -> Strict:
    wanted = {name: value for name, value in LEAST.items() if name in module.Options.model_fields}
    options: Strict = module.Options(**wanted)
    return options


@pytest.mark.parametrize("module", SINKS)
def test_a_sink_refuses_unknown_options(module: ModuleType) -> None:
    with pytest.raises(ValidationError):
        module.Options(**LEAST, colour="red")


@pytest.mark.parametrize("module", SINKS)
def test_an_encoder_appends_and_says_how_many_points(module: ModuleType) -> None:
    probe = echo_run()
    encode = module.encoder([probe], options_of(module))
    buffer = bytearray(b"before")
    points = encode(reading(probe, 1_795_492_800_000), buffer)
    assert points > 0
    assert buffer.startswith(b"before")
    assert encode.omitted == 0


@pytest.mark.parametrize("module", SINKS)
def test_what_was_appended_can_be_counted_and_cut(module: ModuleType) -> None:
    async def scenario() -> None:
        options = options_of(module)
        probe = echo_run()
        encode, buffer = module.encoder([], options), bytearray()
        points = sum(encode(reading(probe, 1_795_492_800_000 + n), buffer) for n in range(10))
        async with aiohttp.ClientSession() as http:
            sender = module.sender(options, http)
            halves = sender.split(bytes(buffer))
            assert b"".join(halves) == buffer
            assert sum(map(sender.count, halves)) == points
            assert all(halves)
            await sender.close()
            await sender.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("module", SINKS)
def test_nothing_heard_writes_nothing(module: ModuleType) -> None:
    probe = echo_run()
    encode, buffer = module.encoder([probe], options_of(module)), bytearray()
    assert encode(reading(probe, 1_795_492_800_000, (None,) * 6), buffer) == 0
    assert buffer == b""


@pytest.mark.parametrize("module", SINKS)
def test_a_sink_is_small_and_explains_itself(module: ModuleType) -> None:
    assert module.__doc__
    assert len(Path(inspect.getfile(module)).read_text("utf-8").splitlines()) <= 150
