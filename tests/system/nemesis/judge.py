#!/usr/bin/env python3
"""Judges a history against the ledgers of all nodes: judge.py HISTORY LEDGER [LEDGER ...]. Exit code 0: nothing is wrong."""
import itertools
import sys

import histories
import ledger as ledgers
import ledger_order
import registers

MOST_SENTENCES = 30  # of one rule


def judge(history, paths):
    """(what must hold, the violations as sentences) for each rule. `paths`: the ledger as each node has it at the end."""
    ledger = ledgers.Ledger.read(paths[0])
    operations = histories.merge_identical(history)
    yield 'all nodes hold the same ledger', _differences(paths)
    yield 'nothing acknowledged is lost, nothing else is there, one root for a size', ledgers.violations(history, ledger)
    yield "the ledger's order explains every answer", ledger_order.violations(operations, ledger)
    yield 'every attestation is a linearizable register', registers.violations(operations, ledger.first_numbers())


def _differences(paths):
    with open(paths[0], 'rb') as file:
        first = file.read()
    for path in paths[1:]:
        with open(path, 'rb') as file:
            if file.read() != first:
                yield f'{path} differs from {paths[0]}: the nodes do not hold the same ledger'


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    wrong = 0
    for rule, violations in judge(histories.read(sys.argv[1]), sys.argv[2:]):
        sentences = list(itertools.islice(violations, MOST_SENTENCES))
        wrong += len(sentences)
        print('\n'.join([f'{"no" if sentences else "yes":<5}{rule}', *sentences]))
    print('nothing is wrong' if wrong == 0 else f'{wrong} violations (at most {MOST_SENTENCES} of a rule are shown)')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
