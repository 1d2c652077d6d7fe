"""Makes bundles for the tests: of any entries, sound or not, with keys that are made here."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from base64 import b64encode
from bundle import hash_tiles, tiles
from note import COSIGNATURE, ED25519, Key, Line
from schema import CONTEXT, LeftOver, Malformed, Schema
from tree import Tree, leaf


class Signer:
    """A key pair with a name in notes."""

    def __init__(self, name: str, algorithm: int, private: Ed25519PrivateKey | None = None):
        self.private = private or Ed25519PrivateKey.generate()
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key = Key(name, algorithm, public)

    def line(self, text: str, time: int = 0) -> str:
        """A signature line under a text."""
        if self.key.algorithm == ED25519:
            signature = self.private.sign(text.encode())
        else:
            signed = self.private.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
            signature = time.to_bytes(8, "big") + signed
        return f"{Line(self.key.name, self.key.id, signature)}\n"


class Ministries:
    """A log and three witnesses."""

    def __init__(self, origin: str, time: int = 2_000_000_000):
        self.origin, self.time = origin, time
        self.log = Signer(origin, ED25519)
        self.witnesses = {party: Signer(f"{origin.rpartition('/')[0] or origin}/{party}", COSIGNATURE) for party in ("EE", "LV", "LT")}

    def policy(self) -> str:
        """A policy that wants all three."""
        lines = [f"log {self.log.key}"]
        lines += [f"witness {party} {signer.key}" for party, signer in self.witnesses.items()]
        return "\n".join([*lines, f"group ministries all {' '.join(self.witnesses)}", "quorum ministries", ""])

    def checkpoint(self, tree: Tree, size: int, cosigned: bool = True) -> bytes:
        """A checkpoint of the first entries."""
        text = f"{self.origin}\n{size}\n{b64encode(tree.root(size)).decode()}\n"
        lines = [self.log.line(text)]
        if cosigned:
            lines += [signer.line(text, self.time) for signer in self.witnesses.values()]
        return (text + "\n" + "".join(lines)).encode()


def documents(schema: Schema, entries: list[bytes]) -> bytes:
    """The index of the documents that entries name."""
    index = b""
    for position, raw in enumerate(entries):
        try:
            papers = schema.open(raw).documents
        except (Malformed, LeftOver):
            continue
        for paper in papers:
            kind = schema.words["DocumentKind"][paper["kind"]]
            index += f"{position} {kind} {paper['sha256'].hex()} {paper['bytes']} {paper['media_type']}\n".encode()
    return index


def bundle(folder: Path, schema: Schema, entries: list[bytes], by: Ministries, old: tuple[int, ...] = ()) -> None:
    """Writes a bundle; `old` are sizes of earlier checkpoints, which only the log signed."""
    tree = Tree()
    for raw in entries:
        tree.push(leaf(raw))
    files = {"checkpoint": by.checkpoint(tree, len(entries)), "documents": documents(schema, entries)}
    files[f"checkpoints/{len(entries)}"] = files["checkpoint"]
    for size in old:
        files[f"checkpoints/{size}"] = by.checkpoint(tree, size, cosigned=False)
    for tile in tiles(None, len(entries)):
        part = entries[tile.index * 256 : tile.index * 256 + tile.width]
        files[tile.path] = b"".join(len(raw).to_bytes(2, "big") + raw for raw in part)
    for tile in hash_tiles(len(entries)):
        level = tree.levels[8 * tile.level]
        files[tile.path] = b"".join(level[tile.index * 256 : tile.index * 256 + tile.width])
    for path, raw in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)


def seal(schema: Schema, before: bytes | None, fields: dict, signer: Signer) -> bytes:
    """An entry behind another."""
    previous = bytes(32) if before is None else leaf(before)
    fields = {"version": 1, "previous": previous, "author": signer.key.public, "documents": [], **fields}
    body = schema.body.write(fields)
    return body + signer.private.sign(CONTEXT + body)
