"""Write the JSON of every dashboard: `python -m dashboards._build`.

A public file of this folder is one dashboard, with a function `dashboard() -> Dashboard`. What
lies in `built/` is kept in the repository, so that Grafana can be pointed at it; a test holds
that it is what the code says.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from dashboards._grafana import build

FOLDER = Path(__file__).parent
BUILT = FOLDER / "built"


def documents() -> dict[str, str]:
    """Return the text of every dashboard file, by file name."""
    names = sorted(
        module.name for module in iter_modules([str(FOLDER)]) if not module.name.startswith("_")
    )
    return {
        f"{name}.json": json.dumps(
            build(import_module(f"dashboards.{name}").dashboard()),
            ensure_ascii=False,
            indent=2,
            sort_keys=True,
        )
        + "\n"
        for name in names
    }


def write(folder: Path = BUILT) -> None:
    """Write all files, and remove those that no longer belong to a dashboard."""
    folder.mkdir(exist_ok=True)
    wanted = documents()
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
