#!/usr/bin/env python3
"""Plants one known bug: writes changed copies of the product's files, which are linked in their place.

  plant.py --check            every bug still fits the code: each text to replace occurs exactly once
  plant.py --list             ids and titles
  plant.py M-01 --into DIR    DIR/<path> for each file that the bug changes; prints those paths, ';' between

A bug is a file bugs/M-xx-*.toml: a title, what should notice it first, and one or more replacements. The
product's own files know nothing of them.
"""

import argparse
import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Bug:
    def __init__(self, path):
        self.path = path
        self.id = "-".join(path.stem.split("-")[:2])
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        self.title = data["title"]
        self.expected = data["expected"]  # the detector that the list of bugs names first
        self.replacements = data["replace"]

    def changed_files(self):
        """{path: changed text}; ValueError when the bug no longer fits the code."""
        texts = {}
        for replacement in self.replacements:
            name, before, after = replacement["file"], replacement["before"], replacement["after"]
            text = texts.get(name)
            if text is None:
                text = (ROOT / name).read_text(encoding="utf-8")
            if text.count(before) != 1:
                raise ValueError(
                    f"{self.path.name}: the text to replace occurs {text.count(before)} times in {name}, not "
                    f"once; follow the change in the code:\n{before}")
            if not name.endswith(".cc"):
                raise ValueError(f"{self.path.name}: {name} is compiled into more than one object; plant it in a .cc")
            if before == after:
                raise ValueError(f"{self.path.name}: nothing is replaced in {name}")
            texts[name] = text.replace(before, after)
        return texts


def all_bugs():
    return [Bug(path) for path in sorted((HERE / "bugs").glob("M-*.toml"))]


def find(bug_id):
    found = [bug for bug in all_bugs() if bug.id == bug_id]
    if len(found) != 1:
        raise ValueError(f"no planted bug {bug_id}; plant.py --list names them")
    return found[0]


def check():
    bugs = all_bugs()
    ids = [bug.id for bug in bugs]
    if len(set(ids)) != len(ids):
        raise ValueError("two planted bugs have one id")
    for bug in bugs:
        bug.changed_files()
    print(f"{len(bugs)} planted bugs fit the code")


def plant(bug_id, into):
    changed = find(bug_id).changed_files()
    for old in [path for path in into.rglob("*.cc") if path.relative_to(into).as_posix() not in changed]:
        old.unlink()
    for name, text in changed.items():
        target = into / name
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue  # not to be compiled again
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    print(";".join(changed), end="")


def main():
    parser = argparse.ArgumentParser(description="Plants one known bug in a copy of the files that it changes.")
    parser.add_argument("bug", nargs="?")
    parser.add_argument("--into", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    try:
        if arguments.check:
            check()
        elif arguments.list:
            for bug in all_bugs():
                print(f"{bug.id}  {bug.title}")
        elif arguments.bug and arguments.into:
            plant(arguments.bug, arguments.into)
        else:
            parser.error("name a bug and --into, or --check, or --list")
    except (ValueError, OSError, KeyError, tomllib.TOMLDecodeError) as error:
        print(f"plant.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
