"""What a run came to, as tables."""
import bisect
import collections
import itertools

# Answers that are no trouble: another transaction took the sequence number, or the rules of the register forbid the change.
REFUSALS = ('OUT_OF_RANGE', 'FAILED_PRECONDITION')


def outcome_of(o):
    """ok, refused, failed or unknown."""
    if o['outcome'] == 'fail':
        return 'refused' if o.get('error', '').startswith(REFUSALS) else 'failed'
    return o['outcome']


def acknowledgements(history):
    """When writes were acknowledged, sorted."""
    return sorted(o['complete'] for o in history if o['op'] != 'read' and o['outcome'] == 'ok')


def longest_gap(times, begin, end):
    """The longest time without any of the sorted `times` that touches [begin, end]; in seconds."""
    first = max(bisect.bisect_left(times, begin) - 1, 0)
    last = min(bisect.bisect_right(times, end), len(times) - 1)
    return max((b - a for a, b in zip(times[first:last], times[first + 1:last + 1])), default=0) / 1e9


def _unharmed_spans(members, injections, begin, end):
    """The times within [begin, end] in which nothing harms any of these nodes or the ways between them."""
    ways = set(itertools.permutations(members, 2))
    reached = begin
    for i in sorted(injections, key=lambda i: i.began_ns):
        if not i.fault.harmed() & members and not i.fault.blocked() & ways:
            continue
        if i.began_ns > reached:
            yield reached, min(i.began_ns, end)
        reached = max(reached, i.ended_ns)
    if reached < end:
        yield reached, end


def longest_stall_with_majority(history, injections, numbers):
    """The longest time without an acknowledgement in which some majority of the nodes, always the same, was unharmed and
    connected; in seconds."""
    acknowledged = acknowledgements(history)
    longest = 0
    for members in itertools.combinations(numbers, len(numbers) // 2 + 1):
        for begin, end in _unharmed_spans(set(members), injections, acknowledged[0], acknowledged[-1]):
            times = acknowledged[bisect.bisect_left(acknowledged, begin):bisect.bisect_right(acknowledged, end)]
            points = [begin, *times, end]
            longest = max(longest, max(b - a for a, b in zip(points, points[1:])))
    return longest / 1e9


def by_fault(history, injections):
    """{fault: figures} of the operations that were under way while it lasted; '(none)': those with no fault around them."""
    table = collections.defaultdict(lambda: collections.Counter())
    acknowledged = acknowledgements(history)
    spans = sorted((i.began_ns, i.ended_ns, i.fault.name) for i in injections)
    for begin, end, name in spans:
        table[name]['injected'] += 1
        table[name]['seconds'] += (end - begin) / 1e9
        table[name]['stall'] = max(table[name]['stall'], longest_gap(acknowledged, begin, end))
    begins = [s[0] for s in spans]
    longest = max((end - begin for begin, end, _ in spans), default=0)
    for o in history:
        low = bisect.bisect_left(begins, o['invoke'] - longest)
        high = bisect.bisect_right(begins, o['complete'])
        names = {name for _, end, name in spans[low:high] if end >= o['invoke']}
        kind = 'read' if o['op'] == 'read' else 'write'
        for name in names or {'(none)'}:
            table[name][f'{kind} {outcome_of(o)}'] += 1
    return table


COLUMNS = [('injected', 'times'), ('seconds', 'seconds'), ('write ok', 'w ok'), ('write refused', 'w refused'),
           ('write failed', 'w failed'), ('write unknown', 'w unknown'), ('read ok', 'r ok'), ('read failed', 'r failed'),
           ('stall', 'stall s')]


def fault_table(history, injections):
    table = by_fault(history, injections)
    lines = [f'{"fault":<20}' + ''.join(f'{title:>11}' for _, title in COLUMNS)]
    for name in sorted(table, key=lambda n: (n == '(none)', n)):
        cells = (f'{table[name][key]:>11.1f}' if key in ('seconds', 'stall') else f'{table[name][key]:>11}' for key, _ in COLUMNS)
        lines.append(f'{name:<20}' + ''.join(cells))
    return '\n'.join(lines)


def errors(history):
    """How often each kind of error was the last word about an operation."""
    counted = collections.Counter()
    for o in history:
        if 'error' in o:
            counted[f'{o["op"]} {o["outcome"]}: {o["error"].split(":")[0]}'] += 1
    return [f'{n:>7}  {what}' for what, n in counted.most_common()]


def harmed_disks(injections, kinds=()):
    """{fault: how many disks it did harm to}, of the faults that do. Those of `kinds` also if they never happened."""
    counted = {kind.name: 0 for kind in kinds if hasattr(kind, 'harmed_disks')}
    for i in injections:
        if hasattr(i.fault, 'harmed_disks'):
            counted[i.fault.name] = counted.get(i.fault.name, 0) + i.fault.harmed_disks
    return counted


def coverage(history, ledger, leaders):
    """Whether the run saw anything: a run without resent transactions and changes of leader proves little."""
    writes = [o for o in history if o['op'] != 'read']
    return {
        'operations': len(history),
        'acknowledged': sum(o['outcome'] == 'ok' for o in history),
        'of them writes': sum(o['outcome'] == 'ok' for o in writes),
        'linearizable reads': sum(o['op'] == 'read' and o['mode'] == 'linearizable' and o['outcome'] == 'ok' for o in history),
        'sent more than once': sum(o.get('attempts', 1) > 1 for o in writes),
        'acknowledged by a later sending': sum(bool(o.get('existing')) for o in writes),
        'unknown, and in the ledger': sum(o['outcome'] == 'unknown' and o['digest'] in ledger.index_of for o in writes),
        'unknown, and not': sum(o['outcome'] == 'unknown' and o['digest'] not in ledger.index_of for o in writes),
        'leaders seen': len(leaders),
        'terms in the ledger': len({e['term'] for e in ledger.entries}),
        'entries': len(ledger.entries),
        'attestations': sum(e['count'] for e in ledger.entries),
    }
