#!/usr/bin/env python3
"""Plants the known bugs one at a time and runs every detector against each: the test of the tests.

  scripts/mutants [M-01 ...] [--detectors explorer,scenarios,simulator] [--table FILE]

For each bug: builds the product with it, runs the detectors until each has caught it or used up its budget,
and prints what it took: scenario files that failed, states explored, seeds run. Exit code 1 when a bug gets
past all of them.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import plant

BUILD = plant.ROOT / "build" / "mutant"
BIN = BUILD / "bin"
# The small worlds first: a bug is to be found in the smallest that shows it.
MAX_STATES = 400_000
SIMULATED_SEEDS = 2000
TIME_LIMIT_S = 240


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, cwd=plant.ROOT, **options)


def limited(command, seconds=TIME_LIMIT_S):
    """(exit code, output); a detector that hangs or dies has caught something too."""
    try:
        done = run(command, timeout=seconds)
    except subprocess.TimeoutExpired as expired:
        return None, (expired.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout + done.stderr


def scenarios():
    code, output = limited([BIN / "scenario_test", "--gtest_brief=1"])
    failed = sorted(set(re.findall(r"\[  FAILED  \] \S*?/(\S+?)(?:,| |$)", output, re.M)))
    if code == 0:
        return None
    if failed:
        return f"{failed[0]}" + (f" and {len(failed) - 1} more" if len(failed) > 1 else "")
    return "hangs" if code is None else f"stops with code {code}"


def explorer():
    listed = run([BIN / "symbolon-explore", "--list"]).stdout
    explored = 0
    for line in listed.splitlines():
        world = line.split()[0]
        code, output = limited([BIN / "symbolon-explore", "--world", world, "--max-states", str(MAX_STATES)])
        states = re.search(r"^states\s+(\d+)", output, re.M)
        explored += int(states.group(1)) if states else 0
        if code != 0:
            return f"{explored:,} states (world {world})"
    return None


def simulator():
    code, output = limited([BIN / "symbolon-sim", "--seeds", f"0..{SIMULATED_SEEDS}", "--stop-at-first"])
    if code == 0:
        return None
    seed = re.search(r"\bseed (\d+)", output)
    if seed:
        return f"{int(seed.group(1)) + 1} seeds"
    return "hangs" if code is None else f"stops with code {code}"


DETECTORS = {"scenarios": (scenarios, "scenario_test"), "explorer": (explorer, "symbolon-explore"),
             "simulator": (simulator, "symbolon-sim")}


def build(bug, targets):
    configured = run(["cmake", "-S", plant.ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                      "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -g1", f"-DSYMBOLON_MUTANT={bug.id}"])
    if configured.returncode != 0:
        raise RuntimeError(f"{bug.id}: cannot be configured:\n{configured.stderr}")
    built = run(["cmake", "--build", BUILD, "-j", str(os.cpu_count()), "--target", *targets])
    if built.returncode != 0:
        raise RuntimeError(f"{bug.id}: does not compile:\n{built.stdout[-3000:]}")


def row(bug, caught):
    cells = [caught.get(name) or "-" for name in DETECTORS]
    return f"| {bug.id} | {bug.title} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description="Plants known bugs and sees what catches them.")
    parser.add_argument("bugs", nargs="*")
    parser.add_argument("--detectors", default=",".join(DETECTORS))
    parser.add_argument("--table", type=pathlib.Path, help="write the results as a table in Markdown")
    parser.add_argument("--json", type=pathlib.Path, help="write the results for other programs; a run is resumed")
    arguments = parser.parse_args()
    chosen = arguments.detectors.split(",")
    bugs = [plant.find(i) for i in arguments.bugs] if arguments.bugs else plant.all_bugs()
    results = json.loads(arguments.json.read_text()) if arguments.json and arguments.json.exists() else {}
    survivors = []
    for bug in bugs:
        if bug.id not in results:
            start = time.monotonic()
            build(bug, [DETECTORS[name][1] for name in chosen])
            results[bug.id] = {name: DETECTORS[name][0]() for name in chosen}
            if arguments.json:
                arguments.json.write_text(json.dumps(results, indent=1) + "\n")
            took = time.monotonic() - start
        else:
            took = 0
        caught = results[bug.id]
        print(row(bug, caught) + f"  ({took:.0f} s)", flush=True)
        if not any(caught.values()):
            survivors.append(bug.id)
    if arguments.table:
        head = ["| id | bug | " + " | ".join(DETECTORS) + " |", "|---" * (2 + len(DETECTORS)) + "|"]
        arguments.table.write_text("\n".join(head + [row(bug, results[bug.id]) for bug in bugs]) + "\n")
    if survivors:
        print(f"NOT CAUGHT: {' '.join(survivors)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
