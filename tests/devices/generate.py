"""Write the synthetic recordings: `python -m tests.devices.generate`.

Each function of `synthetic/<platform>.py` becomes `<platform>/<device>/walk.snmprec` and
`expected.json`. A recording of a real device needs no function: put both files there by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tests.devices.recording import Device, snmprec

FOLDER = Path(__file__).parent


def devices() -> Iterator[tuple[str, str, Device]]:
    """Yield platform, name and content of every synthetic device."""
    for file in sorted((FOLDER / "synthetic").glob("*.py")):
        for name, make in import_module(f"tests.devices.synthetic.{file.stem}").DEVICES.items():
            device: Device = make()
            note = " ".join((make.__doc__ or "").split())
            yield file.stem, name, Device(device.rows, device.expected, note)


def files(device: Device) -> dict[str, str]:
    """Return the files of a device by name."""
    document = {"synthetic": True, "about": device.note, **device.expected}
    expected = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return {"walk.snmprec": snmprec(device.rows), "expected.json": expected}


def main() -> None:
    """Write them all."""
    for platform, name, device in devices():
        folder = FOLDER / platform / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files(device).items():
            (folder / file).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
