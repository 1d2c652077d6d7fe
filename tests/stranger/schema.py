"""The bytes of an entry, as the tables of format.md describe them.

Nothing here knows a kind of event: structures, events, code lists, identifiers, currencies, hazards and hidden
characters are read from the document when the program starts. What the document says in words is code below.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from math import gcd
from typing import Any, Callable

SIGNATURE = 64
MOST = 65_535
CONTEXT = b"jointledger/entry/v1\n"


class Malformed(Exception):
    """The bytes are no value of their type (E02)."""


class LeftOver(Exception):
    """The bytes are not the one way in which their content is written (E03)."""


class Reader:
    """Takes bytes from the front."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count > len(self.data) - self.at:
            raise Malformed(f"the bytes end at {len(self.data)}, {count} more are needed at {self.at}")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        """An unsigned integer, big-endian."""
        return int.from_bytes(self.take(size), "big")


@dataclass(frozen=True)
class Type:
    """How values of a type are read and written."""

    read: Callable[[Reader], Any]
    write: Callable[[Any], bytes]


def require(holds: bool, what: str) -> None:
    """Refuses a value that its type does not allow."""
    if not holds:
        raise Malformed(what)


def number(size: int, what: str = "number", allowed: Callable[[int], bool] = lambda n: True) -> Type:
    """An unsigned integer with a condition."""

    def read(source: Reader) -> int:
        value = source.number(size)
        require(allowed(value), f"{value} is no {what}")
        return value

    return Type(read, lambda value: value.to_bytes(size, "big"))


def fixed(size: int) -> Type:
    """So many bytes."""
    return Type(lambda source: source.take(size), bytes)


def ascii_code(size: int, what: str, allowed: Callable[[str], Any]) -> Type:
    """So many bytes of ASCII with a condition."""

    def read(source: Reader) -> str:
        value = source.take(size).decode("latin-1")
        require(value.isascii() and bool(allowed(value)), f"{value!r} is no {what}")
        return value

    return Type(read, lambda value: value.encode("ascii"))


def text(what: str, most: int, flaw: Callable[[str], str | None]) -> Type:
    """Text of at most so many bytes, on which something has to hold."""

    def read(source: Reader) -> str:
        raw = source.take(source.number(2))
        require(len(raw) <= most, f"a {what} of {len(raw)} bytes")
        try:
            value = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed(f"a {what} that is not UTF-8") from None
        found = flaw(value)
        require(found is None, f"a {what} {found}")
        return value

    return Type(read, lambda value: len(value.encode()).to_bytes(2, "big") + value.encode())


def pattern(what: str, most: int, expression: str) -> Type:
    """Text of one form."""
    form = re.compile(expression)
    return text(what, most, lambda value: None if form.fullmatch(value) else f"{value!r}")


def structure(fields: list[tuple[str, Type]], allowed: Callable[[dict], bool] = lambda value: True, what="") -> Type:
    """Fields in order."""

    def read(source: Reader) -> dict:
        value = {name: kind.read(source) for name, kind in fields}
        require(allowed(value), f"{value} is no {what}")
        return value

    return Type(read, lambda value: b"".join(kind.write(value[name]) for name, kind in fields))


def optional(inner: Type) -> Type:
    """A value that may not be there."""

    def read(source: Reader) -> Any:
        flag = source.number(1)
        require(flag <= 1, f"an option begins with {flag}")
        return inner.read(source) if flag else None

    return Type(read, lambda value: b"\0" if value is None else b"\1" + inner.write(value))


def many(inner: Type) -> Type:
    """A list."""
    return Type(
        lambda source: [inner.read(source) for _ in range(source.number(2))],
        lambda value: len(value).to_bytes(2, "big") + b"".join(map(inner.write, value)),
    )


def is_day(value: int) -> bool:
    """Whether a number is a day as yyyymmdd."""
    year, month, day = value // 10000, value // 100 % 100, value % 100
    return 1970 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


# --- The document ------------------------------------------------------------------------------------------------


def section(document: str, heading: str) -> str:
    """The text from one heading to the next of the same depth or less."""
    depth = len(heading.split(" ")[0])
    rest = document.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"\n#{{1,{depth}}} ", rest)[0]


def rows(part: str) -> list[list[str]]:
    """The rows of its tables, with their headings."""
    lines = [line for line in part.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]


def layout(cell: str) -> list[tuple[str, str]]:
    """`` `a: A`, `b: B` `` as pairs."""
    return [tuple(field.strip("`").split(": ")) for field in cell.split(", ")]


def block(document: str, first: str) -> list[str]:
    """The words of the indented block that begins with a word."""
    lines = document[document.index(f"\n    {first} ") + 1 :].splitlines()
    end = next(at for at, line in enumerate(lines) if not line.startswith("    "))
    return " ".join(lines[:end]).split()


@dataclass(frozen=True)
class Entry:
    """An entry that could be read. Whether it is signed, and belongs here, is not known."""

    fields: dict
    message: bytes
    signature: bytes

    def __getattr__(self, name: str) -> Any:
        return self.fields[name]


class Schema:
    """Every type of format.md."""

    def __init__(self, document: str):
        self.unjudged = 0
        """Texts with characters that this Python's Unicode does not know, so that NFC could not be tested."""
        self._types: dict[str, Type] = {}
        self.words: dict[str, dict[int, str]] = {}
        self._values(document)
        self._codes(document)
        self._items()
        layouts = [row for row in rows(section(document, "## 4. Structures")) if row[0] != "name"]
        self._lazy = {name: layout(fields) for name, fields in layouts}
        body = rows(section(document, "## 5. The body"))
        self._events = {int(row[0], 16): (row[1], layout(row[2])) for row in body if row[0].startswith("0x")}
        self.numbers = {name: code for code, (name, _) in self._events.items()}
        kinds = self.numbers.values()
        self._types["EventKind"] = number(2, "kind of event", lambda code: code in kinds)
        self._types["Event"] = Type(self._read_event, self._write_event)
        fields = [(row[0], row[1]) for row in body if not row[0].startswith("0x") and row[0] not in ("field", "number")]
        self.body = structure([(name, self.of(kind)) for name, kind in fields])

    def of(self, name: str) -> Type:
        """The type of this name."""
        if name not in self._types:
            if inner := re.fullmatch(r"(Vec|Option)<(.+)>", name):
                self._types[name] = (many if inner[1] == "Vec" else optional)(self.of(inner[2]))
            else:
                self._types[name] = structure([(field, self.of(kind)) for field, kind in self._lazy[name]])
        return self._types[name]

    def _values(self, document: str) -> None:
        types = self._types
        identifiers = section(document, "### Identifiers").split(":\n")[0]
        for name in re.findall(r"`(\w+)`", identifiers):
            types[name] = pattern("identifier", 64, r"[A-Za-z0-9./-]{1,64}")
        hidden = section(document, "### Text").split("how others are shown: ")[1].split(";")[0]
        self._hidden = set()
        for piece in hidden.split(","):
            first, _, last = piece.strip().partition("–")
            first, last = int(first[2:], 16), int((last or first)[2:], 16)
            self._hidden.update(map(chr, range(first, last + 1)))
        types["Text"] = text("text", 8_000, self._text_flaw)
        types["MovementNumber"] = pattern("movement number", 12, r"(0[1-9]|[12][0-9]|3[01])-[A-Z0-9]{3,6}-[0-9]{2}")
        for size in (1, 2, 4, 8):
            types[f"u{size * 8}"] = number(size)
        types["bool"] = Type(lambda r: number(1, "bool", lambda n: n <= 1).read(r) == 1, lambda v: bytes([v]))
        for name, size in (("ActId", 16), ("Digest", 32), ("PublicKey", 32), ("Signature", 64)):
            types[name] = fixed(size)
        for name in ("Party", "Country"):
            types[name] = ascii_code(2, name, re.compile("[A-Z]{2}").fullmatch)
        types["Ncage"] = ascii_code(5, "NCAGE", re.compile("[A-Z0-9]{5}").fullmatch)
        currencies = set(block(document, "AED"))
        types["Currency"] = ascii_code(3, "currency", lambda code: code in currencies)
        form302 = re.compile("[A-Z]{2}([0-9]{8})[UN][NEO][0-9]{6}")
        types["Form302Serial"] = ascii_code(
            18, "serial of a form 302", lambda code: (m := form302.fullmatch(code)) and is_day(int(m[1]))
        )
        types["Timestamp"] = number(8, "time", lambda n: n <= 253402128000000)
        types["Date"] = number(4, "date", is_day)
        types["Nsn"] = number(8, "NSN", lambda n: n <= 9999999999999)
        types["Cpv"] = number(4, "CPV code", lambda n: n <= 99999999)
        types["MlCategory"] = number(1, "category", lambda n: 1 <= n <= 22)

    def _text_flaw(self, value: str) -> str | None:
        if not 1 <= len(value) <= 2_000:
            return f"of {len(value)} characters"
        unknown = False
        for c in value:
            category = unicodedata.category(c)
            if category in ("Cc", "Co", "Cs") or c in self._hidden:
                return f"with U+{ord(c):04X}"
            if category == "Cn":
                # A noncharacter is never assigned; another may be, in a version newer than this Python's.
                if ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF:
                    return f"with U+{ord(c):04X}"
                unknown = True
        if value[0].isspace() or value[-1].isspace():
            return "with a space at its end"
        if unknown:
            self.unjudged += 1
            return None
        return None if unicodedata.is_normalized("NFC", value) else "not in normal form C"

    def _codes(self, document: str) -> None:
        for piece in section(document, "### Code lists").split("\n**`")[1:]:
            name, table = piece.split("`**", 1)
            words = {int(row[0]): row[1] for row in rows(table) if row[0] != "number"}
            self.words[name] = words
            self._types[name] = number(1, name, words.__contains__)
        hazards = {(int(code[2:3]), ord(code[3])) for code in block(document, "1.1A")}
        self._types["Hazard"] = structure(
            [("division", self.of("u8")), ("group", self.of("u8"))],
            lambda value: (value["division"], value["group"]) in hazards,
            "hazard",
        )

    def _items(self) -> None:
        types, of, most = self._types, self.of, 9223372036854775807
        types["Money"] = structure([("minor", number(8, "amount", lambda n: n <= most)), ("currency", of("Currency"))])
        types["Share"] = structure(
            [("numerator", of("u64")), ("denominator", number(8, "denominator", lambda n: 1 <= n <= 1000000000))],
            lambda share: share["numerator"] <= share["denominator"]
            and gcd(share["numerator"], share["denominator"]) == 1,
            "share",
        )
        types["Quantity"] = structure(
            [("number", number(8, "quantity", lambda n: n <= most)), ("scale", number(1, "scale", lambda n: n <= 6))]
            + [("unit", of("Unit"))],
            lambda quantity: quantity["scale"] == 0 or quantity["number"] % 10 != 0,
            "quantity",
        )
        batch = [("nsn", of("Nsn")), ("batch", of("BatchNumber"))]
        serial = [("ncage", of("Ncage")), ("part", of("PartNumber")), ("serial", of("SerialNumber"))]
        kinds = {1: structure(serial), 2: structure(batch), 3: structure(batch[:1])}

        def read_id(source: Reader) -> tuple:
            kind = source.number(1)
            require(kind in kinds, f"{kind} is no kind of item")
            return kind, kinds[kind].read(source)

        def read_item(source: Reader) -> tuple:
            item = read_id(source)
            quantity = None if item[0] == 1 else types["Quantity"].read(source)
            require(quantity is None or quantity["number"] > 0, "nothing of an item")
            return item, quantity

        def write_id(item: tuple) -> bytes:
            return bytes([item[0]]) + kinds[item[0]].write(item[1])

        types["ItemId"] = Type(read_id, write_id)
        types["Item"] = Type(
            read_item,
            lambda item: write_id(item[0]) + (b"" if item[1] is None else types["Quantity"].write(item[1])),
        )

    def _event(self, code: int) -> Type:
        name, fields = self._events[code]
        if name not in self._types:
            self._types[name] = structure([(field, self.of(kind)) for field, kind in fields])
        return self._types[name]

    def _read_event(self, source: Reader) -> tuple[str, dict]:
        code = source.number(2)
        require(code in self._events, f"{code:#06x} is no kind of event")
        return self._events[code][0], self._event(code).read(source)

    def _write_event(self, event: tuple[str, dict]) -> bytes:
        code = self.numbers[event[0]]
        return code.to_bytes(2, "big") + self._event(code).write(event[1])

    def open(self, entry: bytes) -> Entry:
        """Reads an entry of a length that entries have."""
        body = entry[:-SIGNATURE]
        source = Reader(body)
        version = Reader(body[:2]).number(2)
        require(version == 1, f"format {version} is not known")
        fields = self.body.read(source)
        if source.at != len(body):
            raise LeftOver(f"{len(body) - source.at} bytes are left over")
        if self.body.write(fields) != body:
            raise LeftOver("the same content would be written in another way")
        return Entry(fields, CONTEXT + body, entry[-SIGNATURE:])

    def signed_charter(self, charter: dict) -> bytes:
        """What a founder signs, and what is fingerprinted (section 6)."""
        return b"jointledger/charter/v1\n" + self.of("Charter").write(charter)

    def fingerprint(self, charter: dict) -> bytes:
        """What an auditor pins."""
        return sha256(self.signed_charter(charter)).digest()

    def signed_accession(self, origin: str, admitted: dict) -> bytes:
        """What a ministry that joins signs."""
        return b"jointledger/accession/v1\n" + self.of("Accession").write({"origin": origin, **admitted})
