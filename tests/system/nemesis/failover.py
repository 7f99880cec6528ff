#!/usr/bin/env python3
"""How long nothing is committed after the leader is killed (SIGKILL), under load, in election timeouts.

Ends with 1 when the longest is 3 election timeouts or more, the median 2 or more, or anything acknowledged was lost.
"""
import argparse
import statistics
import sys
import time

import session
import summary
from bed import ELECTION_TIMEOUT
from measuring import Measurement

LONGEST, MEDIAN = 3, 2  # election timeouts
LOOK_FOR = 4 * ELECTION_TIMEOUT  # the first pause after the kill need not be the longest: timeouts are drawn from 1 to 2 times
FLOWING = 20            # acknowledgements


class Failover(Measurement):
    def work(self):
        self.kills = []  # CLOCK_MONOTONIC, ns
        with self.load() as load:
            for i in range(self.options.kills):
                load.must_run()
                self.await_rejoin()
                self.await_acknowledgements(FLOWING)
                leader = self.leader()
                if leader is None:
                    raise RuntimeError('there is no leader, though nobody was harmed')
                self.kills.append(time.monotonic_ns())
                leader.kill()
                self.announcer.say(f'{i + 1}: killed {leader}', event='kill')
                time.sleep(LOOK_FOR)
                self.await_acknowledgements(FLOWING)
                leader.start()
            load.finish(within=90)

    def report(self):
        acknowledged = summary.acknowledgements(self.history)
        stalls = sorted(summary.longest_gap(acknowledged, kill, kill + LOOK_FOR * 1e9) / ELECTION_TIMEOUT for kill in self.kills)
        median = statistics.median(stalls)
        print(f'\ntime without commits after SIGKILL of the leader, in election timeouts of {ELECTION_TIMEOUT:.0f} s, {len(stalls)} kills:')
        print(f'  shortest {stalls[0]:.2f}, median {median:.2f} (must be below {MEDIAN}), longest {stalls[-1]:.2f} (below {LONGEST})')
        print('  all: ' + ' '.join(f'{s:.2f}' for s in stalls))
        if stalls[-1] >= LONGEST or median >= MEDIAN:
            self.problem('failover takes too long')


def parse(argv):
    p = argparse.ArgumentParser(prog='scripts/nemesis failover', description=__doc__)
    p.add_argument('--kills', type=int, default=50)
    session.add_arguments(p)
    return p.parse_args(argv)


if __name__ == '__main__':
    sys.exit(session.main(Failover, parse(sys.argv[1:])))
