"""The audit report in a real browser: what is sound is green, what was touched is red and says where.

    JOINTLEDGER=target/debug/jointledger python3 -m unittest discover tests/report
"""

import base64
import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path

import world
from browser import Browser

ENTER, TAB = "\ue007", "\ue004"


def setUpModule() -> None:
    """One browser, and one folder with reports, for all tests."""
    Case.folder = Path(tempfile.mkdtemp(prefix="report-"))
    unittest.addModuleCleanup(shutil.rmtree, Case.folder, ignore_errors=True)
    world.run(Case.folder, "--quiet", "demo", "demo")
    world.run(Case.folder, "--quiet", "demo", "closing", "--scenario", "closing")
    shutil.copytree(world.BUNDLE, Case.folder / "bundle")
    Case.demo = world.report(Case.folder, "demo", name="demo.html")
    Case.closing = world.report(Case.folder, "closing", name="closing.html")
    Case.bundle = world.report(Case.folder, "bundle", name="bundle.html")
    Case.newest = world.report(Case.folder, "bundle", "--entries", "13", name="newest.html")
    Case.browser = Browser()
    unittest.addModuleCleanup(Case.browser.close)


class Case(unittest.TestCase):
    """What all tests have."""

    folder: Path
    demo: Path
    closing: Path
    bundle: Path
    newest: Path
    browser: Browser

    def check(self, file: Path) -> str:
        """Opens a report and lets it check itself; gives the verdict."""
        self.browser.open(file, "#check")
        verdict = self.browser.verdict()
        self.assertEqual(self.browser.messages(), [], "the console is silent")
        self.assertEqual(self.browser.requests(), [file.resolve().as_uri()], "nothing but the file is asked for")
        return verdict

    def said(self) -> str:
        """What the check says, as people read it."""
        return self.browser.run("return document.getElementById('check').innerText")

    def marked(self) -> list[str]:
        """The entries whose rows are marked as failed, each once."""
        return self.browser.run(
            "return [...new Set([...document.querySelectorAll('#entries tr.failed')].map((row) => row.dataset.entry))]"
        )

    def first(self) -> str:
        """The first entry that failed, as the page says for programs."""
        return self.browser.run("return document.documentElement.dataset.first ?? ''")

    def assert_red(self, file: Path, entry: int, reason: str) -> None:
        """It does not hold, and says so at this entry, in the summary and in its row."""
        self.assertEqual(self.check(file), "red", self.said())
        self.assertEqual(self.first(), str(entry), self.said())
        self.assertIn(f"First at entry {entry}: ", self.said())
        self.assertIn("So this file says", self.browser.run("return document.querySelector('.verdict').textContent"))
        self.assertIn(reason, self.said())

    def assert_row(self, entry: int, reason: str) -> None:
        """The row of an entry is marked with the reason, for eyes and for screen readers."""
        self.assertIn(str(entry), self.marked())
        mark = self.browser.run(
            "const mark = document.querySelector(`#entries tr[data-entry=\"${arguments[0]}\"] .checked-mark`);"
            "return mark === null ? null : [mark.textContent, mark.getAttribute('role'), mark.offsetHeight > 0]",
            entry,
        )
        self.assertIsNotNone(mark)
        self.assertIn(reason, mark[0])
        self.assertEqual(mark[1:], ["note", True])


class Sound(Case):
    """What holds is green, and says how much was checked."""

    def test_the_demo(self) -> None:
        self.assertEqual(self.check(self.demo), "green")
        size = json.loads(world.run(self.folder, "--ledger", "demo", "verify", "--json").splitlines()[-1])["entries"]
        said = self.said()
        self.assertIn("What is embedded holds.", said)
        self.assertIn(f"{size} of {size} entries hold: bytes, place, link, signature and key.", said)
        self.assertIn(f"The links give the root of {size} entries.", said)
        self.assertIn("There is no checkpoint", said)
        self.assertIn("6 facts of the summary", said)
        rows = self.browser.run("return [document.querySelectorAll('tr[data-entry]').length, document.querySelectorAll('tr.held').length]")
        self.assertEqual(rows[0], rows[1])
        self.assertGreater(rows[0], size)
        self.assertIn(f"{rows[0]} rows compared with the bytes, 0 wrong.", said)
        self.assertEqual(self.marked(), [])

    def test_all_demo_stories(self) -> None:
        for story in ("regimes", "findings"):
            world.run(self.folder, "--quiet", "demo", story, "--scenario", story)
            self.assertEqual(self.check(world.report(self.folder, story)), "green", self.said())

    def test_a_month_that_was_compared_closed_and_examined(self) -> None:
        self.assertEqual(self.check(self.closing), "green", self.said())
        self.assertIn("67 of 67 entries hold: bytes, place, link, signature and key.", self.said())
        for section, words in {
            "books": ("EE-B-0001", "accepted in entry 30 up to 150 LTR until 2026-04-30", "EE in entry 53", "LT is awaited"),
            "audit-office": ("RK-2026-1.F1", "accepted in entry 62, to be mended", "RK-2026-1.A"),
        }.items():
            shown = self.browser.run("return document.getElementById(arguments[0]).innerText", section)
            for word in words:
                self.assertIn(word, shown)

    def test_checkpoints_with_their_witnesses(self) -> None:
        self.assertEqual(self.check(self.bundle), "green")
        for size in (60, 41, 20):
            self.assertIn(
                f"The checkpoint of {size} entries (its last is entry {size - 1}): signed by the log, cosigned by EE, LT, LV.",
                self.said(),
            )

    def test_only_the_newest_entries(self) -> None:
        self.assertEqual(self.check(self.newest), "green", self.said())
        self.assertIn("13 of 13 entries hold", self.said())
        self.assertIn("6 of 6 earlier entries that name keys stand in the tree, and hold.", self.said())
        self.assertIn("The checkpoint of 20 entries", self.said())

    def test_every_number_of_embedded_entries(self) -> None:
        for count in (0, 1, 2, 28, 29, 31, 32, 33, 59, 60):
            with self.subTest(count):
                self.assertEqual(self.check(world.report(self.folder, "bundle", "--entries", str(count))), "green", self.said())

    def test_every_size(self) -> None:
        for size in (1, 2, 3, 7, 20, 21, 41, 59):
            with self.subTest(size):
                file = world.report(self.folder, "bundle", "--at", str(size), "--entries", str(size // 2))
                self.assertEqual(self.check(file), "green", self.said())

    def test_no_entry_at_all(self) -> None:
        self.assertEqual(self.check(world.report(self.folder, "bundle", "--at", "0")), "green", self.said())

    def test_a_report_for_one_party_at_a_position(self) -> None:
        file = world.report(self.folder, "demo", "--at", "200", "--party", "LV", "--title", "Half-time")
        self.assertEqual(self.check(file), "green", self.said())
        self.assertEqual(self.browser.run("return document.title"), "Half-time")

    def test_every_kind_of_event(self) -> None:
        """The frozen vectors have all of them; what the page reads is what the program shows."""
        count = world.vectors_as_bundle(self.folder / "vectors")
        # It has no tiles, and its checkpoint is none: both the program and the page say so. The entries hold.
        file = world.report(self.folder, "vectors", code=4)
        self.assert_red(file, count - 1, f"the checkpoint of {count} entries")
        self.assertEqual(self.marked(), [])
        self.assertIn(f"{count} of {count} entries hold: bytes, place, link, signature and key.", self.said())
        self.assertIn("rows compared with the bytes, 0 wrong.", self.said())

    def test_it_can_be_checked_again(self) -> None:
        self.check(self.demo)
        before = self.said()
        self.browser.click("#run")
        self.assertEqual(self.browser.verdict(), "green")
        self.assertEqual(self.said(), before)

    def test_the_fields_of_an_entry_are_those_of_its_bytes(self) -> None:
        self.check(self.demo)
        self.browser.run("document.querySelector('#entries tr[data-entry=\"315\"] button').click()")
        fields = self.browser.run("return document.querySelector('tr.fields pre').textContent")
        log = world.run(self.folder, "--ledger", "demo", "log", "--json", "--from", "315", "--limit", "40")
        entry = next(line for line in map(json.loads, log.splitlines()) if line["entry"] == 315)
        for value in [entry["author"], entry["act"], entry["recorded_at"], *re.findall(r'": "([^"]+)"', json.dumps(entry["events"]))]:
            self.assertIn(value, fields)


class Touched(Case):
    """What was touched is red, and the entry is named."""

    def change_entry(self, at: int, change) -> Path:
        def apply(evidence) -> None:
            evidence["entries"][at] = change(evidence["entries"][at])

        return world.tampered(self.demo, apply)

    def test_nothing_is_red_without_a_reason(self) -> None:
        """The way in which the tests tamper does no harm by itself."""
        self.assertEqual(self.check(world.tampered(self.demo, lambda evidence: None)), "green", self.said())

    def test_one_bit_of_an_entry(self) -> None:
        for at in (40, 75, 110, -80, -1):
            with self.subTest(at):
                self.assert_red(self.change_entry(150, lambda entry, at=at: world.flipped(entry, at)), 150, "")
                # Its own row, and the next one, which carries the link of another entry.
                self.assertEqual(self.marked(), ["150", "151"])
                self.assert_row(151, "it does not carry the link of the entry before it")
                self.assertIn("The whole: the root is another than the evidence says", self.said())

    def test_a_broken_signature(self) -> None:
        self.assert_red(self.change_entry(77, lambda entry: world.flipped(entry, -20)), 77, "not signed by the key that it names")
        self.assert_row(77, "the signature is false")

    def test_a_signature_that_a_browser_may_let_pass(self) -> None:
        """S + L is the same number to a verifier that does not look: malleable, and refused."""
        order = 2**252 + 27742317777372353535851937790883648493

        def add(entry: str) -> str:
            data = bytearray(base64.b64decode(entry))
            number = int.from_bytes(data[-32:], "little") + order
            data[-32:] = number.to_bytes(32, "little")
            return base64.b64encode(bytes(data)).decode()

        self.assert_red(self.change_entry(80, add), 80, "S is not below the order")

    def test_a_key_of_small_order(self) -> None:
        def forge(entry: str) -> str:
            data = bytearray(base64.b64decode(entry))
            at = 2 + 2 + int.from_bytes(data[2:4], "big") + 8 + 32 + 8
            data[at : at + 32] = bytes([1, *[0] * 31])
            data[-64:] = bytes([1, *[0] * 63])
            return base64.b64encode(bytes(data)).decode()

        self.assert_red(self.change_entry(81, forge), 81, "its key is of small order")
        self.assert_row(81, "its key was never named")

    def test_two_entries_swapped(self) -> None:
        def swap(evidence) -> None:
            entries = evidence["entries"]
            entries[200], entries[201] = entries[201], entries[200]

        self.assert_red(world.tampered(self.demo, swap), 200, "it is numbered 201, and stands at 200")
        self.assert_row(201, "it is numbered 200, and stands at 201")

    def test_an_entry_dropped(self) -> None:
        self.assert_red(world.tampered(self.demo, lambda evidence: evidence["entries"].pop(100)), 100, "it is numbered 101")
        self.assertIn("there are 352 entries, 353 are told of", self.said())

    def test_the_last_entry_dropped(self) -> None:
        self.assertEqual(self.check(world.tampered(self.demo, lambda evidence: evidence["entries"].pop())), "red")
        self.assertEqual(self.first(), "352")
        self.assertIn("the file has a row of it, and no bytes", self.said())

    def test_bytes_behind_an_entry(self) -> None:
        def longer(entry: str) -> str:
            data = base64.b64decode(entry)
            return base64.b64encode(data[:-64] + b"\0" + data[-64:]).decode()

        self.assert_red(self.change_entry(60, longer), 60, "1 bytes are left over")

    def test_an_entry_that_is_no_base64(self) -> None:
        self.assert_red(self.change_entry(61, lambda entry: entry[:-4] + "!!!!"), 61, "no base64")

    def test_what_a_row_shows(self) -> None:
        row = '<tr class="entry" data-entry="120"'
        facts = {
            "position": (">120<", ">121<"),
            "recorded": ("2024-1", "2024-2"),
            "by": (">LT ", ">LV "),
            "what": ("span data-fact=\"what\">", "span data-fact=\"what\">Nothing happened: "),
            "act": ('data-fact="act">', 'data-fact="act">0'),
            "link": ('data-fact="link">', 'data-fact="link">0'),
        }
        page = self.demo.read_text(encoding="utf-8")
        shown = re.search(row + r".*?</tr>", page[page.index('id="entries"'):], re.DOTALL)[0]
        for fact, (old, new) in facts.items():
            with self.subTest(fact):
                if old not in shown:
                    old, new = (">EE ", ">LV ") if fact == "by" else ("T0", "T1") if fact == "recorded" else (old, new)
                    if fact == "by" and old not in shown:
                        old, new = ">LV ", ">EE "
                file = self.demo.with_name("rewritten.html")
                file.write_text(page.replace(shown, shown.replace(old, new, 1), 1), encoding="utf-8")
                self.assertNotEqual(file.read_text(encoding="utf-8"), page)
                self.assert_red(file, 120, f"as “{fact}”")
                self.assert_row(120, "the bytes say")
                self.assertEqual(self.marked(), ["120"])

    def test_a_row_in_another_table(self) -> None:
        file = world.rewritten(self.demo, "LossReported: ", "ItemFound: ", 'id="timeline"')
        self.assertEqual(self.check(file), "red")
        self.assertRegex(self.said(), r"First at entry \d+: the row shows “ItemFound")

    def test_a_row_removed(self) -> None:
        page = self.demo.read_text(encoding="utf-8")
        at = page.rindex('<tr class="entry" data-entry="222"')
        file = self.demo.with_name("rewritten.html")
        file.write_text(page[:at] + page[page.index("</tr>", at) + 5 :], encoding="utf-8")
        self.assert_red(file, 222, "its row is missing")

    def test_a_fact_of_the_summary(self) -> None:
        for fact in ("origin", "size", "recorded", "charter", "link", "root"):
            with self.subTest(fact):
                file = world.rewritten(self.demo, ">", ">1", f'data-summary="{fact}"')
                self.assertEqual(self.check(file), "red")
                self.assertIn(f"the summary shows another “{fact}”", self.said())

    def test_the_root_of_a_checkpoint(self) -> None:
        def forge(evidence) -> None:
            lines = evidence["checkpoints"][1]["note"].split("\n")
            lines[2] = base64.b64encode(bytes(32)).decode()
            evidence["checkpoints"][1]["note"] = "\n".join(lines)

        self.assert_red(world.tampered(self.bundle, forge), 40, "its root is not that of the entries")
        self.assertIn("The checkpoint of 41 entries (its last is entry 40): does not hold", self.said())

    def test_the_signatures_under_a_checkpoint(self) -> None:
        def forge(line: int):
            def apply(evidence) -> None:
                lines = evidence["checkpoints"][0]["note"].split("\n")
                *words, signature = lines[line].split(" ")
                lines[line] = " ".join([*words, world.flipped(signature, -1)])
                evidence["checkpoints"][0]["note"] = "\n".join(lines)

            return apply

        for line, name in ((4, "ledger.test/baltic"), (5, "ledger.test/EE"), (7, "ledger.test/LT")):
            with self.subTest(name):
                self.assert_red(world.tampered(self.bundle, forge(line)), 59, f"{name}: the signature is false")

    def test_a_checkpoint_left_out(self) -> None:
        self.assert_red(world.tampered(self.bundle, lambda evidence: evidence["checkpoints"].pop(1)), 40, "it is not embedded")

    def test_the_signature_of_the_log_left_out(self) -> None:
        def forge(evidence) -> None:
            lines = evidence["checkpoints"][0]["note"].split("\n")
            del lines[4]
            evidence["checkpoints"][0]["note"] = "\n".join(lines)

        self.assert_red(world.tampered(self.bundle, forge), 59, "no known key of the log has signed it")

    def test_what_the_row_of_a_checkpoint_shows(self) -> None:
        file = world.rewritten(self.bundle, 'data-fact="root">', 'data-fact="root">0', 'data-checkpoint="41"')
        self.assert_red(file, 40, "the row shows another root")

    def test_the_time_of_a_cosignature(self) -> None:
        def forge(evidence) -> None:
            lines = evidence["checkpoints"][0]["note"].split("\n")
            *words, signature = lines[5].split(" ")
            lines[5] = " ".join([*words, world.flipped(signature, 11)])
            evidence["checkpoints"][0]["note"] = "\n".join(lines)

        self.assert_red(world.tampered(self.bundle, forge), 59, "ledger.test/EE: the signature is false")

    def test_the_hashes_before_the_embedded_entries(self) -> None:
        def forge(evidence) -> None:
            evidence["peaks"][0] = "0" * 64

        self.assertEqual(self.check(world.tampered(self.newest, forge)), "red")
        self.assertIn("the root is another than the evidence says", self.said())
        self.assertEqual(self.first(), "59", "its checkpoint is the first thing that has another root")

    def test_the_link_before_the_embedded_entries(self) -> None:
        def forge(evidence) -> None:
            evidence["before"]["link"] = "0" * 64

        self.assert_red(world.tampered(self.newest, forge), 47, "it does not carry the link of the entry before it")
        self.assertIn("the link before the embedded entries does not stand in the tree", self.said())

    def test_an_earlier_entry_that_names_a_key(self) -> None:
        def forge(evidence) -> None:
            evidence["naming"][1]["entry"] = world.flipped(evidence["naming"][1]["entry"], -1)

        evidence = json.loads(world.EVIDENCE.search(self.newest.read_text(encoding="utf-8"))[2])
        position = evidence["naming"][1]["position"]
        self.assert_red(world.tampered(self.newest, forge), position, "it does not stand in the tree")

    def test_a_beginning_that_is_none(self) -> None:
        def forge(evidence) -> None:
            evidence["checkpoints"][2]["consistency"][1] = "0" * 64

        self.assert_red(world.tampered(self.newest, forge), 19, "its root is not that of the entries")

    def test_the_naming_of_a_key_left_out(self) -> None:
        self.assertEqual(self.check(world.tampered(self.newest, lambda evidence: evidence.update(naming=[]))), "red")
        self.assert_row(47, "its key was never named")

    def test_whose_key_it_is_not_known(self) -> None:
        """Who leaves out the naming of keys and says so gets no green."""

        def forge(evidence) -> None:
            evidence.update(naming=evidence["naming"][:1] + evidence["naming"][5:], all_named=False)

        self.assertEqual(self.check(world.tampered(self.newest, forge)), "red")
        evidence = json.loads(world.EVIDENCE.search(self.newest.read_text(encoding="utf-8"))[2])
        self.assertTrue(evidence["all_named"])

        def fewer(evidence) -> None:
            evidence.update(naming=[], all_named=False, checkpoints=[])

        file = world.tampered(self.newest, fewer)
        page = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r'<tr data-checkpoint.*?</tr>', "", page), encoding="utf-8")
        self.assertEqual(self.check(file), "partial", self.said())
        self.assertIn("Of 13 entries it is not known whose key signed", self.said())

    def test_evidence_that_is_none(self) -> None:
        for change in (lambda e: e.update(kind="other"), lambda e: e.pop("entries"), lambda e: e.update(first=-1)):
            self.assertEqual(self.check(world.tampered(self.demo, change)), "red")
            self.assertIn("The evidence cannot be read", self.said())


class Page(Case):
    """The page by itself: keyboard, hostile text, a browser that lacks something."""

    def test_it_says_nothing_before_it_is_asked(self) -> None:
        self.browser.open(self.demo)
        self.assertIn("Not checked in this browser.", self.said())
        self.assertEqual(self.browser.run("return document.querySelectorAll('tr.held, tr.failed').length"), 0)
        self.assertEqual(self.browser.messages(), [])

    def test_the_keyboard_reaches_and_runs_the_check(self) -> None:
        self.browser.open(self.demo)
        self.browser.press(TAB)
        self.assertEqual(self.browser.run("return document.activeElement.className"), "skip")
        self.browser.press(ENTER)
        for _ in range(20):
            self.browser.press(TAB)
            if self.browser.run("return document.activeElement.id") == "run":
                break
        else:
            self.fail("twenty times Tab do not lead from the skip link to the button")
        outline = self.browser.run("return getComputedStyle(document.activeElement).outlineStyle")
        self.assertEqual(outline, "solid", "the focus is seen")
        self.browser.press(ENTER)
        self.assertEqual(self.browser.verdict(), "green")

    def test_hostile_text_stays_text(self) -> None:
        ledger = world.hostile_ledger(self.folder)
        file = world.report(self.folder, ledger, "--title", world.HOSTILE, name="hostile.html")
        self.assertEqual(self.check(file), "green", self.said())
        self.assertIn("signed by the log, cosigned by nobody known", self.said())
        self.assertEqual(self.browser.run("return document.title"), world.HOSTILE)
        self.assertEqual(self.browser.run("return document.querySelectorAll('img, iframe, object, link').length"), 0)
        self.assertEqual(self.browser.run("return document.scripts.length"), 2)
        self.browser.run("for (const button of document.querySelectorAll('#entries th button')) button.click()")
        shown = self.browser.run("return document.body.textContent")
        # Heading, purpose, description; and the two from the ledger again among the fields.
        self.assertGreaterEqual(shown.count(world.HOSTILE), 5)
        self.assertGreaterEqual(shown.count(world.HOSTILE_NAME), 4)
        self.assertEqual(self.browser.run("return document.title"), world.HOSTILE)
        self.assertEqual(self.browser.messages(), [])

    def test_a_script_that_somebody_puts_in_does_not_run(self) -> None:
        file = world.rewritten(self.demo, "<main", "<script>document.title = 'pwned'</script><img src=x onerror=\"document.title='pwned'\"><main")
        self.browser.open(file)
        self.assertNotEqual(self.browser.run("return document.title"), "pwned")
        self.assertTrue(any("Content Security Policy" in message for message in self.browser.messages()))

    def test_a_browser_without_ed25519_is_not_green(self) -> None:
        script = "const own = crypto.subtle.importKey.bind(crypto.subtle);" \
                 "crypto.subtle.importKey = (form, key, algorithm, ...more) => algorithm.name === 'Ed25519'" \
                 " ? Promise.reject(new DOMException('no', 'NotSupportedError')) : own(form, key, algorithm, ...more);"
        made = self.browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=script)
        self.addCleanup(self.browser.cdp, "Page.removeScriptToEvaluateOnNewDocument", identifier=made["identifier"])
        self.assertEqual(self.check(self.demo), "partial")
        self.assertIn("This browser has no Ed25519: no signature was checked.", self.said())
        self.assertNotIn("signature and key", self.said())

    def test_nothing_is_wider_than_a_laptop(self) -> None:
        for file in (self.demo, self.closing):
            self.check(file)
            self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), 1280)
            wide = "return [...document.querySelectorAll('.wide')].filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.ariaLabel)"
            self.assertEqual(self.browser.run(wide), [], "no table has to be moved to be read")

    def test_every_table_and_picture_can_be_heard(self) -> None:
        for file in (self.demo, self.closing):
            self.browser.open(file)
            lacking = self.browser.run(
                "return [...document.querySelectorAll('table')].filter((table) => !table.caption?.textContent"
                " || [...table.querySelectorAll('th')].some((head) => !head.scope)).length"
                " + [...document.querySelectorAll('svg:not([aria-hidden])')].filter((svg) => !svg.querySelector('title')?.textContent"
                " || !svg.querySelector('desc')?.textContent || svg.getAttribute('role') !== 'img').length"
            )
            self.assertEqual(lacking, 0)
            self.assertEqual(self.browser.run("return document.documentElement.lang"), "en")
            self.assertEqual(self.browser.run("return document.querySelectorAll('main, nav, header, footer').length"), 4)

    def test_letters_stand_out_from_their_ground(self) -> None:
        """At least 4.5 to 1, as WCAG 2 counts, in light and in dark."""
        script = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
        for scheme in ("light", "dark"):
            self.browser.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            self.addCleanup(self.browser.cdp, "Emulation.setEmulatedMedia", features=[])
            for file in (self.bundle, self.closing, world.tampered(self.bundle, lambda evidence: evidence["entries"].pop(20))):
                self.check(file)
                self.assertEqual(self.browser.run(script), [], scheme)


class Unsound(Case):
    """A ledger that does not verify has a report all the same."""

    def test_a_damaged_bundle(self) -> None:
        damaged = self.folder / "damaged"
        shutil.copytree(world.BUNDLE, damaged)
        entries = next((damaged / "tile" / "entries").rglob("60"))
        data = bytearray(entries.read_bytes())
        at, position = 0, 0
        while position < 30:
            at += 2 + int.from_bytes(data[at : at + 2], "big")
            position += 1
        data[at + 1 + int.from_bytes(data[at : at + 2], "big")] ^= 1
        entries.write_bytes(bytes(data))
        file = world.report(self.folder, "damaged", code=4)
        self.assert_red(file, 30, "not signed by the key that it names")
        self.assertIn("Not sound.", self.browser.run("return document.querySelector('.verdict').innerText"))
        self.assertIn("E09", self.browser.run("return document.getElementById('findings').innerText"))
        self.assertIn("found: E09", self.browser.run("return document.querySelector('#entries tr[data-entry=\"30\"]').textContent"))


if __name__ == "__main__":
    unittest.main()
