"""Receivers and routes as the configuration has them, for the dispatcher."""

from __future__ import annotations

from typing import cast

from alerts.dispatch import Channel, Notifier, Receiver, Route
from runtime.config import Config
from runtime.plugins import plugins


def receivers(config: Config) -> list[Receiver]:
    """Make the receivers; a channel is called by its kind, and by its place where kinds repeat."""
    known = plugins("alerts.notifiers")
    found = []
    for name, channels in config.receivers.items():
        kinds = [plugin.kind for plugin in channels]
        named = [
            Channel(
                kind if kinds.count(kind) == 1 else f"{kind}-{place + 1}",
                cast("Notifier", known[kind]),
                plugin.options,
            )
            for place, (kind, plugin) in enumerate(zip(kinds, channels, strict=True))
        ]
        found.append(Receiver(name, tuple(named), config.language))
    return found


def routes(config: Config) -> list[Route]:
    """Make the routes; without any, every receiver gets every alert."""
    if not config.routes:
        return [Route(name) for name in config.receivers]
    return [Route(route.receiver, dict(route.match)) for route in config.routes]
