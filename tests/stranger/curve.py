"""Ed25519 by the one rule of format.md, section 7.

`verify_slowly` is that section line by line, in whole numbers. `verify` gives the same verdict with a fast library;
a test holds the two against each other.
"""

from functools import lru_cache
from hashlib import sha512
from typing import Optional

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
"""A point in extended coordinates: X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z."""

NEUTRAL: Point = (0, 1, 1, 0)


def decode(encoded: bytes) -> Optional[Point]:
    """The point of 32 bytes, or nothing. y counts modulo p, and the sign of x = 0 is not looked at."""
    number = int.from_bytes(encoded, "little")
    y, sign = number % 2**255 % P, number >> 255
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u:
        return None
    if x % 2 != sign:
        x = -x % P
    return x, y, 1, x * y % P


def encode(point: Point) -> bytes:
    """The one canonical encoding of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def add(p: Point, q: Point) -> Point:
    """The sum of two points; the formula holds for all of them (RFC 8032 §5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """A point added to itself."""
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def is_neutral(point: Point) -> bool:
    """Whether this is the neutral element."""
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def is_small(point: Point) -> bool:
    """Whether the point is of small order."""
    return is_neutral(times(8, point))


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def verify_slowly(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's over the message: format.md, section 7, points 1 to 4."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    point_a, point_r = decode(key), decode(r)
    if len(signature) != 64 or s >= L or point_a is None or point_r is None:
        return False
    if is_small(point_a) or is_small(point_r):
        return False
    k = int.from_bytes(sha512(r + key + message).digest(), "little") % L
    return encode(add(times(s, BASE), times(L * 8 - k, point_a))) == r


@lru_cache(maxsize=4096)
def key_flaw(key: bytes) -> Optional[str]:
    """Why a key may not be brought into use, if it may not (E10)."""
    point = decode(key)
    if point is None:
        return "is no point of the curve"
    if encode(point) != key:
        return "is not in its canonical form"
    if is_small(point):
        return "is of small order: anybody can sign under it"
    if not is_neutral(times(L, point)):
        return "is not free of torsion"
    return None


def _small_encodings() -> frozenset[bytes]:
    """The canonical encodings of the eight points of small order."""
    found = set()
    y = 2
    while len(found) < 8:
        point = decode(y.to_bytes(32, "little"))
        if point is not None:
            found.add(encode(times(L, point)))
        y += 1
    return frozenset(found)


SMALL = _small_encodings()


@lru_cache(maxsize=1 << 18)
def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """The same verdict as `verify_slowly`.

    The library refuses an S that is not below L, and compares the bytes of R; so an R of small order that it would
    accept is one of the eight canonical ones. Keys that are not sound are left to the slow way.
    """
    if len(signature) != 64 or signature[:32] in SMALL:
        return False
    if key_flaw(key) is not None:
        return verify_slowly(key, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
