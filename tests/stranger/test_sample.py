"""Samples, drawn again by the stranger: the frozen vectors, and what must not pass."""

import copy
import json
import sys
import unittest
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sample

VECTORS = Path(__file__).resolve().parents[2] / "fixtures" / "vectors" / "sample"


def vectors() -> list[dict]:
    """The frozen vectors."""
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(VECTORS.glob("*.json"))]


class Vectors(unittest.TestCase):
    """What was drawn is drawn again."""

    def test_there_are_vectors_of_every_method(self) -> None:
        self.assertEqual(
            {vector["sample"]["method"]["name"] for vector in vectors()}, {"all", "monetary-unit", "random"}
        )

    def test_each_is_drawn_again(self) -> None:
        for vector in vectors():
            with self.subTest(vector["name"]):
                self.assertEqual(sample.faults(vector["sample"], vector["list"]), [])

    def test_nothing_else_passes(self) -> None:
        for vector in vectors():
            for change in ("seed", "secret", "root", "commitment"):
                changed = copy.deepcopy(vector["sample"])
                changed[change] = sha256(changed[change].encode()).hexdigest()
                self.assertNotEqual(sample.faults(changed, vector["list"]), [], change)
            changed = copy.deepcopy(vector["sample"])
            changed["drawn"] = changed["drawn"][1:]
            self.assertIn("other members are drawn", sample.faults(changed, vector["list"]))
            lines = vector["list"].splitlines(keepends=True)
            self.assertIn("the list is not the population's", sample.faults(vector["sample"], "".join(lines[:-1])))


class Laws(unittest.TestCase):
    """What the methods promise."""

    def test_large_members_are_certain_and_every_unit_counts(self) -> None:
        amounts = [1, 0, 70, 3, 26, 5, 5, 40]
        members = [sample.Member(n, 0, minor, "EUR", "x") for n, minor in enumerate(amounts)]
        for n in range(200):
            seed = sha256(n.to_bytes(4, "big")).digest()
            for count in (1, 2, 3, 7, 150, 200):
                drawn = sample.draw(members, {"name": "monetary-unit", "count": count}, seed)
                self.assertEqual(sum(len(why) for why in drawn.values()), count)
                self.assertNotIn(1, drawn)
                large = {n for n, minor in enumerate(amounts) if minor * count >= sum(amounts)}
                self.assertLessEqual(large, set(drawn))

    def test_lists_are_read_in_one_form(self) -> None:
        good = "3\t0\t-\t-\tx\n3\t1\t5\tEUR\ty\n"
        self.assertEqual(len(sample.population(good)), 2)
        for bad in (good[:-1], good.replace("\t1\t", "\t2\t"), good.replace("3\t1", "2\t0"), "03\t0\t-\t-\tx\n", "x\n"):
            with self.assertRaises(sample.BadList):
                sample.population(bad)


if __name__ == "__main__":
    unittest.main()
