"""Tests of the stranger's verifier. `python3 -m unittest discover tests/stranger` runs all."""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import unittest
from hashlib import sha256, sha512
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import curve
import forge
import verify
from bundle import Bundle, entries_of, hash_tiles, tiles
from note import COSIGNATURE, ED25519, BadNote, Checkpoint, Note, Policy, Proof
from schema import Malformed, Reader, Schema
from tree import Tree, leaf, node, verify_consistency, verify_inclusion

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
C2SP = FIXTURES / "vectors" / "c2sp"
SCHEMA = Schema(verify.FORMAT.read_text(encoding="utf-8"))
ORIGIN = "ledger.test/baltic"
HOST = "ledger.test"
MINISTRIES = forge.Ministries(ORIGIN)


def framed(path: Path) -> list[bytes]:
    """Entries, each with its length in four bytes before it."""
    raw, found = path.read_bytes(), []
    while raw:
        end = 4 + int.from_bytes(raw[:4], "big")
        found.append(raw[4:end])
        raw = raw[end:]
    return found


def vectors() -> list[bytes]:
    """The frozen vectors."""
    files = sorted((FIXTURES / "vectors").glob("entry-*.json"))
    return [bytes.fromhex(json.loads(file.read_text())["bytes"]) for file in files]


class InAFolder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def check(self, **known) -> list[tuple[str, int]]:
        """Code and entry of what is found, under a policy that wants all three ministries."""
        known.setdefault("policy", Policy.parse(MINISTRIES.policy()))
        check = verify.Verification(SCHEMA, Bundle(self.folder), verify.Expectations(**known))
        return [(finding.code, finding.entry) for finding in check.run()]

    def run_main(self, *words: str) -> tuple[int, str]:
        """The program: its exit code and its answer."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            try:
                code = verify.main([str(self.folder), *words])
            except SystemExit as left:
                code = left.code
        return code, out.getvalue()


class Entries(InAFolder):
    """The ledgers of fixtures/sound and fixtures/tampered, as bundles that whoever tampered has signed."""

    OTHER = {
        # The head file is no part of a bundle.
        "head_file_damaged": None,
        "head_file_deleted": None,
        "head_file_of_another_ledger": None,
        "head_file_set_back": None,
        "head_link_changed": None,
        "tail_cut_off": None,
        # The same, but without an entry there is no charter either, and one is pinned.
        "everything_cut_off": ("E11", 0),
        # Rules of the domain are out of reach.
        "enrolment_countersigned_by_its_own_party": None,
        "invoiced_without_acceptance": None,
        "key_expired": None,
        "key_not_yet_enrolled": None,
        "key_revoked": None,
        "more_consumed_than_there_is": None,
        "resigned_with_another_role": None,
        "serial_item_registered_twice": None,
    }
    """What a bundle of these shows instead of what a folder of the program shows."""

    def first(self, folder: Path) -> tuple[str, int] | None:
        """The first finding in a bundle of a folder's entries."""
        expected = json.loads((folder / "expected.json").read_text())
        shutil.rmtree(self.folder)
        forge.bundle(self.folder, SCHEMA, framed(folder / "entries"), MINISTRIES)
        now = expected["now"] and verify.moment(expected["now"])
        return next(iter(self.check(charter=bytes.fromhex(expected["charter"]), now=now)), None)

    def test_a_sound_ledger_is_sound(self):
        self.assertIsNone(self.first(FIXTURES / "sound"))

    def test_every_tampered_ledger_is_found_out(self):
        folders = sorted(entries.parent for entries in (FIXTURES / "tampered").glob("*/entries"))
        self.assertLessEqual(set(self.OTHER) | {"oversize"}, {folder.name for folder in folders})
        for folder in folders:
            if folder.name == "oversize":
                continue  # It does not fit into a bundle, which counts the bytes of an entry in 16 bits: next test.
            expected = json.loads((folder / "expected.json").read_text())
            known = self.OTHER.get(folder.name, (expected["code"], expected["entry"]))
            with self.subTest(folder.name):
                self.assertEqual(self.first(folder), known)

    def test_every_tampered_bundle_is_found_out(self):
        folders = sorted(bundle.parent for bundle in (FIXTURES / "tampered").glob("*/bundle"))
        self.assertGreater(len(folders), 40)
        for folder in [FIXTURES / "bundle", *folders]:
            expected = json.loads((folder / "expected.json").read_text())
            shown = tuple(verify.brought(str(path)) for path in folder.glob("shown"))
            charter = bytes.fromhex(expected["charter"])
            known = verify.Expectations(quorum=expected["quorum"], charter=charter, shown=shown)
            bundle = folder / ("bundle" if expected["code"] else "sound")
            found = verify.Verification(SCHEMA, Bundle(bundle), known).run()
            first = next(((finding.code, finding.entry) for finding in found), (None, None))
            with self.subTest(folder.name):
                self.assertEqual(first, (expected["code"], expected["entry"]))

    def test_an_oversize_entry_does_not_pass_where_it_fits(self):
        auditor = verify.Auditor(SCHEMA, None, None)
        entries = framed(FIXTURES / "tampered" / "oversize" / "entries")
        for raw in entries:
            auditor.feed(raw)
        self.assertEqual(auditor.findings[0].code, "E01")
        with self.assertRaises(OverflowError):
            forge.bundle(self.folder, SCHEMA, entries, MINISTRIES)

    def test_the_frozen_vectors_are_a_sound_ledger_with_every_kind_of_event(self):
        entries = vectors()
        forge.bundle(self.folder, SCHEMA, entries, MINISTRIES, old=(0, 1, 100))
        self.assertEqual(self.check(), [])
        kinds = {name for raw in entries for name, _ in SCHEMA.open(raw).events}
        self.assertEqual(kinds, set(SCHEMA.numbers))


class Decoding(unittest.TestCase):
    """What one event's bytes may be."""

    def test_every_byte_that_stands_for_yes_or_no_is_one_or_zero(self):
        event = ("ActCountersigned", {"occurred_at": 0, "entry": 0, "remark": None})
        raw = SCHEMA.of("Event").write(event)
        self.assertEqual(SCHEMA.of("Event").read(Reader(raw)), event)
        with self.assertRaises(Malformed):
            SCHEMA.of("Event").read(Reader(raw[:-1] + b"\2\0\1x"))

    def test_text_is_what_the_document_says(self):
        for sound in ("a", "ä", "a b", "\u1e9b\u0323", "x" * 2_000, "\U0001f600"):
            self.assertIsNone(SCHEMA._text_flaw(sound), sound)
        wrong = ["", " a", "a ", "a\u3000", "a\u0308", "a\tb", "a\x7f", "a\u200bb", "a\ufeffb", "\ue000", "x" * 2_001]
        for text in [*wrong, "a\ufdd0", "a\U0001ffff", "a\U000e0041", "\u212b"]:
            self.assertIsNotNone(SCHEMA._text_flaw(text), ascii(text))


class Files(InAFolder):
    """What can be wrong with the files of a bundle."""

    def setUp(self):
        super().setUp()
        self.entries = vectors()[:14]
        forge.bundle(self.folder, SCHEMA, self.entries, MINISTRIES, old=(5,))

    def test_every_flipped_bit_is_found(self):
        self.assertEqual(self.check(), [])
        flipped = 0
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            sound = path.read_bytes()
            for at in range(len(sound)):
                changed = bytes([*sound[:at], sound[at] ^ 1 << at % 8, *sound[at + 1 :]])
                path.write_bytes(changed)
                self.assertNotEqual(self.check(), [], f"{path} {at}")
                flipped += 1
            path.write_bytes(sound)
        self.assertGreater(flipped, 4_000)

    def test_every_file_is_needed_and_no_other(self):
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            sound = path.read_bytes()
            for change in (path.unlink, lambda: path.write_bytes(sound[:-1]), lambda: path.write_bytes(sound + b"\n")):
                if path.name == "5" and change == path.unlink:
                    continue  # Nobody says which old checkpoints there are.
                change()
                self.assertNotEqual(self.check(), [], path)
                path.write_bytes(sound)
        strays = ["x", "tile/0/x000/000.p/14", "tile/0/000.p/014", "tile/0/000.p/256", "tile/00/000.p/14", "tile/64/000"]
        leftover = ["tile/0/000", "tile/0/000.p/13", "tile/1/000.p/1", "tile/entries/001.p/1", "checkpoints/15", "documents.new"]
        for stray in [*strays, "checkpoints/05", "checkpoints/5/5", "x.new", *leftover]:
            path = self.folder / stray
            before = {path for path in self.folder.rglob("*")}
            with contextlib.suppress(FileExistsError, NotADirectoryError):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"")
                self.assertEqual(self.check(), [] if stray in leftover else [("E25", 13)], stray)
            for made in sorted(set(self.folder.rglob("*")) - before, reverse=True):
                made.rmdir() if made.is_dir() else made.unlink()
        self.assertEqual(self.check(), [])

    def test_a_file_that_is_not_of_its_form_is_named_so(self):
        for name, change, found in (
            ("tile/0/000.p/14", lambda raw: raw[:-1], ("E25", 0)),
            ("tile/0/000.p/14", lambda raw: raw + b"x", ("E25", 0)),
            ("tile/0/000.p/14", lambda raw: raw[:-1] + b"x", ("E24", 13)),
            ("tile/entries/000.p/14", lambda raw: raw[:-1], ("E25", 13)),
            ("tile/entries/000.p/14", lambda raw: raw + b"\0\1x", ("E25", 13)),
            ("tile/entries/000.p/14", lambda raw: b"\xff" + raw[1:], ("E25", 0)),
            ("documents", lambda raw: raw + b"x", ("E26", 13)),
            ("documents", lambda raw: raw[1:], ("E26", 12)),
            ("documents", lambda raw: raw + b"14 x", None),
            ("documents", lambda raw: raw + b"014 x", ("E26", 13)),
            ("checkpoints/14", lambda raw: raw.replace(b"ledger", b"other"), ("E22", 13)),
            ("checkpoints/5", lambda raw: raw.replace(b"\n5\n", b"\n6\n"), ("E22", 4)),
            ("checkpoints/5", lambda raw: raw[:-1], ("E22", 4)),
            ("checkpoints/5", lambda raw: raw * 10_000, ("E25", 4)),
            ("checkpoint", lambda raw: raw[:-1], ("E22", 13)),
            ("checkpoint", lambda raw: raw.replace(b"14", b"014"), ("E25", 0)),
        ):
            sound = (self.folder / name).read_bytes()
            (self.folder / name).write_bytes(change(sound))
            self.assertEqual(next(iter(self.check()), None), found, name)
            (self.folder / name).write_bytes(sound)

    def test_links_and_folders_are_no_files(self):
        for name in ("checkpoint", "documents", "tile/0/000.p/14", "tile/entries/000.p/14"):
            path, aside = self.folder / name, self.folder.with_name(self.folder.name + ".aside")
            path.rename(aside)
            path.symlink_to(aside)
            self.assertIn(self.check()[0][0], ("E25", "E26"), name)
            path.unlink()
            path.mkdir()
            self.assertIn(self.check()[0][0], ("E25", "E26"), name)
            path.rmdir()
            aside.rename(path)
        elsewhere = self.folder.with_name(self.folder.name + ".elsewhere")
        self.addCleanup(shutil.rmtree, elsewhere)
        (self.folder / "tile").rename(elsewhere)
        (self.folder / "tile").symlink_to(elsewhere)
        self.assertIn(("E25", 13), self.check())

    def test_a_checkpoint_of_more_entries_or_other_ones_is_found(self):
        tree = Tree()
        for raw in self.entries:
            tree.push(leaf(raw))
        for size, code, entry in ((9, "E21", 8), (13, "E21", 12)):
            twisted = Tree()
            twisted.levels = [[leaf(b"other")] * len(level) for level in tree.levels]
            path = self.folder / f"checkpoints/{size}"
            path.write_bytes(MINISTRIES.checkpoint(twisted, size))
            self.assertEqual(self.check(), [(code, entry)])
            path.unlink()
        path = self.folder / "tile/entries/000.p/14"
        path.write_bytes(path.read_bytes()[:-1])
        self.assertEqual(self.check(), [("E25", 13)])
        path.unlink()
        self.assertEqual(self.check(), [("E25", 0)])

    def test_a_checkpoint_that_is_brought_has_to_hold_too(self):
        tree = Tree()
        for raw in self.entries:
            tree.push(leaf(raw))
        known = Checkpoint.parse(MINISTRIES.checkpoint(tree, 14))
        self.assertEqual(self.check(shown=(("known", known),)), [])
        tree.push(leaf(b"one more"))
        newer = Checkpoint.parse(MINISTRIES.checkpoint(tree, 15))
        self.assertEqual(self.check(shown=(("newer", newer),)), [("E20", 14)])
        few = Checkpoint.parse(MINISTRIES.checkpoint(tree, 15, cosigned=False))
        self.assertEqual(self.check(shown=(("few", few),)), [("E22", 14), ("E20", 14)])

    def test_a_checkpoint_of_another_ledger_or_by_others_is_refused(self):
        tree = Tree()
        for raw in self.entries:
            tree.push(leaf(raw))
        others = forge.Ministries(ORIGIN)
        few = MINISTRIES.checkpoint(tree, 14).split(b"\n")
        elsewhere = forge.Ministries("ledger.test/other")
        elsewhere.log, elsewhere.witnesses = MINISTRIES.log, MINISTRIES.witnesses
        cases = [others.checkpoint(tree, 14), b"\n".join([*few[:-2], b""]), elsewhere.checkpoint(tree, 14)]
        cases.append(b"\n".join([*few[:4], *few[5:]]))  # All witnesses, no log.
        for case in cases:
            for name in ("checkpoint", "checkpoints/14"):
                (self.folder / name).write_bytes(case)
            self.assertEqual(self.check(), [("E22", 13)], case)

    def test_entries_that_were_seen_before_they_were_recorded_are_found(self):
        early = forge.Ministries(ORIGIN, time=1_600_000_000)
        forge.bundle(self.folder, SCHEMA, self.entries, early)
        (self.folder / "checkpoints/5").unlink()
        policy = Policy.parse(early.policy())
        for liars in (0, 1, 2):
            self.assertEqual(self.check(policy=policy, liars=liars), [("E23", entry) for entry in range(14)])
        self.assertEqual(self.check(policy=policy, liars=3), [])
        self.assertEqual(len(self.check(policy=policy)), 14)

    def test_entries_that_nobody_saw_for_long_are_found(self):
        for days, found in ((6, []), (8, [("E23", entry) for entry in range(5, 14)])):
            recorded = SCHEMA.open(self.entries[-1]).recorded_at // 1000
            late = forge.Ministries(ORIGIN, time=recorded + days * 86_400)
            tree = Tree()
            for raw in self.entries:
                tree.push(leaf(raw))
            forge.bundle(self.folder, SCHEMA, self.entries, late)
            (self.folder / "checkpoints/5").write_bytes(late.checkpoint(tree, 5))
            self.assertEqual(self.check(policy=Policy.parse(late.policy())), found)

    def test_the_program_says_what_it_found_by_its_exit_code(self):
        policy = self.folder.with_suffix(".policy")
        policy.write_text(MINISTRIES.policy())
        self.addCleanup(policy.unlink)
        self.assertEqual(self.run_main("--policy", str(policy))[0], 0)
        code, answer = self.run_main("--policy", str(policy), "--charter", "00" * 32, "--json")
        self.assertEqual((code, json.loads(answer)["findings"][0]["code"]), (4, "E11"))
        self.assertEqual(self.run_main("--policy", "no file")[0], 3)
        self.assertEqual(self.run_main("--charter", "1")[0], 2)
        self.assertEqual(self.run_main("--policy", __file__)[0], 2)
        self.folder.rename(self.folder.with_suffix(".away"))
        self.assertEqual(self.run_main()[0], 3)
        self.folder.with_suffix(".away").rename(self.folder)

    def test_no_bytes_make_it_fail(self):
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            sound = path.read_bytes()
            for changed in (b"", b"\xff" * 100, os.urandom(len(sound)), sound[: len(sound) // 2], sound * 3, b"\n\n" * 9):
                path.write_bytes(changed)
                self.assertNotEqual(self.check(), [], path)
            path.write_bytes(sound)


class KeysOnTheLedger(InAFolder):
    """Witnesses and the log's key as the entries name them."""

    def setUp(self):
        super().setUp()
        self.entries: list[bytes] = []
        self.roots = {party: forge.Signer(party, ED25519) for party in ("EE", "LT", "LV")}
        self.ministries = forge.Ministries(ORIGIN, time=1_800_000_060)
        self.moment = 1_800_000_000_000
        parties = [{"party": p, "name": p, "root_key": s.key.public} for p, s in self.roots.items()]
        parameters = {"clock_skew_ms": 0, "in_transit_limit_h": 1, "discrepancy_answer_days": 1}
        charter = {"origin": ORIGIN, "purpose": "Test", "parties": parties, "parameters": parameters}
        message = SCHEMA.signed_charter(charter)
        signatures = [{"party": p, "signature": s.private.sign(message)} for p, s in self.roots.items()]
        self.record("EE", "LedgerConstituted", charter=charter, signatures=signatures)

    def record(self, author, name: str, **event) -> int:
        """Records an act; gives its position."""
        position = len(self.entries)
        event["occurred_at"] = self.moment
        fields = {"origin": ORIGIN, "seq": position, "recorded_at": self.moment, "act": os.urandom(16)}
        before = self.entries[-1] if self.entries else None
        signer = self.roots.get(author, author)
        self.entries.append(forge.seal(SCHEMA, before, {**fields, "events": [(name, event)]}, signer))
        return position

    def enrol(self, key: bytes, party: str, role: str, countersigned_by: str | None, until=None, author=None) -> None:
        """Enrols a key."""
        code = next(code for code, word in SCHEMA.words["Role"].items() if word == role)
        event = {"key": key, "party": party, "role": code, "valid_until": until, "person_ref": None}
        entry = self.record(author or party, "KeyEnrolled", **event)
        if countersigned_by:
            self.record(countersigned_by, "ActCountersigned", entry=entry, remark=None)

    def enrol_all(self) -> None:
        """Enrols the log's key and a witness for each ministry."""
        self.enrol(self.ministries.log.key.public, "EE", "LOG", "LV")
        for party, countersigned_by in (("EE", "LV"), ("LV", "LT"), ("LT", "EE")):
            self.enrol(self.ministries.witnesses[party].key.public, party, "WIT", countersigned_by)

    def found(self, quorum: int) -> list[tuple[str, int]]:
        """What is found in a bundle when so many parties have to have cosigned."""
        shutil.rmtree(self.folder)
        forge.bundle(self.folder, SCHEMA, self.entries, self.ministries)
        return self.check(policy=None, quorum=quorum)

    def assert_quorum(self, reached: int) -> None:
        """Exactly so many parties count."""
        self.assertEqual(self.found(reached), [])
        self.assertEqual(self.found(reached + 1), [("E22", len(self.entries) - 1)])

    def test_keys_count_once_they_are_countersigned_by_another_party(self):
        self.enrol(self.ministries.log.key.public, "EE", "LOG", None)
        self.assertEqual(self.found(0), [("E22", 1)])
        self.record("EE", "ActCountersigned", entry=1, remark=None)
        self.assertEqual(self.found(0), [("E22", 2)])
        self.record("LV", "ActCountersigned", entry=1, remark=None)
        self.assert_quorum(0)
        self.enrol(self.ministries.witnesses["LV"].key.public, "LV", "WIT", "EE")
        self.assert_quorum(1)

    def test_an_enrolment_by_a_stranger_or_one_that_was_refused_does_not_count(self):
        self.enrol_all()
        self.assert_quorum(3)
        self.ministries.witnesses["EE"] = forge.Signer(f"{HOST}/EE", COSIGNATURE)
        self.enrol(self.ministries.witnesses["EE"].key.public, "EE", "WIT", "LT", author="LV")
        self.assert_quorum(2)
        self.ministries.witnesses["LV"] = forge.Signer(f"{HOST}/LV", COSIGNATURE)
        self.enrol(self.ministries.witnesses["LV"].key.public, "LV", "WIT", None)
        self.record("LT", "ActRefused", entry=len(self.entries) - 1, reason="No")
        self.record("LT", "ActCountersigned", entry=len(self.entries) - 2, remark=None)
        self.assert_quorum(1)

    def test_a_registrar_who_was_ended_does_not_count(self):
        registrar = forge.Signer("registrar", ED25519)
        self.enrol(registrar.key.public, "LV", "REG", "LT")
        self.enrol(self.ministries.log.key.public, "EE", "LOG", registrar)
        self.assert_quorum(0)
        self.record("LV", "KeyRevoked", key=registrar.key.public, reason="Left")
        self.enrol(self.ministries.witnesses["EE"].key.public, "EE", "WIT", registrar)
        self.assert_quorum(0)

    def test_an_entry_with_a_finding_brings_no_key(self):
        self.enrol_all()
        self.ministries.witnesses["EE"] = forge.Signer(f"{HOST}/EE", COSIGNATURE)
        self.roots["EE"], sound = forge.Signer("thief", ED25519), self.roots["EE"]
        self.roots["EE"].key = sound.key
        self.enrol(self.ministries.witnesses["EE"].key.public, "EE", "WIT", "LT")
        last = len(self.entries) - 1
        self.assertEqual(self.found(3), [("E09", last - 1), ("E22", last)])

    def test_a_key_of_this_ledger_signs_for_no_other(self):
        self.enrol_all()
        self.found(0)
        for name in ("checkpoint", f"checkpoints/{len(self.entries)}"):
            text = (self.folder / name).read_text().split("\n\n")[0].replace(ORIGIN, "ledger.test/other") + "\n"
            log = forge.Signer("ledger.test/other", ED25519, self.ministries.log.private)
            (self.folder / name).write_text(text + "\n" + log.line(text))
        self.assertEqual(self.check(policy=None), [("E22", len(self.entries) - 1)])

    def test_a_rotated_key_and_the_old_one_both_verify(self):
        self.enrol_all()
        old = self.ministries.witnesses["EE"]
        self.ministries.witnesses["EE"] = forge.Signer(f"{HOST}/EE", COSIGNATURE)
        new = self.ministries.witnesses["EE"].key.public
        self.record(old, "KeyRotated", old_key=old.key.public, new_key=new, reason="New card")
        self.assert_quorum(3)
        self.ministries.witnesses["EE"] = old
        self.assert_quorum(3)

    def test_a_revoked_key_counts_until_its_revocation(self):
        self.enrol_all()
        key = self.ministries.witnesses["EE"].key.public
        self.record("LT", "KeyRevoked", key=key, reason="Not his to end")
        self.assert_quorum(3)
        self.record("EE", "KeyRevoked", key=key, reason="Gone")
        self.assert_quorum(2)
        tree = Tree()
        for raw in self.entries:
            tree.push(leaf(raw))
        for size in (len(self.entries) - 1, len(self.entries)):
            (self.folder / f"checkpoints/{size}").write_bytes(self.ministries.checkpoint(tree, size))
        check = verify.Verification(SCHEMA, Bundle(self.folder), verify.Expectations(quorum=3))
        self.assertEqual([finding.code for finding in check.run()], ["E22"])
        seen = sorted((size, witness) for size, witness, _ in check.sightings)
        expected = [(size - 1, party) for party in ("EE", "LT", "LV")] + [(size, "LT"), (size, "LV")]
        self.assertEqual(seen, expected)

    def test_a_compromised_or_expired_key_does_not_count(self):
        self.enrol_all()
        key = self.ministries.witnesses["EE"].key.public
        entry = self.record("EE", "KeyCompromised", key=key, since=self.moment, reason="Stolen")
        self.assert_quorum(3)
        self.record("LT", "ActCountersigned", entry=entry, remark=None)
        self.assert_quorum(2)
        self.ministries.witnesses["EE"] = forge.Signer(f"{HOST}/EE", COSIGNATURE)
        until = self.ministries.time * 1000
        self.enrol(self.ministries.witnesses["EE"].key.public, "EE", "WIT", "LT", until=until)
        self.assert_quorum(2)
        self.ministries.time -= 1
        self.assert_quorum(3)


class Curve(unittest.TestCase):
    """The rule for signatures."""

    def test_the_fast_way_is_the_slow_way(self):
        small = [curve.times(n, curve.decode(bytes(32))) for n in range(4)]
        small = {curve.encode(curve.add(point, torsion)) for point in small for torsion in map(curve.decode, curve.SMALL)}
        self.assertEqual(small, curve.SMALL)
        forms = set(small)
        for encoded in small:  # The same points with the other sign, or with p added to y.
            number = int.from_bytes(encoded, "little")
            for other in (number ^ 1 << 255, number + curve.P, (number + curve.P) ^ 1 << 255):
                raw = (other % 2**256).to_bytes(32, "little")
                if curve.decode(raw) is not None and curve.is_small(curve.decode(raw)):
                    forms.add(raw)
        self.assertEqual(len(forms), 14)
        signer = forge.Signer("x", ED25519)
        key, message = signer.key.public, b"message"
        sound = signer.private.sign(message)
        scalar = int.from_bytes(sound[32:], "little")
        mixed = curve.encode(curve.add(curve.decode(key), curve.decode(sorted(small)[0])))
        cases = [(key, sound), (key, sound[:32] + (scalar + curve.L).to_bytes(32, "little")), (mixed, sound)]
        cases += [(a, r + bytes(32)) for a in [*forms, key, mixed] for r in [*forms, sound[:32]]]
        cases += [(a, sound) for a in forms] + [(key, bytes([1, *sound[1:]])), (b"\2" + bytes(31), sound)]
        cases += [(mixed, r + bytes(32)) for r in forms]
        verdicts = [curve.verify_slowly(a, message, signature) for a, signature in cases]
        self.assertEqual(verdicts, [curve.verify(a, message, signature) for a, signature in cases])
        self.assertEqual(verdicts, [True] + [False] * (len(cases) - 1))

    def test_a_key_with_torsion_verifies_and_is_not_brought_into_use(self):
        signer = forge.Signer("x", ED25519)
        torsion = curve.decode(next(one for one in curve.SMALL if curve.encode(curve.NEUTRAL) != one))
        mixed = curve.encode(curve.add(curve.decode(signer.key.public), torsion))
        self.assertEqual(curve.key_flaw(signer.key.public), None)
        self.assertEqual(curve.key_flaw(mixed), "is not free of torsion")
        self.assertTrue(all(curve.key_flaw(one) for one in curve.SMALL))
        self.assertTrue(curve.key_flaw(b"\2" + bytes(31)))
        number = next(y for y in range(19) if (p := curve.decode(bytes([y, *bytes(31)]))) and not curve.is_small(p))
        self.assertEqual(curve.key_flaw((number + curve.P).to_bytes(32, "little")), "is not in its canonical form")
        # A signature under it that holds without cofactor: some nonces give a k that the torsion does not feel.
        self.assertTrue(any(self.signs(signer, mixed, nonce) for nonce in range(1, 200)))

    def test_an_owner_cannot_make_a_signature_with_a_weak_r(self):
        signer = forge.Signer("x", ED25519)
        self.assertTrue(self.signs(signer, signer.key.public, 1))
        self.assertFalse(self.signs(signer, signer.key.public, 0))

    @staticmethod
    def signs(signer: forge.Signer, mixed: bytes, nonce: int) -> bool:
        """Whether a signature made with this nonce holds under a key, its own or that with torsion: for the fast way as
        for the slow."""
        hashed = bytearray(sha512(signer.private.private_bytes_raw()).digest()[:32])  # RFC 8032 §5.1.5
        hashed[0] &= 248
        hashed[31] = hashed[31] & 127 | 64
        r = curve.encode(curve.times(nonce, curve.BASE))
        k = int.from_bytes(sha512(r + mixed + b"m").digest(), "little") % curve.L
        s = (nonce + k * int.from_bytes(hashed, "little")) % curve.L
        signature = r + s.to_bytes(32, "little")
        verdict = curve.verify_slowly(mixed, b"m", signature)
        assert verdict == curve.verify(mixed, b"m", signature)
        return verdict


class Vectors(unittest.TestCase):
    """fixtures/vectors/c2sp."""

    KEYS = Policy.parse((C2SP / "policy.txt").read_text())

    def opened(self, name: str) -> Checkpoint:
        """A checkpoint that somebody known has signed."""
        checkpoint = Checkpoint.parse((C2SP / name).read_bytes())
        checkpoint.note.open(self.KEYS.keys)
        return checkpoint

    def test_the_tree(self):
        vectors = json.loads((C2SP / "merkle.json").read_text())
        tree = Tree()
        for index in range(70_000):
            tree.push(leaf(f"entry {index}".encode()))
        for index, hashed in vectors["leaf_hash"].items():
            self.assertEqual(tree.levels[0][int(index)].hex(), hashed)
        for size, root in vectors["roots"].items():
            self.assertEqual(tree.root(int(size)).hex(), root)
        for case in vectors["inclusion"]:
            path = tree.inclusion(case["index"], case["size"])
            self.assertEqual([one.hex() for one in path], case["proof"])
        for case in vectors["consistency"]:
            proof = tree.consistency(case["old"], case["new"])
            self.assertEqual([one.hex() for one in proof], case["proof"])
        for kind, first, prove in (("inclusion", 0, tree.inclusion), ("consistency", 1, tree.consistency)):
            lines = sha256()
            for size in range(1, 131):
                for at in range(first, size + first):
                    proof = prove(at, size)
                    lines.update(" ".join([str(at), str(size), *(one.hex() for one in proof)]).encode() + b"\n")
                    self.assertTrue(self.holds(tree, kind, at, size, proof))
                    for wrong in ([*proof, bytes(32)], proof[:-1], [bytes(32), *proof[1:]]):
                        self.assertEqual(self.holds(tree, kind, at, size, wrong), wrong == proof)
            self.assertEqual(lines.hexdigest(), vectors["accumulated"][kind])
        self.assertEqual((C2SP / "tile-0-000").read_bytes(), b"".join(tree.levels[0][:256]))
        self.assertEqual((C2SP / "tile-0-001.p-1").read_bytes(), tree.levels[0][256])
        self.assertEqual((C2SP / "tile-1-000.p-1").read_bytes(), tree.levels[8][0])
        entries = [f"entry {index}".encode() for index in range(13)]
        self.assertEqual(entries_of((C2SP / "entries-000.p-13").read_bytes(), 13), (entries, None))
        for size in (0, 1, 13, 257, 70_000):
            self.assertEqual(self.KEYS.check(self.opened(f"checkpoint.{size}"))[0].key.name, "ledger.example/joint")
            self.assertEqual(self.opened(f"checkpoint.{size}").root, tree.root(size))

    @staticmethod
    def holds(tree: Tree, kind: str, at: int, size: int, proof: list[bytes]) -> bool:
        """Whether a proof holds."""
        if kind == "inclusion":
            return verify_inclusion(at, size, tree.levels[0][at], proof, tree.root(size))
        return verify_consistency(at, size, proof, tree.root(at), tree.root(size))

    def test_a_proof_is_as_long_as_its_tree_is_deep(self):
        one, two, three = map(leaf, (b"1", b"2", b"3"))
        left, root = node(one, two), node(node(one, two), three)
        self.assertTrue(verify_inclusion(0, 3, one, [two, three], root))
        self.assertFalse(verify_inclusion(0, 3, one, [two], left))
        self.assertFalse(verify_inclusion(3, 3, three, [left], root))
        self.assertTrue(verify_consistency(2, 3, [three], left, root))
        self.assertFalse(verify_consistency(2, 5, [three], left, root))
        self.assertTrue(verify_consistency(3, 4, [three, leaf(b"4"), left], root, node(left, node(three, leaf(b"4")))))
        self.assertFalse(verify_consistency(3, 4, [three, leaf(b"4"), left], left, node(left, node(three, leaf(b"4")))))

    def test_paths_of_tiles(self):
        self.assertEqual([tile.path for tile in hash_tiles(256)], ["tile/0/000", "tile/1/000.p/1"])
        paths = [tile.path for tile in hash_tiles(70_000)]
        self.assertEqual(len(paths), 274 + 2 + 1)
        self.assertEqual(paths[273:], ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"])
        self.assertEqual(list(tiles(None, 1_234_068 * 256))[-1].path, "tile/entries/x001/x234/067")

    def test_checkpoints(self):
        self.assertEqual(len(self.opened("seventeen-sigs.txt").note.lines), 17)
        for size in (0, 1, 13, 257, 70_000):
            raw = (C2SP / f"checkpoint.{size}").read_bytes()
            self.assertEqual(str(Note.parse(raw)).encode(), raw)
        cases = json.loads((C2SP / "cases.json").read_text())
        names = {f"bad-{name}.txt" for name in cases if not name.startswith(("seventeen", "split", "tlog-proof"))}
        self.assertEqual(names, {path.name for path in C2SP.glob("bad-*") if "tlog-proof" not in path.name})
        # No witness is missed here, so each is refused for what is wrong with it.
        nobody = Policy.parse((C2SP / "policy.txt").read_text().replace("quorum ministries", "quorum none"))
        nobody.check(self.opened("seventeen-sigs.txt"))
        for name in names:
            with self.subTest(name), self.assertRaises(BadNote):
                nobody.check(self.opened(name))
        # What only the policy can say no to.
        self.assertEqual(self.opened("bad-other-origin.txt").origin, "ledger.example/other")

    def test_the_form_of_a_note_is_strict(self):
        line = next(line for line in (C2SP / "checkpoint.1").read_bytes().split(b"\n") if line.startswith("— ".encode()))
        self.assertEqual(Note.parse(b"a\n\nb\n\n" + line + b"\n").text, "a\n\nb\n")
        text = b"\n1\n" + b"A" * 43 + b"=\n\n"
        self.assertEqual(Checkpoint.parse(b"x" + text + line + b"\n").origin, "x")
        with self.assertRaises(BadNote):
            Checkpoint.parse(text + line + b"\n")
        for wrong in (b"a\1\n\n" + line + b"\n", b"a\n\n" + line + b"x", b"\xff\n\n" + line + b"\n", b"a\n\n\n"):
            with self.assertRaises(BadNote):
                Note.parse(wrong)

    def test_a_split_view_is_refused_by_all_and_accepted_by_two_of_three(self):
        two = Policy.parse((C2SP / "policy.txt").read_text().replace(" all ", " 2 "))
        left, right = self.opened("split-view-A.txt"), self.opened("split-view-B.txt")
        self.assertEqual((left.size, left.origin), (right.size, right.origin))
        self.assertNotEqual(left.root, right.root)
        for view in (left, right):
            self.assertEqual(len(two.check(view)), 3)
            with self.assertRaises(BadNote):
                self.KEYS.check(view)

    def test_proofs(self):
        for name, index in (("good", 5), ("good-extra", 256), ("good-size1", 0)):
            proof = Proof.parse((C2SP / f"{name}.tlog-proof").read_bytes())
            self.assertEqual(proof.index, index)
            self.KEYS.check(proof.checkpoint)
            self.assertTrue(self.proves(proof, f"entry {index}".encode()))
        self.assertEqual(Proof.parse((C2SP / "good-extra.tlog-proof").read_bytes()).extra, b"ministry ref 7")
        with self.assertRaises(BadNote):
            Proof.parse((C2SP / "bad-tlog-proof-index.txt").read_bytes())
        for name in ("wrong-index", "truncated", "extra-hash"):
            proof = Proof.parse((C2SP / f"bad-tlog-proof-{name}.txt").read_bytes())
            self.assertFalse(self.proves(proof, b"entry 5"), name)

    @staticmethod
    def proves(proof: Proof, entry: bytes) -> bool:
        """Whether a proof says that an entry stands in the ledger."""
        checkpoint = proof.checkpoint
        return verify_inclusion(proof.index, checkpoint.size, leaf(entry), proof.path, checkpoint.root)

    def test_policies(self):
        sound = (C2SP / "policy.txt").read_text()
        ee = next(line for line in sound.split("\n") if line.startswith("witness ee"))
        for wrong in (
            sound + "quorum none\n",
            sound.replace("quorum ministries\n", ""),
            sound.replace("group ministries all ee lv lt\nquorum ministries", "quorum ministries\ngroup ministries all ee"),
            sound.replace("all ee lv lt", "4 ee lv lt"),
            sound.replace("all ee lv lt", "0 ee lv lt"),
            sound.replace("all ee lv lt", "02 ee lv lt"),
            sound.replace("all ee lv lt", "all ee ee lt"),
            sound.replace("all ee lv lt", "all ee lv fi"),
            sound.replace("quorum", "group more any ee\nquorum"),
            sound.replace(ee, f"{ee}\n{ee.replace('ee ', 'fi ', 1)}"),
            sound.replace("9e52a620", "9e52a621"),
            sound + "what\n",
        ):
            self.assertNotEqual(wrong, sound)
            with self.assertRaises(BadNote):
                Policy.parse(wrong)
        self.assertIsNone(Policy.parse("\tquorum \t none  \n\n# nothing\n").quorum)


if __name__ == "__main__":
    unittest.main()
