"""The tree of RFC 6962 over the links of entries, and its proofs (format.md, section 12)."""

from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf(entry: bytes) -> bytes:
    """The hash of a leaf, which is the link of an entry."""
    return sha256(b"\0" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows; it keeps the hash of every complete subtree."""

    def __init__(self) -> None:
        self.levels: list[list[bytes]] = [[]]
        """`levels[k][i]` is the hash of the leaves i·2^k to (i+1)·2^k."""

    def push(self, hash_of_leaf: bytes) -> None:
        """Adds a leaf."""
        self.levels[0].append(hash_of_leaf)
        level = 0
        while len(self.levels[level]) % 2 == 0:
            if level + 1 == len(self.levels):
                self.levels.append([])
            self.levels[level + 1].append(node(*self.levels[level][-2:]))
            level += 1

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.levels[0])

    def subtree(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]), where `start` is a multiple of the least power of two that is not below the length."""
        length = end - start
        if length == 0:
            return EMPTY
        level = length.bit_length() - 1
        if length == 1 << level:
            return self.levels[level][start >> level]
        middle = start + (1 << level)
        return node(self.subtree(start, middle), self.subtree(middle, end))

    def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` leaves."""
        return self.subtree(0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """PATH(index, D[size])."""
        start, end, path = 0, size, []
        while end - start > 1:
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            if index < middle:
                path.append(self.subtree(middle, end))
                end = middle
            else:
                path.append(self.subtree(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """PROOF(old, D[new]), 0 < old <= new."""
        start, end, whole, proof = 0, new, True, []
        while old != end:
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            if old <= middle:
                proof.append(self.subtree(middle, end))
                end = middle
            else:
                proof.append(self.subtree(start, middle))
                start, whole = middle, False
        return (proof if whole else proof + [self.subtree(start, end)])[::-1]


def verify_inclusion(index: int, size: int, link: bytes, path: list[bytes], root: bytes) -> bool:
    """Whether a leaf stands in a tree: RFC 9162 §2.1.3.2."""
    if index >= size:
        return False
    here, last, hashed = index, size - 1, link
    for sibling in path:
        if last == 0:
            return False
        if here % 2 == 1 or here == last:
            hashed = node(sibling, hashed)
            while here % 2 == 0 and here != 0:
                here, last = here >> 1, last >> 1
        else:
            hashed = node(hashed, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and hashed == root


def verify_consistency(old: int, new: int, proof: list[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether a tree is the beginning of another: RFC 9162 §2.1.4.2; from size 0 the proof is empty."""
    if old > new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    if old & (old - 1) == 0:
        proof = [old_root, *proof]
    if not proof:
        return False
    here, last = old - 1, new - 1
    while here % 2 == 1:
        here, last = here >> 1, last >> 1
    first = second = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if here % 2 == 1 or here == last:
            first, second = node(sibling, first), node(sibling, second)
            while here % 2 == 0 and here != 0:
                here, last = here >> 1, last >> 1
        else:
            second = node(second, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
