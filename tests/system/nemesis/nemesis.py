#!/usr/bin/env python3
"""Real nodes under a nemesis: injects faults for some minutes while clients work, then judges everything they were told.

Ends with 0 when nothing is wrong, 1 with what is (all logs are kept), 2 when it cannot run here.
"""
import argparse
import random
import sys
import time

import faults
import schedule
import session
import summary
from bed import ELECTION_TIMEOUT
from watcher import Load

MIXES_UNTIL_CALM = 6  # then everything is healed, and all nodes must come back by themselves
GIVE_UP_MS = 8000
PROVES_SOMETHING = 5  # minutes with all faults: then these must have been met, and every kind of disk harmed
MUST_MEET = ('linearizable reads', 'sent more than once', 'acknowledged by a later sending')
LONGEST_STALL = 15 * ELECTION_TIMEOUT  # with an unharmed majority: it takes one or two, more where the machine is slow


class Nemesis(session.Session):
    own_clocks = True

    def __init__(self, options, bed, announcer):
        super().__init__(options, bed, announcer)
        self.rejoins = []  # seconds
        names = schedule.possible(options.names, bed)
        announcer.say(f'seed {options.seed}; faults: {", ".join(names)}')
        if set(names) != set(options.names):
            announcer.say(f'not possible here: {", ".join(n for n in options.names if n not in names)}')
        self.schedule = schedule.Schedule(bed, options.seed, names, options.longest, announcer, self.leader)

    def work(self):
        with Load(self.bed, self.history_file, seed=self.options.seed, registrars=self.options.registrars,
                  readers=self.options.readers, give_up_ms=GIVE_UP_MS) as load:
            end = time.monotonic() + 60 * self.options.minutes
            try:
                while time.monotonic() < end:
                    load.must_run()
                    if self.schedule.idle:
                        if self.schedule.mixes % MIXES_UNTIL_CALM == MIXES_UNTIL_CALM - 1:
                            self._rejoin()
                        self.schedule.draw()
                    self.schedule.step()
                    self.tend()
                    time.sleep(session.STEP)
            finally:
                self.schedule.heal()
            self._rejoin()
            load.finish(within=4 * GIVE_UP_MS / 1000)

    def _rejoin(self):
        self.rejoins.append(self.await_rejoin())
        self.announcer.say(f'all nodes are back after {self.rejoins[-1]:.1f} s', event='calm')

    def report(self):
        done = self.schedule.done
        print(f'\n{self.options.minutes:.1f} minutes, {len(done)} faults of {len({i.fault.name for i in done})} kinds\n')
        print(summary.fault_table(self.history, done))
        print()
        for what, n in summary.coverage(self.history, self.ledger, self.watcher.leaders).items():
            print(f'{n:>9}  {what}')
        print(f'{sum(n.own_exits for n in self.bed.nodes):>9}  ends of nodes by themselves, on a full disk; started again')
        print(f'{max(self.rejoins):>9.1f}  seconds, the longest until all nodes were back after all faults had ended '
              f'({len(self.rejoins)} times)')
        stall = summary.longest_stall_with_majority(self.history, done, [n.number for n in self.bed.nodes])
        print(f'{stall:>9.1f}  seconds, the longest without commits while some majority was unharmed and connected')
        harmed = summary.harmed_disks(done, [faults.ALL[name] for name in self.options.names])
        print(f'{sum(harmed.values()):>9}  disks harmed ({", ".join(f"{n} by {kind}" for kind, n in harmed.items())})')
        print('\nlast errors of operations:')
        print('\n'.join(summary.errors(self.history)))
        if self.options.minutes >= PROVES_SOMETHING and set(self.options.names) == set(faults.ALL):
            met = summary.coverage(self.history, self.ledger, self.watcher.leaders)
            self.verdict('the run met what it is for', [f'never: {what}' for what in MUST_MEET if not met[what]] +
                         [f'never: a disk harmed by {kind}' for kind, n in harmed.items() if n == 0])
        self.verdict('no node needed a hand to come back', [])  # in vain waited for: the run had ended there
        self.verdict(f'no stall of {LONGEST_STALL:.0f} s with an unharmed majority',
                      [f'nothing was committed for {stall:.1f} s'] if stall > LONGEST_STALL else [])
        print()
        for rule, holds in self.verdicts:
            print(f'{"yes" if holds else "NO":>9}  {rule}')
        print()


def parse(argv):
    p = argparse.ArgumentParser(prog='scripts/nemesis', description=__doc__)
    p.add_argument('--minutes', type=float, default=5, help='of faults (default 5)')
    p.add_argument('--seed', type=int, help='of all choices (default: another one each time)')
    p.add_argument('--faults', help=f'comma-separated; default: all: {", ".join(faults.ALL)}')
    p.add_argument('--longest', type=float, default=60, metavar='SECONDS', help='no fault lasts longer')
    p.add_argument('--registrars', type=int, default=2, help='of each agency (default 2)')
    p.add_argument('--readers', type=int, default=4)
    session.add_arguments(p)
    options = p.parse_args(argv)
    options.names = list(faults.ALL) if options.faults is None else options.faults.split(',')
    for name in options.names:
        if name not in faults.ALL:
            p.error(f'--faults: there is no {name}')
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 32)
    return options


if __name__ == '__main__':
    sys.exit(session.main(Nemesis, parse(sys.argv[1:])))
