#!/usr/bin/env python3
"""A verifier of bundles that shares nothing with the program but `ledger-core/docs/format.md`, and reads that.

Checks everything that needs no rule of the domain: files, checkpoints and their signatures, tiles, every byte of every
entry, links, numbers, times, authors' and founders' signatures, keys, the index of documents.

Exit codes: 0 sound; 4 not sound; 2 usage; 3 could not find out.
"""

import argparse
import json
import re
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Iterator, Optional

from audit import Auditor, Finding
from bundle import MOST_CHECKPOINT, Bundle, NoFile, Tile, TooLong, entries_of, tiles
from note import COSIGNATURE, ED25519, BadNote, Checkpoint, NobodyKnown, Policy, decimal
from schema import Schema
from tree import Tree, leaf

FORMAT = Path(__file__).resolve().parents[2] / "ledger-core" / "docs" / "format.md"
LATE = 7 * 24 * 60 * 60 * 1000
"""How late an entry may be seen, in milliseconds."""
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
    liars: Optional[int] = None
    """How many witnesses may have a false clock; else less than half of them."""
    shown: tuple[tuple[str, Checkpoint], ...] = ()
    """Checkpoints that he brings, and where they come from."""


class Verification:
    """The verification of one bundle."""

    def __init__(self, schema: Schema, bundle: Bundle, expected: Expectations):
        self.schema, self.bundle, self.expected = schema, bundle, expected
        self.auditor = Auditor(schema, expected.charter, expected.now)
        self.tree = Tree()
        self.origin: Optional[str] = None
        self.raw = b""
        """The bytes of `checkpoint`."""
        self.size = 0
        """How many entries the bundle has by its checkpoint; `tree.size` are there."""
        self.newest = 0
        """The size of the largest checkpoint at hand."""
        self.cut = False
        """Entries are there, perhaps, and cannot be read."""
        self.outside: list[Finding] = []
        self.documents: list[tuple[int, bytes]] = []
        self.times: list[Optional[int]] = []
        self.sightings: list[tuple[int, str, int]] = []
        """Size, witness and second of every cosignature that counts, under a checkpoint that holds."""
        self.cosigned: list[str] = []

    def note(self, entry: int, code: str, reason: str) -> None:
        """Notes something that was found outside the entries."""
        self.outside.append(Finding(entry, code, reason))

    def run(self) -> list[Finding]:
        """Checks everything; gives the findings in the order of the entries."""
        try:
            self.raw = self.bundle.read("checkpoint", MOST_CHECKPOINT)
            self.size = decimal((self.raw.split(b"\n") + [b""])[1].decode("latin-1"))
        except (NoFile, BadNote) as flaw:
            self.note(0, "E25", f"checkpoint: {flaw}; so the size is not known, and nothing else was checked")
        else:
            self._entries()
            checkpoints, strays = self._read_checkpoints()
            self._tiles()
            self._documents()
            for reason in strays:
                self.note(self.last, "E25", reason)
            self.newest = max((one.size for _, one in (*checkpoints, *self.expected.shown)), default=0)
            for name, checkpoint in checkpoints:
                self._judge(name, checkpoint, is_kept=True)
            for name, checkpoint in self.expected.shown:
                self._judge(name, checkpoint, is_kept=False)
            self._times()
        return sorted(self.auditor.findings + self.outside, key=lambda finding: finding.entry)

    @property
    def last(self) -> int:
        """The last entry of the bundle."""
        return max(self.size - 1, 0)

    def _read_checkpoints(self) -> tuple[list[tuple[str, Checkpoint]], list[str]]:
        """The signed checkpoints that can be read, the newest first; and what is wrong with the files."""
        sizes, strays = self.bundle.strays(self.size)
        wrong = [f"{path!r} is no file of a bundle" for path in strays]
        if self.size not in sizes:
            wrong.append(f"checkpoints/{self.size} is not there")
        found = []
        for name, size in [("checkpoint", self.size), *((f"checkpoints/{size}", size) for size in sizes)]:
            try:
                raw = self.raw if name == "checkpoint" else self.bundle.read(name, MOST_CHECKPOINT)
                if name != "checkpoint" and raw == self.raw:
                    continue
                checkpoint = Checkpoint.parse(raw)
                if checkpoint.size != size:
                    raise BadNote(f"it is of {checkpoint.size} entries")
                found.append((name, checkpoint))
            except NoFile as flaw:
                self.note(max(size - 1, 0), "E25", str(flaw))
            except BadNote as flaw:
                self.note(max(size - 1, 0), "E22", f"{name}: {flaw}")
        self.origin = self.origin or (found[0][1].origin if found else None)
        return found, wrong

    def _entries(self) -> None:
        for tile in tiles(None, self.size):
            try:
                entries, flaw = entries_of(self.bundle.read(tile.path, tile.most), tile.width)
            except NoFile as missing:
                entries, flaw = [], str(missing)
            if flaw is not None and len(entries) == tile.width:
                entries.pop()
            for raw in entries:
                self._entry(raw)
            if flaw is not None:
                self.cut = True
                self.note(self.tree.size, "E25", f"{tile.path}: {flaw}; no entry from here on was checked")
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
            raw = self.bundle.read("documents", len(expected) + 64)
        except TooLong as longer:
            raw = longer.beginning  # Enough to see which entry the next line begins with.
        except NoFile as flaw:
            return self.note(0, "E26", str(flaw))
        raw = self._without_leftover(raw)
        if raw != expected:
            lines = raw.splitlines(keepends=True)
            differ = (entry for at, (entry, line) in enumerate(self.documents) if lines[at : at + 1] != [line])
            entry = next(differ, max(self.tree.size - 1, 0))
            self.note(entry, "E26", "the index of documents is not that of the entries")

    def _without_leftover(self, raw: bytes) -> bytes:
        """The index up to the first line of an entry behind the bundle's last, since an export was interrupted there; or of
        one that was not judged."""
        at = 0
        for line in raw.splitlines(keepends=True):
            number = line.split(b" ")[0]
            if re.fullmatch(b"[1-9][0-9]{0,19}|0", number) and int(number) >= self.tree.size:
                return raw[:at]
            at += len(line)
        return raw

    def _judge(self, name: str, checkpoint: Checkpoint, is_kept: bool) -> None:
        last = max(min(checkpoint.size - 1, self.tree.size), 0)
        times: list[tuple[str, int]] = []
        try:
            if self.origin not in (None, checkpoint.origin):
                raise BadNote(f"it is of ledger {checkpoint.origin[:80]!r}, this is {self.origin}")
            times, missing = self._count(checkpoint, is_kept)
        except NobodyKnown as flaw:
            missing = str(flaw)
        except BadNote as flaw:
            return self.note(last, "E22", f"{name}: {flaw}")
        if missing is not None:
            self.note(last, "E22", f"{name}: {missing}")
        if checkpoint.size > self.tree.size:
            if not self.cut:
                self.note(self.tree.size, "E20", f"{name} is of {checkpoint.size} entries, {self.tree.size} are there")
        elif self.tree.root(checkpoint.size) != checkpoint.root:
            self.note(checkpoint.last, "E21", f"{name} has another root than the first {checkpoint.size} entries")
        else:
            self.sightings.extend((checkpoint.size, witness, time) for witness, time in times)

    def _count(self, checkpoint: Checkpoint, is_kept: bool) -> tuple[list[tuple[str, int]], Optional[str]]:
        """Who cosigned a checkpoint, and at which second; and which signature is missing."""
        policy, is_newest = self.expected.policy, not is_kept or checkpoint.size == self.newest
        if policy is not None:
            signed = checkpoint.note.open(policy.keys)
            parties = {key: name for name, key in policy.witnesses.items()}
            counted = signed
            enough = not is_newest or policy.is_reached(signed)
        else:
            officers = dict(self.auditor.keys.of_checkpoints(checkpoint.origin))
            signed = checkpoint.note.open(list(officers))
            parties = {key: officer.party for key, officer in officers.items() if key.algorithm == COSIGNATURE}
            counted = [one for one in signed if officers[one.key].counts(checkpoint.size, one.time)]
            # Under an older checkpoint counts what has lost its worth since: it did when it was made.
            asked = {parties[one.key] for one in (counted if is_newest else signed) if one.key in parties}
            enough = len(asked) >= self.expected.quorum
        times = [(parties[one.key], one.time) for one in counted if one.key in parties]
        if is_kept and checkpoint.size == self.size:
            self.cosigned = sorted({witness for witness, _ in times})
        if is_kept and not any(one.key.algorithm == ED25519 and one.key.name == checkpoint.origin for one in signed):
            return times, "the log has not signed"
        if is_newest and not counted:
            return times, "no signature under it counts"
        return times, None if enough else "too few witnesses have cosigned"

    def _times(self) -> None:
        """Looks for entries whose time is not between those that cosignatures prove (E23)."""
        if not self.sightings:
            return
        liars, skew = self._liars(), self.auditor.skew
        seen: dict[str, int] = {}
        earliest = []
        sightings = sorted(self.sightings)
        at = len(sightings)
        for entry in range(self.tree.size - 1, -1, -1):
            while at and sightings[at - 1][0] > entry:
                at -= 1
                _, witness, time = sightings[at]
                seen[witness] = min(time, seen.get(witness, time))
            earliest.append(sorted(seen.values())[liars : liars + 1])
        unseen: dict[str, int] = {}
        everybody = {witness for _, witness, _ in sightings}
        for entry, recorded in enumerate(self.times):
            while at < len(sightings) and sightings[at][0] <= entry:
                _, witness, time = sightings[at]
                unseen[witness] = max(time, unseen.get(witness, time))
                at += 1
            for time in earliest[-1 - entry]:
                if recorded is not None and recorded > time * 1000 + 999 + skew:
                    self.note(entry, "E23", f"it says that it was recorded at {recorded}, and was seen in second {time}")
            if recorded is not None and unseen.keys() == everybody:
                if recorded + max(LATE, skew) < min(unseen.values()) * 1000:
                    self.note(entry, "E23", f"it says that it was recorded at {recorded}, and nobody saw it long after")

    def _liars(self) -> int:
        """How many witnesses may have a false clock."""
        if self.expected.liars is not None:
            return self.expected.liars
        if self.expected.policy is not None:
            return max(len(self.expected.policy.witnesses) - 1, 0) // 2
        keys = self.auditor.keys.of_checkpoints(self.origin or "")
        trusted = {one.party for key, one in keys if key.algorithm == COSIGNATURE and one.is_trusted}
        return max(len(trusted) - 1, 0) // 2


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


def brought(path: str) -> tuple[str, Checkpoint]:
    """A checkpoint from a file."""
    try:
        return path, Checkpoint.parse(Path(path).read_bytes())
    except BadNote as flaw:
        raise argparse.ArgumentTypeError(f"{path}: {flaw}") from None


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
    parser.add_argument("--liars", type=int, help="so many witnesses may have a false clock (else less than half)")
    parser.add_argument("--shown", type=brought, action="append", help="file with a checkpoint that has to hold, too")
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
        shown = tuple(asked.shown or ())
        expected = Expectations(asked.policy, asked.quorum, asked.charter, asked.now, asked.liars, shown)
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
