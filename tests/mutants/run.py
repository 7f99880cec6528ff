#!/usr/bin/env python3
"""Plants the known bugs one at a time and runs every detector against each: the test of the tests.

  scripts/mutants                     all of them (hours), or what the record does not have yet
  scripts/mutants M-14 --again        one, whatever the record says
  scripts/mutants --table             writes the table of docs/planted-bugs.md from the record
  scripts/mutants --check             the record is complete, and the table is made from it

Programs with the bugs are built in build/mutants. Each detector runs until it has found the bug or used up its
limit (detectors.py). What it took goes into the record, found.json: scenarios that failed, states explored, seeds
run, steps that the model judged. Before any bug, every detector must accept the product as it is. Exit code 1
when a bug gets past all of them.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time

import detectors
import plant

BUILD = plant.ROOT / "build" / "mutants"
RECORD = plant.HERE / "found.json"
PAGE = plant.ROOT / "docs" / "planted-bugs.md"
BEGIN, END = "<!-- table: scripts/mutants --table -->", "<!-- end of table -->"
PRODUCT = "product"  # stands for no bug at all
BUILT_TOGETHER = 16


class Detector:
    def __init__(self, name, look, program, rooms):
        self.name, self.look, self.program = name, look, program
        self.rooms = rooms  # of the product, that its program runs

    def concerns(self, bug):
        return any(name.split("/")[0] in self.rooms for name in bug.files)


ALL = [
    Detector("scenarios", detectors.scenarios, "scenario_test", ["consensus"]),
    Detector("explorer", detectors.explorer, "symbolon-explore", ["consensus"]),
    Detector("core simulation", detectors.core, "consensus_test", ["consensus"]),
    Detector("simulator", detectors.simulator, "symbolon-sim", ["consensus", "ledger", "storage", "node"]),
    Detector("storage tests", detectors.storage, "storage_test", ["storage"]),
    Detector("model", detectors.model, "consensus_test", ["consensus"]),
]


class Product:
    """No bug: what every detector must accept."""
    id = PRODUCT
    files = ["consensus/", "storage/"]
    digest = ""


class Record:
    """By bug: a digest of how it is planted, and by detector what it took to find it, or null."""

    def __init__(self):
        self.rows = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}

    def found(self, bug):
        row = self.rows.get(bug.id, {})
        return row.get("found", {}) if row.get("planted") == bug.digest else {}

    def note(self, bug, detector, what):
        self.rows[bug.id] = {"planted": bug.digest, "found": {**self.found(bug), detector.name: what}}
        self.rows = dict(sorted(self.rows.items()))
        RECORD.write_text(json.dumps(self.rows, indent=1) + "\n", encoding="utf-8")


def with_digest(bug):
    bug.files = [replacement["file"] for replacement in bug.replacements]
    bug.digest = hashlib.sha256(bug.path.read_bytes()).hexdigest()[:12]
    return bug


def build(bugs, chosen):
    """Only the programs; without precompiled headers, which would not let objects be shared between folders."""
    ids = ";".join(bug.id for bug in plant.all_bugs())
    configured = subprocess.run(["cmake", "-S", plant.ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                                 "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -g1", "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON",
                                 f"-DSYMBOLON_MUTANTS={ids}"], capture_output=True, text=True)
    if configured.returncode != 0:
        raise RuntimeError(f"cannot be configured:\n{configured.stdout}{configured.stderr}")
    targets = sorted({f"{d.program}-{bug.id}" for bug in bugs for d in chosen if d.concerns(bug)})
    built = subprocess.run(["cmake", "--build", BUILD, "-j", str(os.cpu_count()), "--target", *targets],
                           capture_output=True, text=True)
    if built.returncode != 0:
        raise RuntimeError(f"does not compile:\n{built.stdout[-3000:]}")


def look_for(bug, chosen, record):
    for detector in chosen:
        if not detector.concerns(bug):
            continue
        start = time.monotonic()
        what = detector.look(BUILD / "bin", bug.id)
        print(f"{bug.id:8} {detector.name:16} {what or '-'}  ({time.monotonic() - start:.0f} s)", flush=True)
        if bug.id == PRODUCT:
            if what:
                raise RuntimeError(f"{detector.name} finds a bug where none is planted: {what}")
        else:
            record.note(bug, detector, what)


def table(bugs, record):
    lines = ["| id | bug | " + " | ".join(d.name for d in ALL) + " |", "|---" * (2 + len(ALL)) + "|"]
    for bug in bugs:
        found = record.found(bug)
        cells = [found[d.name] or "-" if d.name in found else "" for d in ALL]
        lines.append(f"| {bug.id} | {bug.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines + [""] + summary(bugs, record))


def summary(bugs, record):
    def finders(bug):
        return [name for name, what in record.found(bug).items() if what]

    def listed(ids):
        return f"{len(ids)}" + (f" ({', '.join(ids)})" if ids else "")

    alone = [f"{bug.id} {finders(bug)[0]}" for bug in bugs if len(finders(bug)) == 1]
    not_random = [bug.id for bug in bugs if not {"core simulation", "simulator"} & set(finders(bug))]
    lines = [f"Of {len(bugs)} bugs, found by"]
    lines += [f"- {d.name}: {sum(d.name in finders(bug) for bug in bugs)} of the {sum(d.concerns(bug) for bug in bugs)} "
              "whose code it runs" for d in ALL]
    return lines + [f"- one of them alone: {listed(alone)}", f"- nothing that draws at random: {listed(not_random)}"]


def page_with(text):
    page = PAGE.read_text(encoding="utf-8")
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    return f"{page[:begin]}\n\n{text}\n\n{page[end:]}"


def check(bugs, record):
    missing = [bug.id for bug in bugs if not any(record.found(bug).values())]
    if missing:
        raise RuntimeError(f"found by nothing, or changed since: {' '.join(missing)}; run scripts/mutants with them")
    if PAGE.read_text(encoding="utf-8") != page_with(table(bugs, record)):
        raise RuntimeError(f"{PAGE.name} has another table than the record: run scripts/mutants --table")
    print(f"{len(bugs)} planted bugs are found")


def run(bugs, chosen, record, again):
    def left(bug):
        return [d for d in chosen if d.concerns(bug) and (again or d.name not in record.found(bug))]

    bugs = [bug for bug in bugs if left(bug)]
    if bugs:
        build([Product], chosen)
        look_for(Product, chosen, record)
    for i in range(0, len(bugs), BUILT_TOGETHER):
        group = bugs[i:i + BUILT_TOGETHER]
        build(group, chosen)
        for bug in group:
            look_for(bug, left(bug), record)


def main():
    parser = argparse.ArgumentParser(description="Plants known bugs and sees what finds them.")
    parser.add_argument("bugs", nargs="*", help="ids, as M-14; none: all")
    parser.add_argument("--detectors", default=",".join(d.name for d in ALL), help="some of them, ',' between")
    parser.add_argument("--again", action="store_true", help="also what is on record")
    parser.add_argument("--table", action="store_true", help="write the table, and run nothing")
    parser.add_argument("--check", action="store_true", help="judge record and table, and run nothing")
    arguments = parser.parse_args()
    chosen = [d for d in ALL if d.name in arguments.detectors.split(",")]
    record = Record()
    try:
        everything = [with_digest(bug) for bug in plant.all_bugs()]
        bugs = [bug for bug in everything if not arguments.bugs or bug.id in arguments.bugs]
        if unknown := set(arguments.bugs) - {bug.id for bug in bugs}:
            raise ValueError(f"no planted bug {' '.join(unknown)}; tests/mutants/plant.py --list names them")
        if arguments.check:
            return check(everything, record)
        if arguments.table:
            return PAGE.write_text(page_with(table(everything, record)), encoding="utf-8") and None
        os.nice(10)
        run(bugs, chosen, record, arguments.again)
        survivors = [bug.id for bug in bugs if not any(record.found(bug).values())]
        if survivors:
            raise RuntimeError(f"NOT FOUND: {' '.join(survivors)}")
    except (RuntimeError, ValueError, OSError) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
