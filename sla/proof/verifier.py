"""Check a bundle of evidence and add its report up again.

校验考核证据包并重新计算报告：  python3 verify.py BUNDLE.zip --log-key KEY --report-key KEY
Needs Python 3.8 alone. Give keys that you had before (公钥应事先取得). Ends with 0 = right, else 1
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import json
import zipfile
from bisect import bisect_right
from fractions import Fraction
from pathlib import Path
from typing import Any

EXCUSED = {"M_o": "EXM_O", "M_c": "EXM_C", "F": "EXF", "P": "EXP", "X": "EXU", "OUT": "OUT"}
PLAIN = {"U": "UP", "G": "DEGRADED", "D": "DOWN", "K": "UNKNOWN"}
CAUSES = {"power": "P", "upstream": "X", "owner": "X", "force_majeure": "F", "monitor": "K",
          "carrier": "D"}
RAW = {"UP": "U", "DEGRADED": "G", "DOWN": "D", "SHADOW": "D", "UNKNOWN": "K"}
SIGNED, LARGEST, FOREVER = ("manifest.json", "manifest.sig"), 1 << 28, 1 << 62
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def need(condition: object, english: str, chinese: str) -> None:
    """Go on only if it is so."""
    if not condition:
        raise ValueError(english + " | " + chinese)

# Ed25519 (RFC 8032, 5.1). A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
def plus(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Add two points of the curve."""
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, d - c, d + c, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(factor: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Add a point to itself so many times."""
    rest = times(factor >> 1, plus(point, point)) if factor else (0, 1, 1, 0)
    return plus(rest, point) if factor & 1 else rest

def point_of(data: bytes) -> tuple[int, int, int, int]:
    """Read 32 bytes as a point."""
    sign, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    good = len(data) == 32 and y < P and (x * x - square) % P == 0 and (x or not sign)
    need(good, "not a point of the curve", "不是曲线上的点")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P

def is_signature(key: bytes, text: bytes, signature: bytes) -> bool:
    """Say whether it is the key's signature of a text."""
    base, head = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")), signature[:32]
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(head + key + text).digest(), "little") % L
    x, y, z, _ = plus(times(s % L, base), times(L - h, point_of(key)))
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return len(signature) == 64 and s < L and (y | (x & 1) << 255).to_bytes(32, "little") == head

def signed_text(data: bytes, key: str) -> list[str]:
    """Return the lines of a note (C2SP signed-note) that a key signed."""
    text, _, below = data.decode().rpartition("\n\n")
    name, shown, word = key.split("+", 2)
    raw, head = base64.b64decode(word), "\u2014 " + name + " "
    mark = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    need(mark.hex() == shown and raw[:1] == b"\1", "not a public key: " + key, "不是公钥")
    blobs = [base64.b64decode(x[len(head) :]) for x in below.split("\n") if x.startswith(head)]
    good = any(x[:4] == mark and is_signature(raw[1:], text.encode() + b"\n", x[4:]) for x in blobs)
    need(good, text[:30] + ": not signed by " + key, "签名无效")
    return text.split("\n")

def hashed(kind: str, *parts: bytes) -> bytes:
    """Return a hash; in a tree (RFC 6962) a leaf is H(0 leaf), a node H(1 left right)."""
    return hashlib.new(kind, b"".join(parts)).digest()

def root_of(leaves: list[bytes]) -> bytes:
    """Return the SHA-256 root over leaves."""
    if len(leaves) <= 1:
        return hashed("sha256", *[b"\0" + leaf for leaf in leaves])
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashed("sha256", b"\1", root_of(leaves[:half]), root_of(leaves[half:]))

def climbed(kind: str, leaf: bytes, index: int, size: int, path: Any) -> bytes:
    """Return the root that a path leads to from a leaf (RFC 9162, 2.1.3)."""
    if size <= 1:
        return hashed(kind, b"\0", leaf)
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return hashed(kind, b"\1", climbed(kind, leaf, index, half, path), next(path))
    right = climbed(kind, leaf, index - half, size - half, path)
    return hashed(kind, b"\1", next(path), right)

def leaves_of(lines: list[bytes], checkpoint: list[str]) -> Any:
    """Yield what is in the leaves; each must be under the roots of the checkpoint."""
    said = [line.split(" ") for line in ["sha256 " + checkpoint[2], *checkpoint[3:]]]
    size, kinds = int(checkpoint[1]), {"sha256", "sm3"} & hashlib.algorithms_available
    roots, index = {x[0]: base64.b64decode(x[1]) for x in said if x[0] in kinds}, -1
    for entry in map(json.loads, lines):
        before, index, leaf = index, entry["index"], entry["leaf"].encode()
        need(before < index < size, f"leaf {index} stands twice or in disorder", "重复或乱序")
        for kind, root in roots.items():
            path = iter(map(bytes.fromhex, entry[kind]))
            good = climbed(kind, leaf, index, size, path) == root and not next(path, b"")
            need(good, f"leaf {index} is not in the log", "不在日志中")
        yield json.loads(leaf)

# Seconds (methodology 1.5, 1.6): U up, G degraded, D down, K unknown; [start, end), UTC.
def add(runs: list[Any], state: str, start: int, end: int) -> None:
    """Add a stretch at the end; equal neighbours are one, and a gap before it is unknown."""
    if runs and runs[-1][2] < start:
        add(runs, "K", runs[-1][2], start)
    if runs and runs[-1][0] == state:
        runs[-1] = (state, runs[-1][1], end)
    elif start < end:
        runs.append((state, start, end))

def strip_of(runs: Any, masks: dict[str, Any], quota: Any, form: Any, contract: Any) -> Any:
    """Give every second its class: bridge, merge, filter, then who is responsible."""
    laid, groups = runs[:0], runs[:0]
    for place, (state, start, end) in enumerate(runs):
        sides = {runs[place + step][0] == "D" for step in (-1, 1) if 0 < place < len(runs) - 1}
        short = state == "K" and end - start <= 2 * form["slot"] and len(sides) == 1
        add(laid, ("D" if True in sides else "U") if short else state, start, end)
    for place, (state, start, _) in enumerate(laid):
        if state == "D" and groups and start - laid[groups[-1][-1]][2] < form["merge_gap"]:
            groups[-1].append(place)
        elif state == "D":
            groups.append([place])
    for group in groups:
        flash = sum(laid[place][2] - laid[place][1] for place in group) < form["d_min"]
        span = not flash and contract["downtime_mode"] == "span"
        for place in range(group[0], group[-1] + 1) if span else group:
            laid[place] = ("G" if flash else "D", *laid[place][1:])
    cuts = sorted({x for spans in masks.values() for span in spans for x in span})
    left, found = dict.fromkeys(masks["months"], quota or 0), runs[:0]
    for raw, first, last in laid:
        edges = [first, *cuts[bisect_right(cuts, first) : bisect_right(cuts, last - 1)], last]
        for start, end in zip(edges, edges[1:]):  # noqa: B905, RUF007 - Python 3.8
            bad, upto = raw in "DK", start
            there = {k for k, spans in masks.items() if any(a <= start < b for a, b in spans)}
            work = bad or contract["maintenance_mode"] == "exclude_all"
            order = ["M_o", "M_c"] * work + ["F", "P", "X"] * bad
            kinds = [kind for kind in order if kind in there] if "service" in there else ["OUT"]
            month = next((one for one in left if one[0] <= start < one[1]), None)
            if month and quota is not None and kinds[:1] == ["M_c"]:
                upto = min(end, start + left[month])
                left[month] -= upto - start
                add(found, "EXM_C", start, upto)
                kinds = kinds[1:]
            add(found, EXCUSED[kinds[0]] if kinds else PLAIN[raw], upto, end)
    return found

def heard(files: dict[str, bytes], manifest: dict[str, Any], logged: Any) -> Any:
    """Return runs by circuit, and under its name with " X" its time in another's shadow."""
    roots = {leaf["hour"]: leaf for leaf in logged if leaf["type"] == "hour"}
    runs: dict[str, Any] = {}
    since, until = manifest["since"], max(manifest["recorded_until"], manifest["end"])
    need(0 <= since <= manifest["start"] < until < since + (1 << 27), "no period", "起止时间有误")
    every = (hour for hour in range(since, until, 3600) if hour not in manifest["missing"])
    names = {f"evidence/{hour}.jsonl.gz": hour for hour in every}
    need({*names} == {x for x in files if x[:9] == "evidence/"}, "an hour is missing", "证据缺失")
    for name, hour in names.items():
        data = gzip.GzipFile(fileobj=io.BytesIO(files[name])).read(LARGEST)
        good = data.count(b"\n") == roots.get(hour, {}).get("lines")
        lines = data.split(b"\n")[:-1] if good else []
        said = {"carrier": manifest["carrier"], "sha256": root_of(lines).hex()}.items()
        need(good and said <= roots[hour].items(), name + ": is not what was logged", "与日志不符")
        for line in map(json.loads, lines):
            for first, last, state, _, _ in line.get("states", []):
                start, end = hour + first, min(hour + last, manifest["recorded_until"])
                add(runs.setdefault(line["circuit"], []), RAW[state], start, end)
                shadow = [(start, end)] * (state == "SHADOW")
                runs.setdefault(line["circuit"] + " X", []).extend(shadow)
    return runs

def filings(register: dict[str, Any], logged: list[Any]) -> dict[str, Any]:
    """Return what was filed or said, with the last word about each, and what is announced."""
    found: dict[str, Any] = {}
    for x in register["planned_work"]:
        found[x["id"]] = dict(x, kind="M_" + x["party"][0], carrier=0, person=0, verdict="approve")
    for x in sorted((x for x in logged if x["type"] == "record"), key=lambda x: x["number"]):
        body = dict(json.loads(x["body"]), person=x["person"], registered=x["at"])
        by, kind, outage = x["person"], body["type"], body.get("outage", "")
        name, word = body.get("overlay", "waits " + outage), body.get("verdict", body.get("step"))
        fit = kind == "overlay-filed" and by and body["start"] < body["end"]
        if fit and not (body["kind"] == "M_o" and body["carrier"]) and name not in found:
            old = found.get(body["replaces"], {"carrier": 0})
            may = old["carrier"] == body["carrier"] and old["verdict"] in ("", "approve")
            found[name] = dict(body, verdict="", old=old if may else {})
            old.update({"verdict": "replaced"} if may and not old["verdict"] else {})
        elif kind == "cause-proposed" and not by:
            found["ends cause/" + outage] = body["end"] or FOREVER
        elif word == "say" and by:
            link, start = outage[5:].rsplit("@", 1)
            about = {"kind": CAUSES.get(body["cause"]), "links": [link], "start": int(start)}
            found[name] = dict(about, person=by, end=body["until"] or FOREVER, verdict="", old={})
        elif word and name in found:
            one, fresh, own = found[name], not found[name]["verdict"], by == found[name]["person"]
            early = fresh or (one["verdict"] == "approve" and x["at"] < one["start"])
            if own and early if word == "withdraw" else fresh and not own and by:
                one["verdict"] = word
                found.update({"cause/" + outage: one} if word + kind[0] == "approvec" else {})
                one["old"].update({"verdict": "replaced"} if word == "approve" else {})
    return found

def counts(row: dict[str, Any], filed: dict[str, Any]) -> bool:
    """Say whether an exclusion counts: it is what was filed, and another person approved it."""
    one, last = filed[row["overlay"]], filed.get("ends " + row["overlay"], FOREVER)
    first = max(one["start"], (row["kind"] == "M_o" and one["registered"]) or one["start"])
    within = all(first <= a and b <= min(last, one["end"]) < FOREVER for a, b in row["spans"])
    same = one["kind"] == row["kind"] and row["link"] in one["links"]
    return one["verdict"] == "approve" and same and within

def again(link: dict[str, Any], given: Any) -> tuple[Any, Any]:
    """Return the strip and the availability (None = not settled) of a circuit, computed anew."""
    report, register, manifest, filed, said = given
    contract, slot = register["contracts"][link["contract"]], link["profile"]["slot"]
    start, end, known = report["start"], report["end"], said.get(link["id"], [])
    until, runs = max(end, report["recorded_until"]), known[:0]
    service = [(one["start"], one["end"] or FOREVER) for one in link["in_service"]]
    masks: Any = {"months": [*map(tuple, manifest["months"])], "service": service, "D": [], "K": []}
    masks["X"] = [(a - slot, b + slot) for a, b in said.get(link["id"] + " X", [])]
    for one in manifest["overlays"]:
        if one["link"] == link["id"]:
            need(counts(one, filed), one["overlay"] + ": was not approved so", "未经他人如此批准")
            masks.setdefault(one["kind"], []).extend(map(tuple, one["spans"]))
    for state, first, last in [("K", start, known[0][1] if known else until), *known]:
        turned = {x for kind in "DK" for span in masks[kind] for x in span if first < x < last}
        edges = sorted({first, last, *turned})
        for a, b in zip(edges, edges[1:]):  # noqa: B905, RUF007 - Python 3.8
            kinds = [kind for kind in "DK" if any(x <= a < y for x, y in masks[kind])]
            add(runs, kinds[0] if kinds else state, a, b)
    add(runs, "K", until, until)
    found = strip_of(runs, masks, manifest["month_quota"], link["profile"], contract)
    strip = [[k, max(a, start), min(b, end)] for k, a, b in found if a < end and b > start]
    t = {kind: sum(b - a for k, a, b in strip if k == kind) for kind in PLAIN.values()}
    n, known = sum(t.values()), sum(t.values()) - t["UNKNOWN"]
    floor = Fraction(*map(int, contract["coverage_floor"].split("/")))
    return strip, Fraction(n - t["DOWN"], n) if known and Fraction(known, n) >= floor else None

def check(bundle: str, log_key: str, report_key: str) -> int:
    """Check a bundle and say what was found; return how many circuits come out differently."""
    archive, most = zipfile.ZipFile(bundle), (1 << 20) + 20 * Path(bundle).stat().st_size
    names, size = archive.namelist(), sum(one.file_size for one in archive.infolist())
    good = len({*names}) == len(names) and size <= most
    need(good, "a name stands twice, or all is too large", "重复或过大")
    files = {name: archive.read(name) for name in names}
    manifest = {"left_out": [], **json.loads(files["manifest.json"])}
    need({*files} == {*manifest["files"], *SIGNED}, "files are missing or too many", "文件不齐")
    digests = {name: hashed("sha256", data).hex() for name, data in files.items()}
    for name, digest in [*manifest["files"].items(), ("report.json", manifest["report_sha256"])]:
        need(digests[name] == digest, name + ": is not what the manifest says", "与清单不符")
    print("" if log_key and report_key else "WARNING: the bundle's own keys | 警告：公钥取自包内")
    note = signed_text(files["manifest.sig"], report_key or manifest["report_key"])
    need("sha256 " + digests["manifest.json"] in note, "another manifest was signed", "签名不符")
    checkpoint = signed_text(files["log/checkpoint"], log_key or manifest["log_key"])
    logged = [*leaves_of(files["log/leaves.jsonl"].splitlines(), checkpoint)]
    report, register = json.loads(files["report.json"]), json.loads(files["register.json"])
    for name, field in (("rules.yaml", "rules_sha256"), ("register.json", "register_sha256")):
        need(digests[name] == report[field], name + ": not that of the report", "与报告不符")
    for field in sorted({*report} & {*manifest} - {"schema"}):
        need(report[field] == manifest[field], field + ": not that of the report", "与报告不符")
    given = report, register, manifest, filings(register, logged), heard(files, manifest, logged)
    rows, wrong = {row["link"]: row for row in report["links"]}, 0
    ids = sorted(one["id"] for one in register["links"])
    need(ids == sorted(row["link"] for row in report["links"]), "other circuits", "线路不一致")
    end = min(manifest["end"], manifest["recorded_until"])
    left_out = {circuit for circuit, runs in given[4].items() for *_, first, last in runs
                if first < end and last > manifest["start"] and circuit[-2:] != " X"} - {*ids}
    need(left_out == {*manifest["left_out"]}, f"left out: {left_out}", "有线路被遗漏")
    for link in register["links"]:
        row, ours = rows[link["id"]], again(link, given)
        settle = row["a_settle"] and Fraction(row["a_settle"]["num"], row["a_settle"]["den"])
        same = ours == ([[one["kind"], one["start"], one["end"]] for one in row["strip"]], settle)
        seconds = {kind: sum(b - a for k, a, b in ours[0] if k == kind) for kind in row["seconds"]}
        same = same and seconds == row["seconds"]
        print("ok 一致" if same else "DIFFERS 不一致", ascii(link["id"]), ours[1])
        wrong += not same
    print(f"{len(rows)} circuits, {wrong} differ | 线路 {len(rows)} 条，{wrong} 条不一致")
    print(len(manifest["missing"]), "hours have no evidence | 小时缺少证据")
    for field in ("provisional", "differs", "instead_of", "left_out"):
        print(f"{field} 注意: {ascii(manifest[field])[:300]}\n" if manifest[field] else "", end="")
    return wrong

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for argument in ("bundle", "--log-key", "--report-key"):
        parser.add_argument(argument, default="")
    try:
        raise SystemExit(min(1, check(**vars(parser.parse_args()))))  # noqa: TRY301
    except Exception as error:  # noqa: BLE001 - whatever a damaged file does, it is said
        raise SystemExit(f"WRONG 有误: {type(error).__name__}: {error}") from None
