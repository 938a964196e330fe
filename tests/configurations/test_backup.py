"""A backup holds the configurations, and a monitor goes on with them where they come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from metrics.observation import Outcome
from store.backup import backup, restore
from store.configurations import BUNDLE, Configurations
from store.ledger import open_ledger
from tests.configurations.keeping import KEY, NOW, OTHER, SECRETS, TEXT, Boxes, said
from tests.configurations.network import ROUTER, Office, inventory
from tests.configurations.test_telling import firing, read, settled, started

pytestmark = pytest.mark.server("git")


def moved(before: Path, after: Path) -> None:
    """Back a store up and bring it back elsewhere."""
    open_ledger(before, NOW).close()
    backup(before, before.parent / "all.tar", NOW)
    restore(before.parent / "all.tar", after)


def test_texts_come_back_masked_and_sealed(tmp_path: Path) -> None:
    kept = Boxes(tmp_path / "before", {"xs-r1": said()}).keep("xs-r1")

    moved(tmp_path / "before", tmp_path / "after")

    found = Configurations(tmp_path / "after", KEY)
    found.take_over()
    assert [one.revision for one in found.revisions("xs-r1", 10)] == [kept.revision]
    assert found.full("xs-r1", kept.revision) == TEXT
    assert not (tmp_path / "after" / BUNDLE).exists()


def test_no_secret_is_in_a_backup(tmp_path: Path) -> None:
    Boxes(tmp_path / "before", {"xs-r1": said()}).keep("xs-r1")

    moved(tmp_path / "before", tmp_path / "after")

    content = (tmp_path / "all.tar").read_bytes()
    assert not [secret for secret in SECRETS if secret.encode() in content]


def test_the_same_text_is_no_change_there(tmp_path: Path) -> None:
    boxes = Boxes(tmp_path / "before", {"xs-r1": said()})
    kept = boxes.keep("xs-r1")
    moved(tmp_path / "before", tmp_path / "after")
    boxes.store = tmp_path / "after"

    again = boxes.keep("xs-r1")

    assert (again.outcome, again.changed, again.revision) == (
        Outcome.ANSWERED, False, kept.revision,
    )  # fmt: skip


def test_what_was_told_before_is_not_told_again(tmp_path: Path) -> None:
    async def changed(one: Office) -> None:
        async with started(one):
            await read(one, TEXT, NOW)
            await read(one, OTHER, NOW + 60)

    async def looked(one: Office) -> None:
        async with started(one):
            await settled(one)

    asyncio.run(changed(Office(Boxes(tmp_path / "before", {ROUTER: said()}), inventory())))
    moved(tmp_path / "before", tmp_path / "after")
    after = Office(Boxes(tmp_path / "after", {ROUTER: said()}, NOW + 120), inventory())

    asyncio.run(looked(after))

    assert after.evidence == []
    assert len(firing(after)) == 1


def test_a_store_without_configurations_has_none_in_its_backup(tmp_path: Path) -> None:
    moved(tmp_path / "before", tmp_path / "after")

    assert [file.name for file in (tmp_path / "after").iterdir()] == ["ledger.sqlite"]
