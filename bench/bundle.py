"""What a bundle of a quarter takes: `python -m bench.bundle [CIRCUITS]`.

Evidence, ledger and log as `bench.evidence` makes them; the verifier runs as a carrier runs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench.evidence import _blinds, circuits, province, write_quarter
from inventory.model import Interval
from runtime.assessments.rulesets import load, parse_text
from runtime.commands.bundle import readme
from runtime.evidence.log_key import log_key
from runtime.reports import bundle_files
from runtime.reports.bundle_files import BundleFiles
from runtime.reports.bundle_work import Signing, Wanted, bundle
from sla import report as reports
from sla.bundle_check import check
from sla.bundle_inputs import first_difference, inputs_in, report_of
from sla.periods import whole
from sla.proof import note, verifier
from sla.proof.note import Checkpoint
from store import evidence, evidence_log
from store.entries import Entry, Heartbeat
from store.evidence_leaves import leaves_of
from store.evidence_log import open_log
from store.ledger import open_ledger

_PERIOD = "2026Q4"
_NAME = "bench"


@contextmanager
def _timed(what: str) -> Iterator[None]:
    before = time.perf_counter()
    yield
    print(f"{what:<44}{time.perf_counter() - before:9.1f} s")


def _store(store: Path, count: int) -> None:
    """Fill a store with a quarter."""
    chance, window = Random(1), whole(_PERIOD)
    made = circuits(chance, count, window.end)
    entries: list[Entry] = [Heartbeat(window.start), Heartbeat(window.end)]
    with closing(open_ledger(store, window.start)) as ledger:
        ledger.append(
            [*entries, *_blinds(window.end), *(change for one in made for change in one.changes)]
        )
    folder = store / evidence.FOLDER
    write_quarter(folder, made, window.end, chance)
    with closing(open_log(store / evidence_log.FOLDER)) as log:
        for hour in range(window.start, window.end, 3600):
            log.append(leaves_of(folder, hour))
        roots = log.roots()
        said = Checkpoint(_NAME, len(log), roots.sha256, roots.sm3, window.end)
        log.notes.add(note.sign(said.text, _NAME, log_key(log.folder, _NAME).key))


def main(count: int) -> None:
    """Make a bundle, check it, make its report again, let the verifier do so."""
    with TemporaryDirectory() as name:
        store, path = Path(name) / "var", Path(name) / "x.zip"
        _store(store, count)
        key = log_key(store / evidence_log.FOLDER, _NAME)
        signing = Signing(lambda text: note.sign(text, _NAME, key.key), key.known.text, "log")
        known = province([f"xg-telecom-{number:05d}" for number in range(count)])
        served = (Interval(0),)
        links = {name: replace(one, in_service=served) for name, one in known.links.items()}
        inventory = replace(known, links=links)
        now = whole(_PERIOD).end + 86_400
        wanted = Wanted(store, "telecom", _PERIOD, inventory, load(), now, readme().encode())
        with _timed("make"):
            made = bundle(wanted, signing, key.known.text)
            bundle_files.write(path, made.files)
        with closing(BundleFiles(path)) as files:
            with _timed("verify"):
                checked = check(files, files.lines, key.known, key.known)
            with _timed("recompute"):
                inputs, hours = inputs_in(files, checked.manifest, files.lines, parse_text)
                again = reports.encode(report_of(inputs, hours))
            assert first_difference(files["report.json"], again) == ""
        script = [sys.executable, "-I", verifier.__file__, os.fspath(path)]
        with _timed("verify.py"):
            subprocess.run(script, check=True, capture_output=True)
        size = path.stat().st_size
    print(f"{'circuits, hours without evidence':<44}{count:6}, {made.missing}")
    print(f"{'megabytes':<44}{size / 1e6:9.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
