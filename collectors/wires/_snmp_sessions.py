"""Which conversations are kept between questions, and how many are open beside them.

A cycle over more agents than an LRU holds would miss each time, so the first ones stay; v3 comes
before the others, because a v3 session is dearer to open.
"""

from __future__ import annotations

from collections.abc import Collection

from collectors.wires._snmp_engine import Conversation

Key = tuple[str, int | None]


class Sessions:
    """At most `most` are kept; at most `passing_most` are open at once for one question each."""

    def __init__(self, most: int, passing_most: int) -> None:
        self.kept: dict[Key, Conversation] = {}
        self.passing: set[Conversation] = set()
        self.opening = 0
        """Conversations that are being opened: SNMPv3 asks for the engine id first."""
        self._most = most
        self._passing_most = passing_most
        self._plain: dict[Key, None] = {}

    @property
    def full(self) -> bool:
        """No descriptor is left for another conversation."""
        beside = len(self.passing) + self.opening
        return len(self.kept) >= self._most and beside >= self._passing_most

    def put(self, key: Key, conversation: Conversation) -> None:
        """Keep a conversation, or have it for once."""
        if key in self.kept:  # busy with another request: this one is for once
            self.passing.add(conversation)
            return
        plain = conversation.credential.version != "3"
        if len(self.kept) >= self._most and not plain and self._plain:
            idle = next((k for k in self._plain if not self.kept[k].busy), None)
            if idle is not None:
                self.drop(idle)
        if len(self.kept) < self._most:
            self.kept[key] = conversation
            if plain:
                self._plain[key] = None
        else:
            self.passing.add(conversation)

    def drop(self, key: Key) -> None:
        """Close what is kept of an agent."""
        kept = self.kept.pop(key, None)
        if kept is not None:
            self._plain.pop(key, None)
            kept.close()

    def release(self, key: Key, conversation: Conversation, *, spent: bool) -> None:
        """Let go after a question; `spent`: it is not to be used again."""
        if self.kept.get(key) is not conversation:
            self.passing.discard(conversation)
            conversation.close()
        elif spent:
            self.drop(key)

    def retain(self, keys: Collection[Key]) -> None:
        """Keep the conversations with these agents only."""
        for key in [key for key in self.kept if key not in keys]:
            self.drop(key)

    def close(self) -> None:
        """Close every conversation."""
        self.retain(())
        for conversation in self.passing:
            conversation.close()
        self.passing.clear()
