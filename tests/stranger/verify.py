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
from note import ED25519, BadNote, Checkpoint, Key, Policy, Signed
from schema import Schema
from tree import Tree, leaf

FORMAT = Path(__file__).resolve().parents[2] / "ledger-core" / "docs" / "format.md"
LATE = 7 * 24 * 60 * 60 * 1000
"""How late an entry may be shown to witnesses, in milliseconds."""
PLACES = {"E25": 1, "E24": 2, "E26": 3, "E22": 4, "E20": 5, "E21": 6, "E23": 7}
"""The order of what is found at one entry: first what is wrong with the entry itself, which is not here."""
MOST_LINE = 1024
"""Most bytes of a line of the index of documents, its end included."""
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
    """How many witnesses may have a false clock; when nothing is said, fewer than half."""
    shown: tuple[tuple[str, Checkpoint], ...] = ()
    """Checkpoints that he brings, with their places."""


class Verification:
    """The verification of one bundle."""

    def __init__(self, schema: Schema, bundle: Bundle, expected: Expectations):
        self.schema, self.bundle, self.expected = schema, bundle, expected
        self.auditor = Auditor(schema, expected.charter, expected.now)
        self.tree = Tree()
        self.origin: Optional[str] = None
        self.size = 0
        """How many entries the bundle has by its checkpoint; `tree.size` are there."""
        self.cut = False
        """Whether entries could not be read."""
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
            self.size = stated_size(raw)
        except (NoFile, BadNote) as flaw:
            self.note(0, "E25", f"{flaw}; so its size is not known, and nothing else was checked")
        else:
            self._entries()
            self._tiles()
            self._documents()
            self._checkpoints(raw)
            self._times()
        found = self.auditor.findings + self.outside
        return sorted(found, key=lambda finding: (finding.entry, PLACES.get(finding.code, 0)))

    def _entries(self) -> None:
        for tile in tiles(None, self.size):
            try:
                entries, flaw = entries_of(self.bundle.read(tile.path, tile.most), tile.width)
            except NoFile as missing:
                entries, flaw = [], str(missing)
            for raw in entries:
                self._entry(raw)
            if flaw is not None:
                self.cut = True
                first = self.tree.size - (len(entries) == tile.width)
                self.note(first, "E25", f"{tile.path}: {flaw}; no entry behind was checked")
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
            raw = self.bundle.read("documents", len(expected) + MOST_LINE)
        except TooLong as longer:
            raw = longer.beginning
        except NoFile as flaw:
            return self.note(0, "E25", str(flaw))
        lines, named = [], 0
        for line in re.findall(rb"[^\n]*\n|[^\n]+", raw):
            number = re.match(rb"(?:0|[1-9][0-9]*)(?![0-9])", line)
            if number is not None and int(number[0]) >= self.size:
                break  # Left over from an export that did not end.
            named = named if number is None else int(number[0])
            if len(line) >= MOST_LINE and b"\n" not in line[:MOST_LINE]:
                return self.note(named, "E25", f"documents has a line of more than {MOST_LINE} bytes")
            lines.append(line)
        for at, (entry, line) in enumerate(self.documents):
            if lines[at : at + 1] != [line]:
                return self.note(entry, "E26", "the index of documents is not that of the entries")
        if len(lines) > len(self.documents) and not self.cut:
            self.note(max(self.tree.size - 1, 0), "E26", "the index of documents has more than the entries")

    def _checkpoints(self, raw: bytes) -> None:
        last = max(self.size - 1, 0)
        names, strays = self.bundle.strays()
        names = [name for name in names if int(name) <= self.size]
        for path in strays:
            self.note(last, "E25", f"{path!r} is no file of a bundle")
        if str(self.size) not in names:
            self.note(last, "E25", f"checkpoints/{self.size} is not there")
        kept = [("checkpoint", self._parse("checkpoint", self.size, raw))]
        for name in names:
            path = f"checkpoints/{name}"
            try:
                old = self.bundle.read(path, MOST_CHECKPOINT)
            except NoFile as flaw:
                self.note(max(int(name) - 1, 0), "E25", str(flaw))
                continue
            if old != raw or int(name) != self.size:
                kept.append((path, self._parse(path, int(name), old)))
        kept = [(place, one) for place, one in kept if one is not None]
        newest = max((one.size for _, one in (*kept, *self.expected.shown)), default=0)
        if self.origin is None and kept:
            self.origin = kept[0][1].origin
        for place, one in kept:
            self._judge(place, one, is_kept=True, is_old=one.size < newest)
        for place, one in self.expected.shown:
            self._judge(place, one, is_kept=False, is_old=False)

    def _parse(self, place: str, size: int, raw: bytes) -> Optional[Checkpoint]:
        try:
            checkpoint = Checkpoint.parse(raw)
            if checkpoint.size != size:
                raise BadNote(f"it is of {checkpoint.size} entries, not of {size}")
            return checkpoint
        except BadNote as flaw:
            self.note(max(size - 1, 0), "E22", f"{place}: {flaw}")
            return None

    def _judge(self, place: str, checkpoint: Checkpoint, is_kept: bool, is_old: bool) -> None:
        last = max(min(checkpoint.size - 1, self.tree.size), 0)
        try:
            if self.origin not in (None, checkpoint.origin):
                raise BadNote(f"it is of ledger {checkpoint.origin[:80]!r}, this is {self.origin}")
            signed = checkpoint.note.open(self._keys(checkpoint.origin))
        except BadNote as flaw:
            return self.note(last, "E22", f"{place}: {flaw}")
        flaw, times = self._count(checkpoint, signed, is_kept, is_old)
        if flaw:
            self.note(last, "E22", f"{place}: {flaw}")
        if checkpoint.size > self.tree.size:
            if not (flaw or self.cut):
                self.note(self.tree.size, "E20", f"{place} is of {checkpoint.size} entries, {self.tree.size} are here")
        elif self.tree.root(checkpoint.size) == checkpoint.root:
            self.sightings.extend((checkpoint.size, witness, time) for witness, time in times)
        elif not flaw:
            self.note(last, "E21", f"{place} has another root than the first {checkpoint.size} entries")

    def _keys(self, origin: str) -> list[Key]:
        if self.expected.policy is not None:
            return self.expected.policy.keys
        return [key for key, _ in self.auditor.keys.of_checkpoints(origin)]

    def _count(
        self, checkpoint: Checkpoint, signed: list[Signed], is_kept: bool, is_old: bool
    ) -> tuple[Optional[str], list[tuple[str, int]]]:
        """Why the signatures that hold are not enough, if they are not; and who cosigned, at which millisecond, of
        those whose signature counts. Under an older checkpoint that is kept those are enough, too, that no longer
        count."""
        policy = self.expected.policy
        if policy is not None:
            counted, witnesses = signed, {key: name for name, key in policy.witnesses.items()}
        else:
            officers = dict(self.auditor.keys.of_checkpoints(checkpoint.origin))
            counted = [one for one in signed if officers[one.key].counts(checkpoint.size, one.time)]
            witnesses = {key: officer.party for key, officer in officers.items() if key.algorithm != ED25519}
        times = [(witnesses[one.key], one.time * 1000) for one in counted if one.key in witnesses]
        if is_kept and not is_old:
            self.cosigned = sorted({witness for witness, _ in times})
        enough = signed if is_old else counted
        if policy is not None:
            # What was signed by keys of another time, only the ledger knows.
            reached = is_old or policy.is_reached(enough)
        else:
            reached = len({witnesses[one.key] for one in enough if one.key in witnesses}) >= self.expected.quorum
        if not reached:
            return f"too few witnesses have cosigned: {', '.join(sorted(dict(times))) or 'none'}", times
        if is_kept and not any(one.key.algorithm == ED25519 and one.key.name == checkpoint.origin for one in signed):
            return "the ledger's own key has not signed", times
        return None if enough else "no signature under it counts", times

    def _liars(self) -> int:
        """How many witnesses may have a false clock: fewer than half, when nothing is said."""
        if self.expected.liars is not None:
            return self.expected.liars
        policy = self.expected.policy
        parties = self.auditor.keys.witnesses() if policy is None else policy.witnesses
        return max(len(parties) - 1, 0) // 2

    def _times(self) -> None:
        """Looks for entries that say they were recorded after so many witnesses had seen them, or long before any witness
        had (E23)."""
        liars, skew = self._liars(), self.auditor.skew
        not_after = self._not_after(liars)
        latest: dict[str, int] = {}
        all_witnesses = {witness for _, witness, _ in self.sightings}
        sightings, at = sorted(self.sightings), 0
        for entry, recorded in enumerate(self.times):
            while at < len(sightings) and sightings[at][0] <= entry:
                _, witness, time = sightings[at]
                latest[witness] = max(time, latest.get(witness, time))
                at += 1
            unseen = min(latest.values()) if latest and len(latest) == len(all_witnesses) else None
            if recorded is None:
                continue
            if not_after[entry] is not None and recorded > not_after[entry] + 999 + skew:
                self.note(entry, "E23", f"it says that it was recorded at {recorded}, and was seen at {not_after[entry]}")
            elif unseen is not None and recorded + max(LATE, skew) < unseen:
                self.note(entry, "E23", f"it says that it was recorded at {recorded}, and was not seen until {unseen}")

    def _not_after(self, liars: int) -> list[Optional[int]]:
        """Of each entry: when an honest witness had seen it."""
        earliest: dict[str, int] = {}
        sightings, at = sorted(self.sightings, reverse=True), 0
        bounds: list[Optional[int]] = []
        for entry in range(self.tree.size - 1, -1, -1):
            while at < len(sightings) and sightings[at][0] > entry:
                _, witness, time = sightings[at]
                earliest[witness] = min(time, earliest.get(witness, time))
                at += 1
            bounds.append(next(iter(sorted(earliest.values())[liars:]), None))
        return bounds[::-1]


def stated_size(raw: bytes) -> int:
    """The size in the second line of a checkpoint, whatever the rest is."""
    line = raw.split(b"\n")[1:2]
    if line and re.fullmatch(rb"0|[1-9][0-9]{0,19}", line[0]) and int(line[0]) < 2**64:
        return int(line[0])
    raise BadNote("checkpoint states no size in its second line")


def brought(path: str) -> tuple[str, Checkpoint]:
    """A checkpoint from a file."""
    try:
        return path, Checkpoint.parse(Path(path).read_bytes())
    except BadNote as flaw:
        raise argparse.ArgumentTypeError(f"{path}: {flaw}") from None


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
    parser.add_argument("--liars", type=int, help="so many witnesses may have a false clock (fewer than half)")
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
        liars = None if asked.liars is None else max(asked.liars, 0)
        shown = tuple(asked.shown or ())
        expected = Expectations(asked.policy, asked.quorum, asked.charter, asked.now, liars, shown)
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
