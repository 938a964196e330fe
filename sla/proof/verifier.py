"""Check a bundle of evidence and add its report up again.

校验考核证据包，并重新计算报告：    python3 verify.py BUNDLE.zip [--log-key KEY] [--report-key KEY]

Needs Python 3.8 and nothing else, and shares no code with the program that made the bundle. Give
the keys as they were handed to you before: without, the bundle's own are taken, and then it is only
shown that it fits together. 公钥应事先取得；否则只能证明包内自洽。 Ends with 0 when all is right, else with 1.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import json
import re
import sys
import zipfile
from bisect import bisect_right
from fractions import Fraction
from typing import Any, Iterator, List, Tuple  # noqa: UP035 - Python 3.8

Point = Tuple[int, int, int, int]  # noqa: UP006
Spans = List[Tuple[int, int]]  # noqa: UP006
Runs = List[Tuple[str, int, int]]  # noqa: UP006
EXCUSED = {"M_o": "EXM_O", "M_c": "EXM_C", "F": "EXF", "P": "EXP", "X": "EXU"}
PLAIN = {"U": "UP", "G": "DEGRADED", "D": "DOWN", "K": "UNKNOWN"}
RAW = {"UP": "U", "DEGRADED": "G", "DOWN": "D", "SHADOW": "D", "UNKNOWN": "K"}
NAMES = r"[a-zA-Z]{1,20}\.[a-z]{1,5}|evidence/[0-9]{1,12}\.jsonl\.gz|log/[a-z]{1,20}(\.jsonl?)?"
SIGNED = {"manifest.json", "manifest.sig"}
LARGEST, HOUR, FOREVER = 1 << 30, 3600, 1 << 62


class WrongError(Exception):
    """Something is not as it should be."""


def need(condition: object, english: str, chinese: str) -> None:
    """Go on only if it is so."""
    if not condition:
        raise WrongError(english + " | " + chinese)


# Ed25519 (RFC 8032, 5.1). A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def plus(a: Point, b: Point) -> Point:
    """Add two points of the curve."""
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, d - c, d + c, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor: int, point: Point) -> Point:
    """Add a point to itself so many times."""
    found = (0, 1, 1, 0)
    while factor:
        found = plus(found, point) if factor & 1 else found
        point, factor = plus(point, point), factor >> 1
    return found


def point_of(data: bytes) -> Point:
    """Read 32 bytes as a point."""
    whole = int.from_bytes(data, "little")
    y, sign = whole & ((1 << 255) - 1), whole >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    on_curve = y < P and (x * x - square) % P == 0 and (x or not sign)
    need(on_curve and len(data) == 32, "not a point of the curve", "不是曲线上的点")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def is_signature(key: bytes, text: bytes, signature: bytes) -> bool:
    """Say whether it is the key's signature of a text."""
    try:
        public, base = point_of(key), point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    except WrongError:
        return False
    s, head = int.from_bytes(signature[32:], "little"), signature[:32]
    h = int.from_bytes(hashlib.sha512(head + key + text).digest(), "little") % L
    x, y, z, _ = plus(times(s, base), times(L - h, public))
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return len(signature) == 64 and s < L and (y | (x & 1) << 255).to_bytes(32, "little") == head


def signed_text(data: bytes, key: str, what: str) -> str:
    """Return the text of a note (C2SP signed-note) that a key signed: lines of signatures below."""
    text, _, below = data.decode().rpartition("\n\n")
    name, shown, word = key.split("+", 2)
    raw = base64.b64decode(word)
    mark = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    need(mark.hex() == shown and raw[:1] == b"\1", "not a key: " + key, "不是公钥")
    for line in below.split("\n"):
        parts = line.split(" ")
        blob = base64.b64decode(parts[2]) if parts[:2] == ["\u2014", name] else b""
        if blob[:4] == mark and is_signature(raw[1:], text.encode() + b"\n", blob[4:]):
            return text
    raise WrongError(what + ": not signed by " + key + " | 签名无效")


# Trees (RFC 6962): a leaf is H(0 leaf), a node H(1 left right); sha256 or sm3.
def hashed(kind: str, *parts: bytes) -> bytes:
    """Return a hash."""
    return hashlib.new(kind, b"".join(parts)).digest()


def sha256(data: bytes) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(data).hexdigest()


def root_of(kind: str, nodes: list[bytes]) -> bytes:
    """Return the root over hashes of leaves: what is left over at the right is promoted."""
    while len(nodes) > 1:
        pairs = range(0, len(nodes) - 1, 2)
        above = [hashed(kind, b"\1", nodes[left], nodes[left + 1]) for left in pairs]
        nodes = above + nodes[2 * len(above) :]
    return nodes[0]


def climbed(kind: str, leaf: bytes, index: int, size: int, path: Iterator[bytes]) -> bytes:
    """Return the root that a path leads to from a leaf's hash (RFC 9162, 2.1.3)."""
    if size <= 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return hashed(kind, b"\1", climbed(kind, leaf, index, half, path), next(path))
    right = climbed(kind, leaf, index - half, size - half, path)
    return hashed(kind, b"\1", next(path), right)


# Seconds (methodology 1.5, 1.6): U up, G degraded, D down, K unknown; [start, end), UTC.
def add(runs: Runs, state: str, start: int, end: int) -> None:
    """Add a stretch at the end; equal neighbours are one, and a gap before it is unknown."""
    if runs and runs[-1][2] < start:
        add(runs, "K", runs[-1][2], start)
    if runs and runs[-1][0] == state:
        runs[-1] = (state, runs[-1][1], end)
    elif start < end:
        runs.append((state, start, end))


def inside(spans: Spans, second: int) -> bool:
    """Say whether one of some spans covers a second."""
    return any(start <= second < end for start, end in spans)


def strip_of(runs: Runs, masks: dict[str, Spans], terms: dict[str, Any]) -> Runs:
    """Give every second its class: bridge, merge, filter, then who is responsible."""
    bridged: Runs = []
    for place, (was, start, end) in enumerate(runs):
        state = was
        if was == "K" and end - start <= terms["bridge"] and 0 < place < len(runs) - 1:
            before, after = (runs[place + step][0] == "D" for step in (-1, 1))
            state = was if before != after else "D" if before else "U"
        add(bridged, state, start, end)
    groups: list[Spans] = []
    for state, start, end in bridged:
        if state == "D" and groups and start - groups[-1][-1][1] < terms["gap"]:
            groups[-1].append((start, end))
        elif state == "D":
            groups.append([(start, end)])
    long = [sum(end - start for start, end in group) >= terms["d_min"] for group in groups]
    flash = [span for place, group in enumerate(groups) if not long[place] for span in group]
    kept = [(g[0][0], g[-1][1]) for place, g in enumerate(groups) if long[place] and terms["span"]]
    layers = [*masks.values(), flash, kept, terms["months"]]
    cuts = sorted({edge for layer in layers for span in layer for edge in span})
    left: dict[tuple[int, int], Any] = dict.fromkeys(terms["months"], terms["quota"])
    found: Runs = []
    for state, start, end in bridged:
        edges = [start, *cuts[bisect_right(cuts, start) : bisect_right(cuts, end - 1)], end]
        for here, upto in zip(edges, edges[1:]):  # noqa: B905, PLW2901, RUF007
            raw = "D" if inside(kept, here) else "G" if inside(flash, here) else state
            order = ["M_o", "M_c"] * (terms["all"] or raw in "DK") + ["F", "P", "X"] * (raw in "DK")
            serves = inside(masks["service"], here)
            kinds = [kind for kind in order if serves and inside(masks.get(kind, []), here)]
            month = next((m for m in terms["months"] if m[0] <= here < m[1]), None)
            if kinds[:1] == ["M_c"] and month and left[month] is not None:
                middle = min(upto, here + left[month])
                left[month] -= middle - here
                add(found, "EXM_C", here, middle)
                here, kinds = middle, kinds[1:]
            add(found, EXCUSED[kinds[0]] if kinds else PLAIN[raw] if serves else "OUT", here, upto)
    return found


def opened(path: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the files of a bundle and its manifest, which must know each of them."""
    archive, files = zipfile.ZipFile(path), {}
    for one in archive.infolist():
        name, fits = one.filename, one.file_size <= LARGEST
        need(re.fullmatch(NAMES, name) and name not in files and fits, "a wrong file", "文件有误")
        files[name] = archive.read(one)
    manifest = json.loads(files["manifest.json"])
    need({*files} == {*manifest["files"], *SIGNED}, "files are missing or too many", "文件不齐")
    for name, digest in manifest["files"].items():
        need(sha256(files[name]) == digest, name + ": is not what the manifest says", "与清单不符")
    return files, manifest


def leaves_of(files: dict[str, bytes], checkpoint: str) -> dict[int, bytes]:
    """Return leaves by index; each must be under the signed roots."""
    _, size, root, *more = checkpoint.split("\n")
    roots, found = {"sha256": base64.b64decode(root)}, {}
    if "sm3" in hashlib.algorithms_available:
        roots.update(("sm3", base64.b64decode(line[4:])) for line in more if line[:4] == "sm3 ")
    for entry in map(json.loads, files["log/leaves.jsonl"].splitlines()):
        index, leaf = entry["index"], entry["leaf"].encode()
        found[index] = leaf
        for kind, top in roots.items():
            path = iter(map(bytes.fromhex, entry[kind]))
            same = climbed(kind, hashed(kind, b"\0", leaf), index, int(size), path) == top
            good = same and 0 <= index < int(size) and not next(path, b"")
            need(good, f"leaf {index} is not in the log", "不在日志中")
    return found


def heard(files: dict[str, bytes], manifest: dict[str, Any], logged: list[Any]) -> Any:
    """Return what evidence says: runs by circuit, and the spans in the shadow of another outage."""
    roots = {leaf["hour"]: leaf for leaf in logged if leaf["type"] == "hour"}
    runs: dict[str, Runs] = {}
    hidden: dict[str, Spans] = {}
    for hour in range(manifest["since"], manifest["recorded_until"], HOUR):
        name = f"evidence/{hour}.jsonl.gz"
        need((name in files) != (hour in manifest["missing"]), name + ": missing", "证据缺失")
        if hour in manifest["missing"]:
            continue
        lines = gzip.GzipFile(fileobj=io.BytesIO(files[name])).read(LARGEST).split(b"\n")[:-1]
        root = root_of("sha256", [hashed("sha256", b"\0", line) for line in lines]).hex()
        same = (root, manifest["carrier"]) == (roots[hour]["sha256"], roots[hour]["carrier"])
        need(same and lines == sorted(lines), name + ": is not what was logged", "与日志不符")
        for line in map(json.loads, lines):
            need(line["hour"] == hour, name + ": another hour", "时间不符")
            for first, last, state, _, _ in line.get("states", []):
                start, end = hour + first, min(hour + last, manifest["recorded_until"])
                add(runs.setdefault(line["circuit"], []), RAW[state], start, end)
                if state == "SHADOW":
                    hidden.setdefault(line["circuit"], []).append((start, end))
    return runs, hidden


def approved(row: dict[str, Any], filed: dict[str, Any], said: dict[str, Any]) -> Spans:
    """Return when an exclusion counts; who filed it does not approve it."""
    name, one = row["overlay"], filed[row["overlay"]]
    verdict, person = said.get(name, ("", "")) if "kind" in one else ("approve", "the inventory")
    gone = [
        x
        for x in filed.values()
        if x.get("replaces") == name and said[x["overlay"]][0] == "approve"
    ]
    good = verdict == "approve" and person != one.get("person") and not gone
    need(good, name + ": nobody else approved it", "未经他人批准")
    first = max(one["start"], row["kind"] == "M_o" and one["registered"] or one["start"])
    kind = one.get("kind") or {"owner": "M_o", "carrier": "M_c"}[one["party"]]
    same = kind == row["kind"] and row["link"] in one["links"]
    inside = all(first <= start and end <= one["end"] for start, end in row["spans"])
    need(same and inside, name + ": is not what was filed", "与备案内容不符")
    return [(start, end) for start, end in row["spans"]]


def again(link: dict[str, Any], given: Any) -> tuple[Any, Any]:
    """Return the strip and the availability (None = not settled) of a circuit, computed anew."""
    report, register, manifest, filed, decided, said, hidden = given
    contract, profile = register["contracts"][link["contract"]], link["profile"]
    start, end, slot = report["start"], report["end"], profile["slot"]
    until, known = max(end, report["recorded_until"]), said.get(link["id"], [])
    runs: Runs = []
    for state, first, last in [("K", start, known[0][1] if known else until), *known]:
        add(runs, state, first, last)
    add(runs, "K", runs[-1][2], until)
    service = [(one["start"], one["end"] or FOREVER) for one in link["in_service"]]
    masks = {"service": service or [(-FOREVER, FOREVER)]}
    masks["X"] = [(a - slot, b + slot) for a, b in hidden.get(link["id"], [])]
    for one in manifest["overlays"]:
        if one["link"] == link["id"]:
            masks.setdefault(one["kind"], []).extend(approved(one, filed, decided))
    terms = {
        "bridge": 2 * slot, "gap": profile["merge_gap"], "d_min": profile["d_min"],
        "span": contract["downtime_mode"] == "span", "quota": manifest["month_quota"],
        "all": contract["maintenance_mode"] == "exclude_all",
        "months": [(first, last) for first, last in manifest["months"]],
    }  # fmt: skip
    strip = [[kind, max(a, start), min(b, end)] for kind, a, b in strip_of(runs, masks, terms)
             if a < end and b > start]  # fmt: skip
    t = {kind: sum(b - a for k, a, b in strip if k == kind) for kind in PLAIN.values()}
    whole, floor = sum(t.values()), Fraction(contract["coverage_floor"])
    settles = whole > t["UNKNOWN"] and Fraction(whole - t["UNKNOWN"], whole) >= floor
    return strip, Fraction(whole - t["DOWN"], whole) if settles else None


def check(path: str, log_key: str, report_key: str) -> int:
    """Check a bundle and say what was found; return how many circuits come out differently."""
    files, manifest = opened(path)
    if not (log_key and report_key):
        print("WARNING: keys from the bundle itself | 警告：公钥取自包内",
              manifest["log_key"], manifest["report_key"])  # fmt: skip
    note = signed_text(files["manifest.sig"], report_key or manifest["report_key"], "manifest")
    need(
        "sha256 " + sha256(files["manifest.json"]) in note.split("\n"),
        "another manifest",
        "签名不符",
    )
    checkpoint = signed_text(files["log/checkpoint"], log_key or manifest["log_key"], "checkpoint")
    leaves = {*leaves_of(files, checkpoint).values()}
    for name in ("records.jsonl", "monitor.jsonl"):
        need({*files[name].splitlines()} <= leaves, name + ": not in the log", "有记录不在日志中")
    report, register = json.loads(files["report.json"]), json.loads(files["register.json"])
    for name, field in (("rules.yaml", "rules_sha256"), ("register.json", "register_sha256")):
        need(sha256(files[name]) == report[field], name + ": not that of the report", "与报告不符")
    logged = list(map(json.loads, leaves))
    filed, decided = {work["id"]: work for work in register["planned_work"]}, {}
    for record in sorted((x for x in logged if x["type"] == "record"), key=lambda x: x["number"]):
        body, person = json.loads(record["body"]), record["person"]
        if body["type"] == "overlay-filed":
            filed[body["overlay"]] = dict(body, person=person, registered=record["at"])
        elif body["type"] == "overlay-decided":
            decided[body["overlay"]] = (body["verdict"], person)
    given = report, register, manifest, filed, decided, *heard(files, manifest, logged)
    rows, wrong = {row["link"]: row for row in report["links"]}, 0
    need({*rows} == {one["id"] for one in register["links"]}, "other circuits", "线路不一致")
    for link in register["links"]:
        row, (strip, settle) = rows[link["id"]], again(link, given)
        theirs = row["a_settle"] and Fraction(row["a_settle"]["num"], row["a_settle"]["den"])
        told = [[one["kind"], one["start"], one["end"]] for one in row["strip"]]
        wrong += (strip, settle) != (told, theirs)
        verdict = "ok 一致" if (strip, settle) == (told, theirs) else "DIFFERS 不一致"
        print(f"{verdict}  {link['id']}  {settle}")
    print(f"{len(rows)} circuits, {wrong} differ | 线路 {len(rows)} 条，{wrong} 条不一致")
    return wrong


def main() -> int:
    """Check; 0 = all is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bundle", "--log-key", "--report-key"):
        parser.add_argument(name, default="")
    given = parser.parse_args()
    try:
        return min(1, check(given.bundle, given.log_key, given.report_key))
    except Exception as error:  # noqa: BLE001 - whatever a damaged file does, it is said
        print(f"WRONG 有误: {type(error).__name__}: {error}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
