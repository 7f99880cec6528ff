#!/usr/bin/env python3
"""Replays traces of the consensus core through the model: replay.py FILE_OR_FOLDER...

Prints for each file how many steps were accepted, or the first that is not: file and line, the rule, what was expected. Exit code 1
if any was refused. The format is docs/trace-format.md.
"""

import json
import os
import sys

from raft_model import Node
from raft_rules import Broken, expect
from raft_world import World


def replay(lines):
    """Judges the lines of one file. Returns (steps accepted, None) or (line number, Broken)."""
    nodes, world, number = {}, None, 0
    try:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            if number == 1:
                expect(line.get("trace") == "symbolon-consensus" and line.get("version") == 1, "header: a trace of version 1", "version 1", line)
                world = World() if line["closed"] else None
                continue
            node = nodes.setdefault(line["node"], None) or Node(line["node"], world)
            nodes[line["node"]] = node
            node.step(line)
        expect(number, "header: the file is empty")
    except Broken as broken:
        return number, broken
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return number, Broken("line: cannot be read as the format says", "docs/trace-format.md", repr(error))
    return number - 1, None


def files_of(paths):
    for path in paths:
        if os.path.isdir(path):
            yield from (os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".jsonl"))
        else:
            yield path


def main(paths):
    if not paths:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    refused = 0
    for path in files_of(paths):
        with open(path, encoding="utf-8") as lines:
            count, broken = replay(lines)
        if broken:
            refused += 1
            print("%s:%d: %s" % (path, count, broken))
        else:
            print("%s: %d steps accepted" % (path, count))
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
