#!/usr/bin/env python3
"""Judges a history against the ledgers of all nodes: judge.py HISTORY LEDGER [LEDGER ...]. Exit code 0: nothing is wrong."""
import itertools
import sys

import histories
import ledger as ledgers
import ledger_order
import registers


def judge(history, paths):
    """All that is wrong, as sentences. `paths`: the ledger as each node has it at the end."""
    with open(paths[0], 'rb') as file:
        first = file.read()
    for path in paths[1:]:
        with open(path, 'rb') as file:
            if file.read() != first:
                yield f'{path} differs from {paths[0]}: the nodes do not hold the same ledger'
    ledger = ledgers.Ledger(first.decode().splitlines())
    yield from ledgers.violations(history, ledger)
    operations = histories.merge_identical(history)
    yield from ledger_order.violations(operations, ledger)
    yield from registers.violations(operations, ledger.first_numbers())


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    wrong = 0
    for sentence in itertools.islice(judge(histories.read(sys.argv[1]), sys.argv[2:]), 100):
        print(sentence)
        wrong += 1
    print('nothing is wrong' if wrong == 0 else f'{wrong} violations (at most 100 are shown)')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
