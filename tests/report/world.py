"""Ledgers and reports to test on, made by the program that the environment names, and ways to tamper with a report."""

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable

REPOSITORY = Path(__file__).resolve().parents[2]
BUNDLE = REPOSITORY / "fixtures" / "bundle" / "sound"
OFFICERS = REPOSITORY / "fixtures" / "keys" / "officers"
HOSTILE = '<img src=x onerror="document.title=\'pwned\'"></script><script>document.title="pwned"</script>&lt;'
# A name on the command line ends at the first equals sign.
HOSTILE_NAME = "</script><script>pwned()</script><b onclick>&amp;"
NOW = "2026-01-30T09:00:00Z"
EVIDENCE = re.compile(r'(<script type="application/json" id="evidence">)(.*?)(</script>)', re.DOTALL)


def program() -> str:
    """The program under test."""
    path = os.environ.get("JOINTLEDGER")
    if path is None:
        path = str(REPOSITORY / "target" / "debug" / "jointledger")
    if not Path(path).is_file():
        raise RuntimeError(f"{path} is not there: build it, or name the program in JOINTLEDGER")
    return path


def run(folder: Path, *args: str, code: int = 0, stdin: str = "") -> str:
    """Runs the program; gives what it answered."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("JOINTLEDGER_")}
    done = subprocess.run(
        [program(), *args], cwd=folder, input=stdin, capture_output=True, text=True, env=surroundings, check=False
    )
    if done.returncode != code:
        raise AssertionError(f"{args}: exit code {done.returncode}, not {code}: {done.stderr}{done.stdout}")
    return done.stdout


def report(folder: Path, ledger: str, *args: str, code: int = 0, name: str = "report.html") -> Path:
    """A report of a ledger in a folder."""
    run(folder, "--quiet", "--ledger", ledger, "report", name, *args, code=code)
    return folder / name


def hostile_ledger(folder: Path) -> str:
    """A ledger in which every text that people chose is an attempt to run a script; with a checkpoint."""
    for key in ("ee-root", "ee-pbo", "ee-log", "lv-root"):
        for file in (key, f"{key}.pub"):
            shutil.copy(OFFICERS / file, folder / file)
        (folder / key).chmod(0o600)
    parties = [f"{party}={HOSTILE_NAME}={party.lower()}-root.pub" for party in ("EE", "LV")]
    run(folder, "charter", "new", "charter.json", "--origin", "hostile.example/ledger", "--purpose", HOSTILE,
        "--party", parties[0], "--party", parties[1])
    for party in ("ee", "lv"):
        run(folder, "charter", "sign", "charter.json", "--key", f"{party}-root")
    ledger = ("--ledger", "hostile")
    run(folder, *ledger, "found", "charter.json", "--key", "ee-root")
    enrolled = []
    for role in ("pbo", "log"):
        key = json.loads(run(folder, "key", "show", "--json", f"ee-{role}"))["key"]
        event = {"occurred_at": NOW, "key": key, "party": "EE", "role": role.upper()}
        enrolled.append({"KeyEnrolled": event})
    run(folder, *ledger, "append", "--key", "ee-root", stdin=json.dumps({"events": enrolled}) + "\n")
    run(folder, *ledger, "countersign", "1", "--key", "lv-root")
    item = {"occurred_at": NOW, "item": "bulk:9140-38-000-0001=100 LTR", "description": HOSTILE, "condition": "A",
            "owner": "EE", "holder": "EE", "location": "TAPA"}
    run(folder, *ledger, "append", "--key", "ee-pbo", stdin=json.dumps({"events": [{"ItemRegistered": item}]}) + "\n")
    run(folder, *ledger, "checkpoint", "make", "--key", "ee-log")
    return "hostile"


def vectors_as_bundle(folder: Path) -> int:
    """The frozen vectors as the entries of a bundle, without the rest of one; gives how many there are."""
    files = sorted((REPOSITORY / "fixtures" / "vectors").glob("entry-*.json"))
    entries = b""
    for file in files:
        vector = json.loads(file.read_text(encoding="utf-8"))
        entry = bytes.fromhex(vector["bytes"])
        signature = bytes.fromhex(vector["signature"])
        entry = entry if entry.endswith(signature) else entry + signature
        entries += len(entry).to_bytes(2, "big") + entry
    tile = folder / "tile" / "entries" / "000.p"
    tile.mkdir(parents=True)
    (tile / str(len(files))).write_bytes(entries)
    root = base64.b64encode(bytes(32)).decode()
    line = base64.b64encode(bytes(68)).decode()
    text = f"ledger.test/baltic\n{len(files)}\n{root}\n\n\u2014 ledger.test/baltic {line}\n"
    (folder / "checkpoint").write_text(text, encoding="utf-8")
    (folder / "documents").write_text("", encoding="utf-8")
    return len(files)


def tampered(source: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a report whose evidence was changed."""
    page = source.read_text(encoding="utf-8")
    found = EVIDENCE.search(page)
    evidence = json.loads(found[2])
    change(evidence)
    text = json.dumps(evidence).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    copy = source.with_name("tampered.html")
    copy.write_text(page[: found.start(2)] + text + page[found.end(2) :], encoding="utf-8")
    return copy


def rewritten(source: Path, old: str, new: str, within: str = "") -> Path:
    """A copy of a report in which something that is shown was changed, once, behind a place."""
    page = source.read_text(encoding="utf-8")
    start = page.index(within)
    at = page.index(old, start)
    copy = source.with_name("rewritten.html")
    copy.write_text(page[:at] + new + page[at + len(old) :], encoding="utf-8")
    return copy


def flipped(entry: str, at: int) -> str:
    """An entry in base64 with one bit changed; a negative place counts from the end."""
    data = bytearray(base64.b64decode(entry))
    data[at] ^= 1
    return base64.b64encode(bytes(data)).decode()
