"""The files of a bundle: C2SP tlog-tiles, with a documents index and old checkpoints beside (format.md, section 15)."""

import errno
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

MOST_CHECKPOINT = 1_000_000
MOST_ENTRY = 65_535


@dataclass(frozen=True)
class Tile:
    """A full or partial tile of hashes, or bundle of entries."""

    level: int | None
    """The level of hashes; none for entries."""
    index: int
    width: int

    @property
    def path(self) -> str:
        """Where it stands below the bundle."""
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        kind = "entries" if self.level is None else str(self.level)
        return f"tile/{kind}/{'/'.join(groups)}" + ("" if self.width == 256 else f".p/{self.width}")

    @property
    def first(self) -> int:
        """The first entry below it."""
        return self.index * 256 ** ((self.level or 0) + 1)

    def first_of(self, hashed: int) -> int:
        """The first entry below one of its hashes."""
        return self.first + hashed * 256 ** (self.level or 0)

    @property
    def most(self) -> int:
        """The most bytes that it can have."""
        return self.width * (MOST_ENTRY + 2) if self.level is None else self.width * 32


def tiles(level: int | None, hashes: int) -> Iterator[Tile]:
    """The tiles of one level."""
    for index in range(hashes // 256):
        yield Tile(level, index, 256)
    if hashes % 256:
        yield Tile(level, hashes // 256, hashes % 256)


def hash_tiles(size: int) -> Iterator[Tile]:
    """Every tile of hashes in a tree of this size, the lowest level first."""
    level = 0
    while size:
        yield from tiles(level, size)
        level, size = level + 1, size // 256


def entries_of(raw: bytes, width: int) -> tuple[list[bytes], str | None]:
    """The entries of a bundle of entries, as far as they can be told apart, and what is wrong behind them."""
    found, at = [], 0
    while at < len(raw):
        if len(found) == width:
            return found, "bytes are left over behind its last entry"
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        if at + 2 > len(raw) or end > len(raw):
            return found, "it ends inside an entry"
        found.append(raw[at + 2 : end])
        at = end
    return found, None if len(found) == width else f"it has {len(found)} entries, not {width}"


def is_name(path: str) -> bool:
    """Whether a bundle of some size has a file of this name. One of another size, or one that ends in `.new`, is left
    over from an export that was interrupted, and says nothing."""
    path = path.removesuffix(".new")
    form = re.fullmatch(r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", path)
    if form is None:
        return path in ("checkpoint", "documents") or signed_size(path) is not None
    level = None if form[1] == "entries" else int(form[1])
    tile = Tile(level, int(re.sub("[x/]", "", form[2])), int(form[3] or 256))
    return tile.path == path and tile.index < 2**56


def signed_size(path: str) -> int | None:
    """The size that stands in the name of a signed checkpoint."""
    name = re.fullmatch("checkpoints/(0|[1-9][0-9]{0,19})", path)
    return int(name[1]) if name and int(name[1]) < 2**64 else None


class NoFile(Exception):
    """A file that is not there, or is none."""


class TooLong(NoFile):
    """A file that is longer than it can be."""

    def __init__(self, reason: str, beginning: bytes):
        super().__init__(reason)
        self.beginning = beginning


class Bundle:
    """A folder that should be a bundle."""

    def __init__(self, folder: Path):
        self.folder = folder
        os.scandir(folder).close()

    def read(self, path: str, most: int) -> bytes:
        """The bytes of a file of at most so many bytes. Links are not followed."""
        if any((self.folder / parent).is_symlink() for parent in list(Path(path).parents)[:-1]):
            raise NoFile(f"{path}: a folder on the way is a link")
        try:
            handle = os.open(self.folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO):
                raise NoFile(f"{path}: {error.strerror}") from None
            raise
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise NoFile(f"{path} is no file")
        with os.fdopen(handle, "rb") as file:
            raw = file.read(most + 1)
        if len(raw) > most:
            raise TooLong(f"{path} is longer than {most} bytes", raw)
        return raw

    def files(self) -> Iterator[tuple[str, bool]]:
        """The paths of everything that is no folder, and whether it is a file; a link is none."""
        waiting = [""]
        while waiting:
            below = waiting.pop()
            for found in os.scandir(os.fsencode(self.folder) + b"/" + os.fsencode(below)):
                path = below + os.fsdecode(found.name)
                if found.is_dir(follow_symlinks=False):
                    waiting.append(path + "/")
                else:
                    yield path, found.is_file(follow_symlinks=False)

    def strays(self, size: int) -> tuple[list[int], list[str]]:
        """The sizes of the signed checkpoints that belong to this bundle, the least first; and what no bundle has."""
        checkpoints, strays = [], []
        for path, is_file in self.files():
            signed = signed_size(path)
            if not is_file or not is_name(path):
                strays.append(path)
            if signed is not None and signed <= size:
                checkpoints.append(signed)
        return sorted(checkpoints), sorted(strays)
