"""Holds the compiled releases of a record package against ocdsmerge: merge.py RELEASE-SCHEMA RECORD-PACKAGE.

Numbers are read as exact decimals, so that a cent cannot get lost in the comparison.
"""

import decimal
import json
import sys

import ocdsmerge


def main(schema_path, package_path):
    with open(schema_path, encoding="utf-8") as file:
        merger = ocdsmerge.Merger(json.load(file))
    with open(package_path, encoding="utf-8") as file:
        package = json.load(file, parse_float=decimal.Decimal)
    different = 0
    for record in package["records"]:
        theirs = merger.create_compiled_release(record["releases"])
        ours = record["compiledRelease"]
        for name in sorted(set(theirs) | set(ours)):
            if theirs.get(name) != ours.get(name):
                different += 1
                print(f"{record['ocid']} {name}: theirs {theirs.get(name)!r}, ours {ours.get(name)!r}")
    print(f"{len(package['records'])} records, {different} differences")
    return 1 if different or not package["records"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
