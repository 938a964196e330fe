"""How long views of a large report take, and how large they are.

    python -m bench.views [--links 10000] [--outages 30000]

The report is the made-up one of the tests (`tests/sla/reports.py`): outages with cause, evidence,
documents and ticket, dealt out evenly. CPU seconds of one process, wall seconds beside them, and
the most memory that the process has had by then. Run from the folder of the source.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable
from functools import partial
from time import perf_counter, process_time

from sla.renderers import csv, excel, html, json, link_page, pdf
from sla.renderers._words import RenderError
from tests.sla import reports


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=10_000)
    parser.add_argument("--outages", type=int, default=30_000)
    options = parser.parse_args()
    made = reports.many(options.links, options.outages)
    sha256 = reports.hashed(made)
    print(
        f"| {options.links} circuits, {options.outages} outages | CPU s | wall s | MB | peak MB |"
    )
    print("|---|---|---|---|---|")
    for module in (json, html, pdf, csv, excel):
        _measure(module.FORMAT, partial(module.render, made, sha256, "zh"))
    _measure("link", partial(link_page.render, made, sha256, "zh", link=made.links[0].link))


def _measure(name: str, view: Callable[[], bytes]) -> None:
    cpu, wall = process_time(), perf_counter()
    try:
        size = len(view())
    except RenderError as error:
        print(f"| {name} | {error} | | | |")
        return
    cpu, wall = process_time() - cpu, perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| {name} | {cpu:.1f} | {wall:.1f} | {size / 1e6:.1f} | {peak} |")


if __name__ == "__main__":
    main()
