"""Draws samples again, written from docs/sampling.md alone: `python3 sample.py sample.json population.txt`.

Of the sample it reads root, secret, method and what was drawn; of the population its list. Whether the list is the one
that the rule gives, only the ledger says.
"""

import json
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Iterator, Optional

STREAM = b"jointledger/sample-stream/v1\n"
SEED = b"jointledger/sample-seed/v1\n"
MOST = 1_000_000


class BadList(Exception):
    """A text that is no list of a population."""


@dataclass(frozen=True)
class Member:
    """One of a population."""

    entry: int
    index: int
    minor: Optional[int]
    currency: Optional[str]
    what: str


def commitment(secret: bytes) -> bytes:
    """What is recorded of a secret beforehand."""
    return sha256(secret).digest()


def seed_of(root: bytes, secret: bytes) -> bytes:
    """The seed for the population of the ledger with this root."""
    return sha256(SEED + root + secret).digest()


def decimal(text: str) -> int:
    """A number without leading zeros, below 2^64."""
    if not (text.isascii() and text.isdigit()) or str(int(text)) != text or int(text) >= 2**64:
        raise BadList(f"{text!r} is no number")
    return int(text)


def population(text: str) -> list[Member]:
    """Reads a list."""
    if text and not text.endswith("\n"):
        raise BadList("the last line has no end")
    members: list[Member] = []
    for line in text.split("\n")[:-1]:
        fields = line.split("\t")
        if len(fields) != 5 or not fields[4] or (fields[2] == "-") != (fields[3] == "-"):
            raise BadList(f"{line!r} is no member")
        entry, index = decimal(fields[0]), decimal(fields[1])
        before = members[-1] if members else None
        expected = before.index + 1 if before and before.entry == entry else 0
        if index != expected or (before and before.entry > entry):
            raise BadList(f"{line!r} is out of order")
        minor = None if fields[2] == "-" else decimal(fields[2])
        members.append(Member(entry, index, minor, None if minor is None else fields[3], fields[4]))
    return members


def numbers(seed: bytes, label: str, bound: int) -> Iterator[tuple[int, int]]:
    """Numbers below `bound`, each as likely as any other, with the block of each."""
    fair, block = 2**128 - 2**128 % bound, 0
    while True:
        hashed = sha256(STREAM + seed + label.encode() + b"\n" + block.to_bytes(8, "big")).digest()
        number = int.from_bytes(hashed[:16], "big")
        if number < fair:
            yield number % bound, block
        block += 1


def draw(members: list[Member], method: dict, seed: bytes) -> dict[int, list[dict]]:
    """Which members are drawn, by their numbers, and why."""
    name = method["name"]
    if name == "all":
        return {number: [{"by": "all"}] for number in range(len(members))}
    count = method["count"]
    if not 1 <= count <= MOST or not members:
        raise ValueError("nothing can be drawn")
    found = at_random(len(members), count, seed) if name == "random" else by_money(members, count, seed)
    return dict(sorted(found.items()))


def at_random(members: int, count: int, seed: bytes) -> dict[int, list[dict]]:
    """So many, none twice."""
    found: dict[int, list[dict]] = {}
    stream = numbers(seed, "random", members)
    while len(found) < min(count, members):
        number, block = next(stream)
        if number not in found:
            found[number] = [{"by": "random", "draw": len(found) + 1, "block": block}]
    return found


def by_money(members: list[Member], count: int, seed: bytes) -> dict[int, list[dict]]:
    """So many units of money in each currency."""
    found: dict[int, list[dict]] = {}
    for currency in sorted({member.currency for member in members}):
        of_it = [(number, member.minor) for number, member in enumerate(members) if member.currency == currency]
        total = sum(minor for _, minor in of_it)
        start, _ = next(numbers(seed, currency, total))
        hit, end = 0, 0
        for number, minor in of_it:
            end += minor
            while hit < count and (hit * total + start) // count < end:
                by = "certain" if minor * count >= total else "unit"
                unit = str((hit * total + start) // count)
                hit += 1
                found.setdefault(number, []).append({"by": by, "hit": hit, "unit": unit})
    return found


def faults(sample: dict, text: str) -> list[str]:
    """What of a sample does not follow from its secret, its root and the list of its population."""
    wrong = []
    root, secret = bytes.fromhex(sample["root"]), bytes.fromhex(sample["secret"])
    if "commitment" in sample and commitment(secret).hex() != sample["commitment"]:
        wrong.append("the secret does not give the commitment")
    seed = seed_of(root, secret)
    if seed.hex() != sample["seed"]:
        wrong.append("root and secret do not give the seed")
    if sha256(text.encode()).hexdigest() != sample["population"]["digest"]:
        wrong.append("the list is not the population's")
    members = population(text)
    if len(members) != sample["population"]["members"]:
        wrong.append("the population has another number of members")
    totals: dict[str, int] = {}
    for member in members:
        if member.currency is not None:
            totals[member.currency] = totals.get(member.currency, 0) + member.minor
    said = [(total["currency"], int(total["minor"])) for total in sample["population"].get("totals", [])]
    if sorted(totals.items()) != said:
        wrong.append("the amounts do not sum to the totals")
    drawn = draw(members, sample["method"], seed)
    again = [(number, members[number].entry, members[number].index, why) for number, why in drawn.items()]
    named = [(member["number"], member["entry"], member["index"], member["why"]) for member in sample["drawn"]]
    if again != named:
        wrong.append("other members are drawn")
    return wrong


def main() -> int:
    """Says what is wrong; 4 when something is."""
    sample, text = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    wrong = faults(json.loads(sample), text)
    print("\n".join(wrong) or "the sample is what is drawn of this list")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
