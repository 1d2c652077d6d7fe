#!/usr/bin/env python3
"""A verifier of bundles that shares nothing with the program but `ledger-core/docs/format.md`, and reads that.

Checks everything that needs no rule of the domain: files, checkpoints and their signatures, tiles, every byte of every
entry, links, numbers, times, authors' and founders' signatures, keys, the index of documents.

Exit codes: 0 sound; 4 not sound; 2 usage; 3 could not find out.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Iterator, Optional

from audit import Auditor, Finding
from bundle import MOST_CHECKPOINT, Bundle, NoFile, Tile, TooLong, entries_of, tiles
from note import ED25519, BadNote, Checkpoint, Key, Policy, Signed
from schema import Schema
from tree import Tree, leaf

FORMAT = Path(__file__).resolve().parents[2] / "ledger-core" / "docs" / "format.md"
NOT_CHECKED = (
    "not checked: the rules of the domain (who may do what, amounts, quantities; of I03 only that the author's key was"
    " named before), the state (E18), and the documents themselves"
)


@dataclass(frozen=True)
class Expectations:
    """What the one who checks knows from elsewhere."""

    policy: Optional[Policy] = None
    quorum: int = 0
    """How many parties have to have cosigned, when there is no policy."""
    charter: Optional[bytes] = None
    now: Optional[int] = None
    liars: int = 1
    """How many witnesses may have a false clock."""


class Verification:
    """The verification of one bundle."""

    def __init__(self, schema: Schema, bundle: Bundle, expected: Expectations):
        self.schema, self.bundle, self.expected = schema, bundle, expected
        self.auditor = Auditor(schema, expected.charter, expected.now)
        self.tree = Tree()
        self.origin: Optional[str] = None
        self.size = 0
        """How many entries the bundle has by its checkpoint; `tree.size` are there."""
        self.outside: list[Finding] = []
        self.documents: list[tuple[int, bytes]] = []
        self.times: list[Optional[int]] = []
        self.sightings: list[tuple[int, str, int]] = []
        """Size, witness and millisecond of every cosignature."""
        self.cosigned: list[str] = []

    def note(self, entry: int, code: str, reason: str) -> None:
        """Notes something that was found outside the entries."""
        self.outside.append(Finding(entry, code, reason))

    def run(self) -> list[Finding]:
        """Checks everything; gives the findings in the order of the entries."""
        try:
            raw = self.bundle.read("checkpoint", MOST_CHECKPOINT)
            newest = Checkpoint.parse(raw)
        except NoFile as flaw:
            self.note(0, "E25", f"{flaw}; so its size is not known, and nothing else was checked")
        except BadNote as flaw:
            self.note(0, "E22", f"checkpoint: {flaw}; so its size is not known, and nothing else was checked")
        else:
            self.size = newest.size
            self._entries()
            self.origin = self.origin or newest.origin
            self._tiles()
            self._documents()
            self._checkpoints(raw, newest)
            self._times()
        self.outside.sort(key=lambda finding: (finding.entry, finding.code))
        return sorted(self.auditor.findings + self.outside, key=lambda finding: finding.entry)

    def _entries(self) -> None:
        for tile in tiles(None, self.size):
            try:
                entries, flaw = entries_of(self.bundle.read(tile.path, tile.most), tile.width)
            except NoFile as missing:
                entries, flaw = [], str(missing)
            for raw in entries:
                self._entry(raw)
            if flaw is not None:
                self.note(self.tree.size, "E25", f"{tile.path}: {flaw}; no entry behind was checked")
                break
        else:
            self.auditor.finish()

    def _entry(self, raw: bytes) -> None:
        position = self.tree.size
        entry = self.auditor.feed(raw)
        self.tree.push(leaf(raw))
        self.times.append(None if entry is None else entry.recorded_at)
        if entry is None:
            return
        self.origin = self.origin or entry.origin
        for paper in entry.documents:
            kind = self.schema.words["DocumentKind"][paper["kind"]]
            line = f"{position} {kind} {paper['sha256'].hex()} {paper['bytes']} {paper['media_type']}\n"
            self.documents.append((position, line.encode()))

    def _tiles(self) -> None:
        for level in range(8):
            for tile in tiles(level, self.size >> 8 * level):
                if tile.first >= self.tree.size:
                    break
                self._tile(tile)

    def _tile(self, tile: Tile) -> None:
        try:
            raw = self.bundle.read(tile.path, tile.most)
        except NoFile as flaw:
            return self.note(tile.first, "E25", str(flaw))
        if len(raw) != tile.most:
            return self.note(tile.first, "E25", f"{tile.path} has {len(raw)} bytes, not {tile.most}")
        level = 8 * tile.level
        true = self.tree.levels[level] if level < len(self.tree.levels) else []
        for at, hashed in enumerate(true[tile.index * 256 : tile.index * 256 + tile.width]):
            if raw[at * 32 : at * 32 + 32] != hashed:
                return self.note(tile.first_of(at), "E24", f"hash {at} of {tile.path} is not that of the entries")

    def _documents(self) -> None:
        expected = b"".join(line for _, line in self.documents)
        try:
            raw = self.bundle.read("documents", len(expected))
        except TooLong as longer:
            raw = longer.beginning
        except NoFile as flaw:
            return self.note(0, "E25", str(flaw))
        if raw != expected:
            lines = raw.splitlines(keepends=True)
            differ = (entry for at, (entry, line) in enumerate(self.documents) if lines[at : at + 1] != [line])
            entry = next(differ, max(self.tree.size - 1, 0))
            self.note(entry, "E26", "the index of documents is not that of the entries")

    def _checkpoints(self, raw: bytes, newest: Checkpoint) -> None:
        keys = self._keys(newest.origin)
        self._judge("checkpoint", newest, keys, is_newest=True)
        names, strays = self.bundle.strays(self.size)
        for path in strays:
            self.note(0, "E25", f"{path!r} is no file of a bundle of {self.size} entries")
        if str(self.size) not in names:
            self.note(newest.last, "E25", f"checkpoints/{self.size} is not there")
        for name in names:
            try:
                old = self.bundle.read(f"checkpoints/{name}", MOST_CHECKPOINT)
                checkpoint = Checkpoint.parse(old)
            except NoFile as flaw:
                self.note(max(int(name) - 1, 0), "E25", str(flaw))
                continue
            except BadNote as flaw:
                self.note(max(int(name) - 1, 0), "E22", f"checkpoints/{name}: {flaw}")
                continue
            if str(checkpoint.size) != name:
                self.note(max(int(name) - 1, 0), "E25", f"checkpoints/{name} is of size {checkpoint.size}")
            elif checkpoint.size != self.size:
                self._judge(f"checkpoints/{name}", checkpoint, keys, is_newest=False)
            elif old != raw:
                self.note(checkpoint.last, "E25", f"checkpoints/{name} is another than checkpoint")

    def _keys(self, origin: str) -> list[Key]:
        if self.expected.policy is not None:
            return self.expected.policy.keys
        return [key for key, _ in self.auditor.keys.of_checkpoints(origin)]

    def _judge(self, name: str, checkpoint: Checkpoint, keys: list[Key], is_newest: bool) -> None:
        try:
            if self.origin not in (None, checkpoint.origin):
                raise BadNote(f"it is of ledger {checkpoint.origin[:80]!r}, this is {self.origin}")
            times = self._count(checkpoint, checkpoint.note.open(keys), is_newest)
        except BadNote as flaw:
            return self.note(checkpoint.last, "E22", f"{name}: {flaw}")
        if checkpoint.size > self.size:
            self.note(self.size, "E20", f"{name} is of {checkpoint.size} entries, the bundle of {self.size}")
        elif checkpoint.size <= self.tree.size and self.tree.root(checkpoint.size) != checkpoint.root:
            self.note(checkpoint.last, "E21", f"{name} has another root than the first {checkpoint.size} entries")
        elif checkpoint.size <= self.tree.size:
            self.sightings.extend((checkpoint.size, witness, time) for witness, time in times)

    def _count(self, checkpoint: Checkpoint, signed: list[Signed], is_newest: bool) -> list[tuple[str, int]]:
        """Refuses a checkpoint that the log has not signed, or the newest when too few have cosigned; gives who cosigned,
        and at which millisecond."""
        policy = self.expected.policy
        if policy is not None:
            counted, witnesses = signed, {key: name for name, key in policy.witnesses.items()}
        else:
            officers = dict(self.auditor.keys.of_checkpoints(checkpoint.origin))
            counted = [one for one in signed if officers[one.key].counts(checkpoint.size, one.time)]
            witnesses = {key: officer.party for key, officer in officers.items() if key.algorithm != ED25519}
        if not any(one.key.algorithm == ED25519 and one.key.name == checkpoint.origin for one in counted):
            raise BadNote("the ledger's own key has not signed")
        times = [(witnesses[one.key], one.time * 1000) for one in counted if one.key in witnesses]
        if is_newest:
            self.cosigned = sorted({witness for witness, _ in times})
            if not (policy.is_reached(counted) if policy else len(self.cosigned) >= self.expected.quorum):
                raise BadNote(f"too few witnesses have cosigned: {', '.join(self.cosigned) or 'none'}")
        return times

    def _times(self) -> None:
        """Looks for entries that say they were recorded after so many witnesses had seen them (E23)."""
        earliest: dict[str, int] = {}
        sightings = sorted(self.sightings, reverse=True)
        at = 0
        for entry in range(self.tree.size - 1, -1, -1):
            while at < len(sightings) and sightings[at][0] > entry:
                _, witness, time = sightings[at]
                earliest[witness] = min(time, earliest.get(witness, time))
                at += 1
            seen, recorded = sorted(earliest.values())[self.expected.liars :], self.times[entry]
            if seen and recorded is not None and recorded > seen[0] + 999 + self.auditor.skew:
                self.note(entry, "E23", f"it says that it was recorded at {recorded}, and was seen at {seen[0]}")


def moment(text: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 time."""
    time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if time.tzinfo is None:
        raise ValueError("a time needs its zone")
    return round((time - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds() * 1000)


def fingerprint(text: str) -> bytes:
    """A fingerprint of 64 hexadecimal digits."""
    if len(text) != 64:
        raise ValueError("a fingerprint has 64 digits")
    return bytes.fromhex(text)


def policy(path: str) -> Policy:
    """A policy from a file."""
    try:
        return Policy.parse(Path(path).read_bytes().decode("utf-8"))
    except (BadNote, UnicodeDecodeError) as flaw:
        raise argparse.ArgumentTypeError(f"{path}: {flaw}") from None


def arguments() -> argparse.ArgumentParser:
    """What can be asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="folder of the bundle")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--policy", type=policy, help="C2SP tlog-policy with the keys to trust")
    who.add_argument("--quorum", type=int, default=0, help="so many parties have to have cosigned; keys from the ledger")
    parser.add_argument("--charter", type=fingerprint, help="fingerprint of the charter")
    parser.add_argument("--now", type=moment, help="what the time is (RFC 3339)")
    parser.add_argument("--liars", type=int, default=1, help="so many witnesses may have a false clock (default 1)")
    parser.add_argument("--json", action="store_true", help="one object of JSON")
    return parser


def lines(check: Verification, findings: list[Finding]) -> Iterator[str]:
    """The report for people."""
    yield from map(str, findings)
    words = f"not sound: {len(findings)} findings" if findings else "sound"
    yield f"{words}; {check.tree.size} entries of {check.origin}; cosigned by {', '.join(check.cosigned) or 'nobody'}"
    if check.schema.unjudged:
        yield f"not checked: {check.schema.unjudged} texts with characters newer than this Python's Unicode"
    yield NOT_CHECKED


def main(words: Optional[list[str]] = None) -> int:
    """Verifies a bundle and says what was found."""
    try:
        asked = arguments().parse_args(words)
        expected = Expectations(asked.policy, asked.quorum, asked.charter, asked.now, max(asked.liars, 0))
        check = Verification(Schema(FORMAT.read_text(encoding="utf-8")), Bundle(asked.bundle), expected)
        findings = check.run()
    except OSError as error:
        print(f"could not find out: {error}", file=sys.stderr)
        return 3
    if asked.json:
        report = {"sound": not findings, "entries": check.tree.size, "origin": check.origin}
        report |= {"cosigned": check.cosigned, "findings": list(map(asdict, findings)), "note": NOT_CHECKED}
        print(json.dumps(report))
    else:
        print("\n".join(lines(check, findings)))
    return 4 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
