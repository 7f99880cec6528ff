"""Is a concurrent history of one object linearizable (Herlihy and Wing 1990)?

The search is that of Wing and Gong (1993) with memoisation, in Lowe's form (2017, "just-in-time linearization"): going
through the history in order of time, it keeps every pair of a state of the object and the set of operations that have
taken effect though they have not returned yet. An operation that nobody heard an answer of never returns: it may take
effect at any later time, or never.
"""
import collections

# `invoke` and `complete` are on one clock; complete is None for an operation of unknown outcome. `op` is for `step`.
Call = collections.namedtuple('Call', 'invoke complete op')

IMPOSSIBLE = object()  # what `step` returns for an operation that a state does not allow


class TooHard(Exception):
    """More possibilities than can be held: nothing is known of the history."""


class Failure:
    """No order explains the history: when `call` returns, it can have taken effect in none of `states`."""

    def __init__(self, call, states, concurrent):
        self.call, self.states, self.concurrent = call, states, concurrent

    def __str__(self):
        return (f'{self.call.op} called at {self.call.invoke}, answered at {self.call.complete}: impossible when the state was '
                f'{" or ".join(sorted(map(str, self.states)))}; at the same time: {[c.op for c in self.concurrent]}')


def check(calls, step, initial, limit=200_000):
    """None when the history is linearizable, else the first Failure. step(state, op) gives the next state, or IMPOSSIBLE."""
    # At equal times calls come before returns: the operations count as concurrent.
    events = sorted([(c.invoke, 0, i) for i, c in enumerate(calls)] +
                    [(c.complete, 1, i) for i, c in enumerate(calls) if c.complete is not None])
    pending = []  # called and not returned, in order of their calls
    worlds = _Worlds()
    worlds.add(initial, frozenset(), frozenset())
    for _, returns, i in events:
        if not returns:
            pending.append(i)
            continue
        explained = _let_return(i, worlds, pending, calls, step, limit)
        if not explained.all:
            return Failure(calls[i], {state for state, _, _ in worlds.all}, [calls[j] for j in pending if j != i])
        pending.remove(i)
        worlds = explained
    return None


class _Worlds:
    """Pairs of a state and the pending operations that have taken effect in it, those of unknown outcome apart. Of worlds
    that differ in the latter alone, one that has used up fewer can do all that the others can, and they are left out."""

    def __init__(self):
        self.all = []
        self._used = collections.defaultdict(list)

    def add(self, state, done, unknown):
        alike = self._used[state, done]
        if any(used <= unknown for used in alike):
            return False
        alike.append(unknown)
        self.all.append((state, done, unknown))
        return True


def _let_return(returning, worlds, pending, calls, step, limit):
    """All worlds in which the returning operation has taken effect, and no more operations than were needed for that."""
    found, seen = _Worlds(), _Worlds()
    todo = collections.deque()  # breadth first, so that worlds with less used up come before the others
    for world in sorted(worlds.all, key=lambda w: len(w[2])):
        if seen.add(*world):
            todo.append(world)
    while todo:
        state, done, unknown = todo.popleft()
        if returning in done:
            found.add(state, done - {returning}, unknown)
            continue
        tried = set()
        for j in pending:
            open_ended = calls[j].complete is None
            if j in done or j in unknown:
                continue
            if open_ended:
                # Unknown operations that do the same are exchangeable: the one called first will do.
                if calls[j].op in tried:
                    continue
                tried.add(calls[j].op)
            after = step(state, calls[j].op)
            if after is IMPOSSIBLE:
                continue
            world = (after, done, unknown | {j}) if open_ended else (after, done | {j}, unknown)
            if seen.add(*world):
                todo.append(world)
        if len(seen.all) > limit:
            raise TooHard(f'more than {limit} possibilities when {calls[returning].op} returns')
    return found
