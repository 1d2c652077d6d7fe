"""Signed notes, checkpoints, policies and offline proofs: C2SP signed-note, tlog-checkpoint, tlog-cosignature,
tlog-policy, tlog-proof (format.md, sections 13 and 16)."""

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Optional

from curve import key_flaw, verify

ED25519, COSIGNATURE = 1, 4
MOST_BYTES, MOST_SIGNATURES, MOST_LINES = 1_000_000, 100, 1_000
MARK = "— "


class BadNote(Exception):
    """Bytes that are not what they should be, or whose signatures do not hold."""


class NobodyKnown(BadNote):
    """A note that nobody known has signed."""


def decimal(digits: str, most: int = 2**64 - 1) -> int:
    """A decimal number without leading zeros."""
    if not re.fullmatch("0|[1-9][0-9]{0,19}", digits) or int(digits) > most:
        raise BadNote(f"{digits[:40]!r} is no number")
    return int(digits)


def unbase64(word: str, size: Optional[int] = None) -> bytes:
    """Base64 in its one form: padded, and no bits left over."""
    try:
        raw = base64.b64decode(word.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise BadNote(f"{word[:80]!r} is no base64") from None
    if base64.b64encode(raw).decode() != word or (size is not None and len(raw) != size):
        raise BadNote(f"{word[:80]!r} is not the base64 of what should stand there")
    return raw


def key_name(name: str) -> str:
    """A name of a key."""
    fits = 1 <= len(name.encode()) <= 255 and "+" not in name
    if not fits or any(c.isspace() or unicodedata.category(c) == "Cc" for c in name):
        raise BadNote(f"{name[:80]!r} is no name of a key")
    return name


@dataclass(frozen=True)
class Key:
    """A key that signs notes."""

    name: str
    algorithm: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, algorithm and key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    @staticmethod
    def parse(vkey: str) -> "Key":
        """A key as `name+id+base64`."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise BadNote(f"{vkey[:80]!r} is no key: it has the form name+id+base64")
        raw = unbase64(parts[2], 33)
        key = Key(key_name(parts[0]), raw[0], raw[1:])
        if key.algorithm not in (ED25519, COSIGNATURE) or key.id.hex() != parts[1]:
            raise BadNote(f"{vkey[:80]!r} is no key: its algorithm is not known, or its id another")
        if flaw := key_flaw(key.public):
            raise BadNote(f"{vkey[:80]!r} {flaw}")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.algorithm]) + self.public).decode()}"


@dataclass(frozen=True)
class Line:
    """A signature under a note."""

    name: str
    id: bytes
    signature: bytes

    @staticmethod
    def parse(line: str) -> "Line":
        """A line without its newline."""
        words = line.removeprefix(MARK).split(" ")
        if not line.startswith(MARK) or len(words) != 2:
            raise BadNote(f"{line[:80]!r} is no signature")
        raw = unbase64(words[1])
        if len(raw) < 5:
            raise BadNote(f"{line[:80]!r} is too short for a signature")
        return Line(key_name(words[0]), raw[:4], raw[4:])

    def __str__(self) -> str:
        return f"{MARK}{self.name} {base64.b64encode(self.id + self.signature).decode()}"

    def verified(self, key: Key, text: str) -> Optional["Signed"]:
        """What this signature says, if it is the key's."""
        if key.algorithm == ED25519:
            return Signed(key, None) if verify(key.public, text.encode(), self.signature) else None
        time = int.from_bytes(self.signature[:8], "big")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        if len(self.signature) != 72 or time >= 2**63 or not verify(key.public, message, self.signature[8:]):
            return None
        return Signed(key, time)


@dataclass(frozen=True)
class Signed:
    """A signature that holds."""

    key: Key
    time: Optional[int]
    """Seconds since 1970, of a cosignature."""


@dataclass(frozen=True)
class Note:
    """A text and the signatures under it."""

    text: str
    lines: tuple[Line, ...]

    @staticmethod
    def parse(raw: bytes) -> "Note":
        """Reads a note strictly."""
        if len(raw) > MOST_BYTES:
            raise BadNote(f"a note of {len(raw)} bytes")
        if any(byte < 0x20 and byte != 0x0A for byte in raw):
            raise BadNote("a note with control characters")
        try:
            whole = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise BadNote("a note that is not UTF-8") from None
        text, blank, signatures = whole.rpartition("\n\n")
        if not blank or not signatures.endswith("\n"):
            raise BadNote("a note without an empty line, or without a newline at its end")
        lines = signatures[:-1].split("\n")
        if len(lines) > MOST_SIGNATURES:
            raise BadNote(f"a note with {len(lines)} signatures")
        return Note(text + "\n", tuple(map(Line.parse, lines)))

    def open(self, keys: list[Key]) -> list[Signed]:
        """Who signed. One false signature of a known key refuses the whole note."""
        known = {(key.name, key.id): key for key in keys}
        found = []
        for line in self.lines:
            key = known.get((line.name, line.id))
            if key is not None:
                signed = line.verified(key, self.text)
                if signed is None:
                    raise BadNote(f"the signature of {line.name} ({line.id.hex()}) does not hold")
                found.append(signed)
        if not found:
            raise NobodyKnown("nobody known has signed")
        return found

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{line}\n" for line in self.lines)


@dataclass(frozen=True)
class Checkpoint:
    """A signed note that says how long a ledger is, and its root."""

    origin: str
    size: int
    root: bytes
    note: Note

    @staticmethod
    def parse(raw: bytes) -> "Checkpoint":
        """Reads a signed checkpoint strictly."""
        note = Note.parse(raw)
        origin, *rest = note.text[:-1].split("\n")
        if not origin or len(rest) < 2 or not all(rest):
            raise BadNote("a checkpoint is origin, size, root, and perhaps more lines, none of them empty")
        return Checkpoint(origin, decimal(rest[0]), unbase64(rest[1], 32), note)

    @property
    def last(self) -> int:
        """The last entry that it covers: where a finding about it stands."""
        return max(self.size - 1, 0)


@dataclass(frozen=True)
class Policy:
    """Whose signatures are enough (C2SP tlog-policy)."""

    logs: tuple[Key, ...]
    witnesses: dict[str, Key]
    groups: dict[str, tuple[int, tuple[str, ...]]]
    quorum: Optional[str]

    @property
    def keys(self) -> list[Key]:
        """All keys."""
        return [*self.logs, *self.witnesses.values()]

    @staticmethod
    def parse(text: str) -> "Policy":
        """Reads a policy strictly."""
        lines = text.split("\n")
        if len(text.encode()) > MOST_BYTES or len(lines) > MOST_LINES:
            raise BadNote("a policy of more than 1,000 lines or 1,000,000 bytes")
        logs, witnesses, groups, quorum, grouped = [], {}, {}, [], set()
        for line in lines:
            words = [] if line.startswith("#") else re.split("[ \t]+", line.strip(" \t"))
            match words:
                case [] | [""]:
                    pass
                case ["log", vkey] | ["log", vkey, _]:
                    logs.append(Key.parse(vkey))
                case ["witness", name, vkey] | ["witness", name, vkey, _] if Policy._is_new(name, witnesses, groups):
                    witnesses[name] = Key.parse(vkey)
                case ["group", name, threshold, *members] if members and Policy._is_new(name, witnesses, groups):
                    Policy._take(members, witnesses, groups, grouped)
                    count = {"all": len(members), "any": 1}.get(threshold) or decimal(threshold)
                    if not 1 <= count <= len(members):
                        raise BadNote(f"{count} of {len(members)} can never be, or always is: {line[:80]!r}")
                    groups[name] = count, tuple(members)
                case ["quorum", name] if name in ("none", *witnesses, *groups):
                    quorum.append(None if name == "none" else name)
                case _:
                    raise BadNote(f"no line of a policy: {line[:80]!r}")
        keys = [key.public for key in (*logs, *witnesses.values())]
        if len(quorum) != 1 or len(set(keys)) != len(keys):
            raise BadNote("a policy has exactly one quorum, and no key twice")
        if any(key.algorithm != ED25519 for key in logs) or any(k.algorithm == ED25519 for k in witnesses.values()):
            raise BadNote("a log signs with algorithm 01, a witness with 04")
        return Policy(tuple(logs), witnesses, groups, quorum[0])

    @staticmethod
    def _is_new(name: str, witnesses: dict, groups: dict) -> bool:
        return name != "none" and name not in witnesses and name not in groups

    @staticmethod
    def _take(members: list[str], witnesses: dict, groups: dict, grouped: set[str]) -> None:
        for member in members:
            if (member not in witnesses and member not in groups) or member in grouped:
                raise BadNote(f"{member[:80]!r} is not defined before, or stands in another group")
            grouped.add(member)

    def is_reached(self, signed: list[Signed]) -> bool:
        """Whether these are enough witnesses."""
        keys = {one.key for one in signed}
        reached = {None, *(name for name, key in self.witnesses.items() if key in keys)}
        for name, (count, members) in self.groups.items():
            if sum(member in reached for member in members) >= count:
                reached.add(name)
        return self.quorum in reached

    def check(self, checkpoint: Checkpoint) -> list[Signed]:
        """Who signed a checkpoint, when the ledger's log and enough witnesses did."""
        signed = checkpoint.note.open(self.keys)
        if not any(one.key in self.logs and one.key.name == checkpoint.origin for one in signed):
            raise BadNote(f"the log of {checkpoint.origin[:80]!r} has not signed, or is not known")
        if not self.is_reached(signed):
            raise BadNote("too few witnesses have cosigned")
        return signed


@dataclass(frozen=True)
class Proof:
    """That an entry stands in a ledger (C2SP tlog-proof)."""

    extra: Optional[bytes]
    index: int
    path: list[bytes]
    checkpoint: Checkpoint

    @staticmethod
    def parse(raw: bytes) -> "Proof":
        """Reads a proof strictly."""
        head, blank, note = raw.partition(b"\n\n")
        if not blank or not head.startswith(b"c2sp.org/tlog-proof@v1\n"):
            raise BadNote("no proof of version 1")
        try:
            lines = head.decode("ascii").split("\n")[1:]
        except UnicodeDecodeError:
            raise BadNote("a proof that is not ASCII above its empty line") from None
        extra = unbase64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index ") or len(lines) > 65:
            raise BadNote("a proof without an index, or with more than 64 hashes")
        path = [unbase64(line, 32) for line in lines[1:]]
        return Proof(extra, decimal(lines[0][6:]), path, Checkpoint.parse(note))
