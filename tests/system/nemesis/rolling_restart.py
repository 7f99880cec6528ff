#!/usr/bin/env python3
"""What it costs to restart all nodes gracefully (SIGTERM), one after the other, under load.

Ends with 1 when a restart stalls commits for one election timeout or more, or a request was lost that its client sent again
as documented.
"""
import argparse
import sys
import time

import session
import summary
from bed import ELECTION_TIMEOUT
from measuring import Measurement

FLOWING = 20  # acknowledgements


class RollingRestart(Measurement):
    def work(self):
        self.restarts = []  # (node, whether it led, begin, end), CLOCK_MONOTONIC in ns
        with self.load() as load:
            for _ in range(self.options.rounds):
                for node in self.bed.nodes:
                    load.must_run()
                    self.await_acknowledgements(FLOWING)
                    self._restart(node)
            self.await_acknowledgements(FLOWING)
            load.finish(within=90)

    def _restart(self, node):
        led = self.leader() is node
        begin = time.monotonic_ns()
        node.ask_to_stop()
        node.await_stop()
        stopped = time.monotonic_ns()
        node.start()
        self.await_rejoin()
        self.restarts.append((node, led, begin, time.monotonic_ns()))
        self.announcer.say(f'restarted {node}{", the leader" if led else ""}: ended after {(stopped - begin) / 1e9:.2f} s',
                           event='restart')

    def report(self):
        acknowledged = summary.acknowledgements(self.history)
        print(f'\nrestarts of all nodes, one after the other, {len(acknowledged)} publications meanwhile:')
        for node, led, begin, end in self.restarts:
            stall = summary.longest_gap(acknowledged, begin, end) / ELECTION_TIMEOUT
            print(f'  {str(node):<16}{"leader  " if led else "follower"}  longest time without commits {stall:.2f} election timeouts')
            if stall >= 1:
                self.problem(f'the restart of {node} stalled commits for {stall:.2f} election timeouts')
        lost = [o for o in self.history if o['op'] != 'read' and o['outcome'] != 'ok']
        again = sum(o.get('attempts', 1) > 1 for o in self.history)
        print(f'  requests: {len(acknowledged)} acknowledged, {again} of them sent more than once, {len(lost)} lost')
        for o in lost[:10]:
            self.problem(f'lost: {o}')
        if not any(led for _, led, _, _ in self.restarts):
            self.problem('no leader was among those restarted: the run proves little')


def parse(argv):
    p = argparse.ArgumentParser(prog='scripts/nemesis rolling-restart', description=__doc__)
    p.add_argument('--rounds', type=int, default=1)
    session.add_arguments(p)
    return p.parse_args(argv)


if __name__ == '__main__':
    sys.exit(session.main(RollingRestart, parse(sys.argv[1:])))
