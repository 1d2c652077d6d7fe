"""What has to hold between the entries of a ledger (format.md, section 8), and whose keys sign its checkpoints
(section 14). The rules of the domain are not known here."""

from dataclasses import dataclass, field
from datetime import datetime, timezone
from hashlib import sha256
from typing import Iterator, Optional

from curve import key_flaw, verify
from note import COSIGNATURE, ED25519, Key
from schema import MOST, SIGNATURE, Entry, LeftOver, Malformed, Schema
from tree import Tree, leaf

DAYS = {"PeriodCutoffFixed": "last_day", "SampleDrawn": "day"}
"""The kinds of event that name what the ledger was at the end of a day, and the field with the day."""

ROOT, REGISTRAR = "ROOT", "REG"


@dataclass(frozen=True)
class Finding:
    """Something that does not hold."""

    entry: int
    code: str
    reason: str

    def __str__(self) -> str:
        return f"entry {self.entry}: {self.code}: {self.reason}"


@dataclass
class Officer:
    """A key that took effect."""

    party: str
    role: str
    until: Optional[int]
    """The millisecond from which it no longer signs."""
    ended: bool = False
    revoked_in: Optional[int] = None
    """The entry that revoked it."""
    compromised: bool = False

    @property
    def is_trusted(self) -> bool:
        """Whether it was neither revoked nor compromised."""
        return self.revoked_in is None and not self.compromised

    def counts(self, size: int, time: Optional[int]) -> bool:
        """Whether its signature counts under a checkpoint of this size; of a cosignature with the second it names."""
        expired = self.until is not None and time is not None and time * 1000 >= self.until
        revoked = self.revoked_in is not None and size > self.revoked_in
        return not (self.compromised or expired or revoked)


@dataclass
class Waiting:
    """An act about keys that waits for other signatures."""

    position: int
    events: list[tuple[str, dict]]
    author: bytes
    signers: list[Officer]


@dataclass
class Keys:
    """The keys that a ledger names, and which of them have taken effect. Signatures are counted as section 14 says;
    rules that only the domain knows are not looked at."""

    roles: dict[int, str]
    officers: dict[bytes, Officer] = field(default_factory=dict)
    named: set[bytes] = field(default_factory=set)
    standing: set[str] = field(default_factory=set)
    waiting: dict[int, Waiting] = field(default_factory=dict)

    def found(self, charter: dict) -> None:
        """Takes the root keys of a charter."""
        for founder in charter["parties"]:
            self.officers[founder["root_key"]] = Officer(founder["party"], ROOT, None)
            self.standing.add(founder["party"])

    def take(self, position: int, entry: Entry) -> None:
        """Takes an entry that holds."""
        signer = self.officers.get(entry.author)
        if signer is None or signer.ended or (signer.until is not None and entry.recorded_at >= signer.until):
            return
        act = self.waiting[position] = Waiting(position, list(entry.events), entry.author, [signer])
        self._settle(act)
        for name, event in entry.events:
            if name == "ActRefused":
                self.waiting.pop(event["entry"], None)
            elif name == "ActCountersigned" and event["entry"] in self.waiting:
                other = self.waiting[event["entry"]]
                other.signers.append(signer)
                self._settle(other)

    def _settle(self, act: Waiting) -> None:
        act.events = [event for event in act.events if not self._apply(act, *event)]
        if not act.events:
            del self.waiting[act.position]

    def _apply(self, act: Waiting, name: str, event: dict) -> bool:
        """Lets an event take effect; false when it still waits."""
        match name:
            case "KeyEnrolled":
                role = self.roles[event["role"]]
                if not self._both(act, event["party"], role):
                    return False
                self.officers.setdefault(event["key"], Officer(event["party"], role, event["valid_until"]))
            case "KeyRotated":
                old = self.officers.get(event["old_key"])
                if old is None or old.ended:
                    return True
                if act.author != event["old_key"] and not self._both(act, old.party, old.role):
                    return False
                old.ended = True
                self.officers.setdefault(event["new_key"], Officer(old.party, old.role, old.until))
            case "KeyRevoked":
                old = self.officers.get(event["key"])
                if old is not None and not old.ended and self._is_kept(act, old.party, old.role):
                    old.ended, old.revoked_in = True, act.position
            case "KeyCompromised":
                old = self.officers.get(event["key"])
                if old is None:
                    return True
                if not self._both(act, old.party, old.role):
                    return False
                old.ended = old.compromised = True
            case "MinistryAdmitted":
                if self.standing - {signer.party for signer in act.signers}:
                    return False
                self.officers.setdefault(event["root_key"], Officer(event["party"], ROOT, None))
                self.standing.add(event["party"])
            case "MinistrySuspended" | "MinistryWithdrew":
                self.standing.discard(event["party"])
            case "MinistryReinstated":
                self.standing.add(event["party"])
        return True

    @staticmethod
    def _is_kept(act: Waiting, party: str, role: str) -> bool:
        keepers = (ROOT,) if role == REGISTRAR else (ROOT, REGISTRAR)
        return any(signer.party == party and signer.role in keepers for signer in act.signers)

    def _both(self, act: Waiting, party: str, role: str) -> bool:
        """Signed by who keeps the keys of this role in the party, and by a registrar of another party."""
        others = (signer for signer in act.signers if signer.party != party)
        return self._is_kept(act, party, role) and any(signer.role in (ROOT, REGISTRAR) for signer in others)

    def witnesses(self) -> set[str]:
        """The parties with a witness's key that is in use or was replaced."""
        keys = (one for one in self.officers.values() if one.role == "WIT")
        return {one.party for one in keys if not one.compromised and one.revoked_in is None}

    def of_checkpoints(self, origin: str) -> Iterator[tuple[Key, Officer]]:
        """The keys that sign checkpoints of this ledger."""
        host = origin.rpartition("/")[0] or origin
        for public, officer in self.officers.items():
            if officer.role == "LOG":
                yield Key(origin, ED25519, public), officer
            elif officer.role == "WIT":
                yield Key(f"{host}/{officer.party}", COSIGNATURE, public), officer


class Auditor:
    """Goes through the entries one by one, and on behind a finding."""

    def __init__(self, schema: Schema, charter: Optional[bytes], now: Optional[int]):
        self.schema, self.charter, self.now = schema, charter, now
        self.size = 0
        self.link = bytes(32)
        self.origin: Optional[str] = None
        self.recorded_at = 0
        self.skew = 0
        self.acts: dict[bytes, int] = {}
        self.tree = Tree()
        self.ends: list[tuple[int, int]] = []
        """Each day but the newest on which something was recorded, and the size at its end."""
        self.newest: Optional[int] = None
        self.commitments: dict[str, bytes] = {}
        self.keys = Keys(schema.words["Role"])
        self.findings: list[Finding] = []

    def note(self, code: str, reason: str) -> None:
        """Notes what is wrong with the entry at hand."""
        self.findings.append(Finding(self.size, code, reason))

    def feed(self, raw: bytes) -> Optional[Entry]:
        """Audits the next entry; gives what could be read."""
        entry = self._open(raw)
        if entry is not None:
            before = len(self.findings)
            if not verify(entry.author, entry.message, entry.signature):
                self.note("E09", "it is not signed by the key that it names")
            self._place(entry)
            self._content(entry)
            self._advance(entry, holds=len(self.findings) == before)
        self.size += 1
        self.link = leaf(raw)
        self.tree.push(self.link)
        return entry

    def finish(self) -> None:
        """Ends the audit."""
        if self.size == 0 and self.charter is not None:
            self.note("E11", "there is no entry, and so no charter")

    def _open(self, raw: bytes) -> Optional[Entry]:
        if not SIGNATURE <= len(raw) <= MOST:
            self.note("E01", f"{len(raw)} bytes, an entry has {SIGNATURE} to {MOST}")
            return None
        try:
            return self.schema.open(raw)
        except Malformed as flaw:
            self.note("E02", str(flaw))
        except LeftOver as flaw:
            self.note("E03", str(flaw))
        return None

    def _place(self, entry: Entry) -> None:
        if self.origin not in (None, entry.origin):
            self.note("E04", f"it belongs to ledger {entry.origin}, this is {self.origin}")
        if entry.seq != self.size:
            self.note("E05", f"it is numbered {entry.seq}")
        if entry.previous != self.link:
            self.note("E06", f"it follows an entry with link {entry.previous.hex()}, not {self.link.hex()}")
        if entry.recorded_at < self.recorded_at:
            self.note("E07", f"recorded at {entry.recorded_at}, the entry before at {self.recorded_at}")
        name, event = entry.events[0] if entry.events else ("", {})
        if self.size == 0 and name == "LedgerConstituted":
            self.skew = event["charter"]["parameters"]["clock_skew_ms"]
        if self.now is not None and entry.recorded_at > self.now + self.skew:
            self.note("E08", f"recorded at {entry.recorded_at}, it is {self.now} here")

    def _content(self, entry: Entry) -> None:
        for key in new_keys(entry):
            if flaw := key_flaw(key):
                self.note("E10", f"key {key.hex()} {flaw}")
        if self.size == 0 and (flaw := self._genesis_flaw(entry)):
            self.note("E11", flaw)
        if entry.act in self.acts:
            self.note("E12", f"act {entry.act.hex()} stands in entry {self.acts[entry.act]} already")
        for name, event in entry.events:
            if name == "MinistryAdmitted":
                message = self.schema.signed_accession(entry.origin, event)
                if not verify(event["root_key"], message, event["accession"]):
                    self.note("E19", f"{event['party']} has not signed its accession to {entry.origin}")
        for name, event in entry.events:
            if name in DAYS:
                self._day_end(event[DAYS[name]], event["size"], event["root"], date_of(entry.recorded_at))
        for name, event in entry.events:
            committed = self.commitments.get(event["engagement"]) if name == "SampleDrawn" else None
            if committed not in (None, sha256(event.get("secret", b"")).digest()):
                self.note("E28", f"engagement {event['engagement']} is committed to another secret")
        roots = set(new_keys(entry)) if self.size == 0 else set()
        if entry.author not in self.keys.named | roots:
            self.note("I03", f"key {entry.author.hex()} was never named")

    def _day_end(self, day: int, size: int, root: bytes, today: int) -> None:
        if day >= today:
            return
        if self.newest is not None and self.newest <= day:
            known = self.size
        else:
            known = max((end for over, end in self.ends if over <= day), default=0)
        if (size, root) != (known, self.tree.root(known)):
            self.note("E27", f"at the end of {day} there were {known} entries, root {self.tree.root(known).hex()}")

    def _genesis_flaw(self, entry: Entry) -> Optional[str]:
        if [name for name, _ in entry.events] != ["LedgerConstituted"]:
            return "the first entry is not the founding of a ledger"
        founding = entry.events[0][1]
        charter = founding["charter"]
        if charter["origin"] != entry.origin:
            return f"the charter is for ledger {charter['origin']}"
        if self.charter not in (None, self.schema.fingerprint(charter)):
            return f"the charter's fingerprint is {self.schema.fingerprint(charter).hex()}"
        message = self.schema.signed_charter(charter)
        for founder in charter["parties"]:
            signatures = [one["signature"] for one in founding["signatures"] if one["party"] == founder["party"]]
            if not any(verify(founder["root_key"], message, signature) for signature in signatures):
                return f"{founder['party']} has not signed the charter, or its signature is false"
        return None

    def _advance(self, entry: Entry, holds: bool) -> None:
        self.origin, self.recorded_at = entry.origin, entry.recorded_at
        self.acts.setdefault(entry.act, self.size)
        today = date_of(entry.recorded_at)
        if self.newest is None or today > self.newest:
            if self.newest is not None:
                self.ends.append((self.newest, self.size))
            self.newest = today
        self.keys.named.update(new_keys(entry))
        for name, event in entry.events:
            if name == "AuditEngagementOpened":
                self.commitments.setdefault(event["engagement"], event["commitment"])
            if name == "RegimeParametersSet":
                self.skew = max(self.skew, event["parameters"]["clock_skew_ms"])
        if holds and self.size == 0:
            self.keys.found(entry.events[0][1]["charter"])
        elif holds:
            self.keys.take(self.size, entry)


def date_of(moment: int) -> int:
    """The day of a moment, in UTC, as `yyyymmdd`."""
    return int(datetime.fromtimestamp(moment // 1000, timezone.utc).strftime("%Y%m%d"))


def new_keys(entry: Entry) -> Iterator[bytes]:
    """The keys that an entry brings into use."""
    for name, event in entry.events:
        if name == "LedgerConstituted":
            yield from (founder["root_key"] for founder in event["charter"]["parties"])
        for key in {"KeyEnrolled": ["key"], "KeyRotated": ["new_key"], "MinistryAdmitted": ["root_key"]}.get(name, []):
            yield event[key]
