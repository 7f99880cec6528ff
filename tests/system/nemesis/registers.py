"""One register for each attestation: what a history says of it, and the rules by which it changes.

A number begins as absent; publishing makes it valid; a status change makes it valid, suspended or revoked, each only from
another status, and nothing follows revoked (docs/verdicts.md: no_change, revoked_is_final).
"""
import collections

import linearizability
from linearizability import IMPOSSIBLE, Call


def step(state, op):
    kind, value = op
    if kind == 'read':
        return state if value == state else IMPOSSIBLE
    if kind == 'publish':
        return 'valid' if state == 'absent' else IMPOSSIBLE
    if state in ('absent', 'void', 'revoked', value):
        return IMPOSSIBLE
    return value


def calls_of(history, numbers_of_unknown):
    """{attestation number: [Call]} of the operations that tell something: writes that were acknowledged or are unknown, and
    linearizable reads that were answered.

    numbers_of_unknown: {digest: first number} for publications whose outcome the client never learned, but the ledger tells.
    One that the ledger does not hold got no number, so that there is no register for it.
    """
    registers = collections.defaultdict(list)
    for o in history:
        if o['outcome'] == 'fail':
            continue
        complete = o['complete'] if o['outcome'] == 'ok' else None
        if o['op'] == 'publish':
            first = o['first'] if complete is not None else numbers_of_unknown.get(o['digest'])
            for i in range(len(o['commitments']) if first is not None else 0):
                registers[first + i].append(Call(o['invoke'], complete, ('publish', None)))
        elif o['op'] == 'status':
            registers[o['attestation']].append(Call(o['invoke'], complete, ('set', o['status'])))
        elif o['mode'] == 'linearizable':
            for number, status in zip(o['attestations'], o['statuses']):
                registers[number].append(Call(o['invoke'], complete, ('read', status)))
    return registers


def violations(history, numbers_of_unknown):
    """Of every register in order of its number; yields sentences."""
    for number, calls in sorted(calls_of(history, numbers_of_unknown).items()):
        try:
            failure = linearizability.check(calls, step, 'absent')
        except linearizability.TooHard as e:
            failure = e
        if failure is not None:
            yield f'attestation {number}: not linearizable: {failure}'
