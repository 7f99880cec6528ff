"""Which faults are injected when: drawn from a seed, one mix after the other, each announced."""
import json
import random
import time

import faults as kinds

MIX_SIZES = [1, 1, 1, 2, 2, 3]
TRIES = 20


class Announcer:
    """Says what happens, on standard output and as JSON lines with times of CLOCK_MONOTONIC."""

    def __init__(self, path, quiet=False):
        self._file = open(path, 'w', encoding='utf-8')
        self._begin = time.monotonic()
        self._quiet = quiet

    def say(self, text, **fields):
        now = time.monotonic_ns()
        self._file.write(json.dumps({'time': now, **fields, 'text': text}) + '\n')
        self._file.flush()
        if not self._quiet:
            print(f'{now / 1e9 - self._begin:7.1f}  {text}', flush=True)

    def close(self):
        self._file.close()


class Injection:
    """One fault from its beginning to its end, in CLOCK_MONOTONIC nanoseconds."""

    def __init__(self, fault, begins, mix):
        self.fault, self.mix = fault, mix
        self.begins = begins  # time.monotonic()
        self.ends = None
        self.began_ns = self.ended_ns = None


class Schedule:
    """Injects mixes: every fault alone once, in some order, then mixes of one to three. What each of them is comes from the
    seed, its number, and who leads then."""

    def __init__(self, bed, seed, names, longest, announcer, leader):
        self._bed, self._seed, self._announcer = bed, seed, announcer
        self._longest = longest  # seconds
        self._leader = leader  # function: the node that leads, or None
        self._kinds = [kinds.ALL[name] for name in names]
        random.Random(seed).shuffle(self._kinds)
        self.done = []         # injections that have ended
        self._waiting, self._active = [], []
        self._mixes = 0

    @property
    def idle(self):
        return not self._waiting and not self._active

    @property
    def mixes(self):
        return self._mixes

    def draw(self):
        """The next mix."""
        rng = random.Random(f'{self._seed}/{self._mixes}')
        self._mixes += 1
        now = time.monotonic()
        if self._mixes <= len(self._kinds):
            self._add(self._kinds[self._mixes - 1](self._bed, rng, self._leader()), now)
            return
        begin, held = now + rng.choice([0, rng.uniform(0, 3)]), set()
        for _ in range(rng.choice(MIX_SIZES)):
            for _ in range(TRIES):
                fault = rng.choice(self._kinds)(self._bed, rng, self._leader())
                if not fault.holds() & held:
                    held |= fault.holds()
                    self._add(fault, begin + rng.uniform(0, 2))
                    break

    def _add(self, fault, begins):
        fault.duration = min(fault.duration, self._longest)
        self._waiting.append(Injection(fault, begins, self._mixes))

    def step(self):
        """Begins and ends what is due."""
        now = time.monotonic()
        for injection in [i for i in self._waiting if i.begins <= now]:
            self._waiting.remove(injection)
            self._begin(injection)
        for injection in [i for i in self._active if i.ends <= now]:
            self._end(injection)

    def heal(self):
        """Ends everything at once."""
        self._waiting.clear()
        for injection in list(self._active):
            self._end(injection)

    def _begin(self, injection):
        fault = injection.fault
        self._announcer.say(f'{fault.name}: {fault.describe()}, for {fault.duration:.1f} s', event='begin', fault=fault.name,
                            mix=injection.mix)
        injection.began_ns = time.monotonic_ns()
        self._active.append(injection)
        fault.begin()
        injection.ends = time.monotonic() + fault.duration

    def _end(self, injection):
        self._active.remove(injection)
        injection.fault.end()
        injection.ended_ns = time.monotonic_ns()
        self.done.append(injection)
        self._announcer.say(f'{injection.fault.name}: over', event='end', fault=injection.fault.name, mix=injection.mix)


def possible(names, bed):
    """Which of these faults this bed can inject."""
    links = bed.links is not None
    has = {'links': links, 'delays': links and bed.links.can_delay(), 'disks': bed.disks is not None, 'clocks': bed.own_clocks}
    return [name for name in names if all(has[need] for need in kinds.ALL[name].needs)]
