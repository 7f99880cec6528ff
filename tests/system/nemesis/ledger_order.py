"""The direct rules: the ledger gives every write its index and every read the index it is as of, so that one order of all
operations is known, and only has to be held against the clock and against the values. Linear in the history (and sorting)."""
import bisect
import collections


def violations(history, ledger):
    yield from _order_violations(history, ledger)
    yield from _value_violations(history, ledger)


def _placed(history, ledger):
    """(invoke, complete or infinity, index, is a write, operation) of all operations whose place is known."""
    for o in history:
        if o['op'] == 'read':
            if o['outcome'] == 'ok':
                yield o['invoke'], o['complete'], o['index'], False, o
        elif o['outcome'] == 'ok':
            yield o['invoke'], o['complete'], o['index'], True, o
        elif o['outcome'] == 'unknown' and o['digest'] in ledger.index_of:
            yield o['invoke'], float('inf'), ledger.index_of[o['digest']], True, o


def _order_violations(history, ledger):
    """Whoever begins after another has ended comes after it in the ledger. Reads of any node may be old, but what they
    saw had happened."""
    placed = list(_placed(history, ledger))
    by_end = sorted((p for p in placed if p[1] != float('inf')), key=lambda p: p[1])
    ended, highest = 0, (0, None)
    for invoke, _, index, is_write, o in sorted(placed, key=lambda p: p[0]):
        while ended < len(by_end) and by_end[ended][1] < invoke:
            highest = max(highest, (by_end[ended][2], ended))
            ended += 1
        if not is_write and o['mode'] != 'linearizable':
            continue
        if index < highest[0] or (is_write and index == highest[0]):
            before = by_end[highest[1]][4]
            yield (f'{_name(o)} at index {index} began at {invoke}, after {_name(before)} at index {highest[0]} had ended '
                   f'at {before["complete"]}')


def _value_violations(history, ledger):
    """Every read, old or not, shows the state of the ledger at the index that it names; so does every sealed status."""
    for o in history:
        if o['op'] != 'read' or o['outcome'] != 'ok':
            continue
        for number, status in zip(o['attestations'], o['statuses']):
            true = ledger.status_at(number, o['index'])
            if status != true:
                yield f'{_name(o)} says that {number} is {status} as of index {o["index"]}, where it is {true}'
        if 'sealed' in o:
            true = ledger.status_at(o['attestations'][0], o['sealed']['as_of'])
            if o['sealed']['status'] != true:
                yield f'{_name(o)} proves {o["sealed"]}, and it is {true} there'


def _name(o):
    what = o.get('attestations') or o.get('attestation') or o.get('digest', '')[:12]
    return f'{o["op"]} {what} of process {o["process"]}'


class Statuses:
    """The status of every number at every index, from the accepted entries in order."""

    def __init__(self):
        self._changes = collections.defaultdict(lambda: ([], []))  # number: (indexes, statuses)

    def set(self, number, index, status):
        indexes, statuses = self._changes[number]
        indexes.append(index)
        statuses.append(status)

    def at(self, number, index):
        if number not in self._changes:
            return 'absent'
        indexes, statuses = self._changes[number]
        i = bisect.bisect_right(indexes, index)
        return statuses[i - 1] if i else 'absent'
