"""The wires between the nodes, and what can be done to them: a bridge, a pair of veth for each node, filters of nftables at
each node's input, narrow links by a token bucket, delay by netem or by a forwarder of our own (delay.py)."""
import os
import pathlib
import subprocess
import sys

SUBNET = '10.77.0'
HUB = f'{SUBNET}.254'  # where the clients are
PORT = 7700
DELAY = pathlib.Path(__file__).resolve().parent / 'delay.py'


def address(number):
    return f'{SUBNET}.{number}'


def mac(number):
    return f'02:53:59:4d:00:{number:02x}'


def run(*command, stdin=None):
    done = subprocess.run([str(c) for c in command], input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}')
    return done.stdout


class Links:
    """Of nodes 1..count. All blocks and losses are between nodes; clients reach every node always."""

    def __init__(self, folder, count):
        self._folder = pathlib.Path(folder)
        self._numbers = range(1, count + 1)
        self._blocked = set()  # (from, to)
        self._loss = {}        # number: percent of what others send it
        self._delays = {}      # number: process
        self._has_netem = None
        self._folder.mkdir(parents=True)
        run('ip', 'link', 'set', 'lo', 'up')
        run('ip', 'link', 'add', 'hub0', 'type', 'bridge')
        run('ip', 'address', 'add', f'{HUB}/24', 'dev', 'hub0')
        run('ip', 'link', 'set', 'hub0', 'up')
        for n in self._numbers:
            self._plug_in(n)

    def close(self):
        """The namespaces go when the program ends; what is left of them in the folder goes now."""
        for n in self._numbers:
            run('umount', '--lazy', self._namespace(n))
            self._namespace(n).unlink()

    def _namespace(self, number):
        return self._folder / f'node-{number}'

    def _plug_in(self, n):
        self._namespace(n).touch()
        run('unshare', f'--net={self._namespace(n)}', 'true')
        run('ip', 'link', 'add', f'node{n}', 'type', 'veth', 'peer', 'name', 'eth0', 'address', mac(n), 'netns',
            self._namespace(n))
        run('ip', 'link', 'set', f'node{n}', 'master', 'hub0', 'up')
        self.at(n, 'ip', 'link', 'set', 'lo', 'up')
        self.at(n, 'ip', 'address', 'add', f'{address(n)}/24', 'dev', 'eth0')
        self.at(n, 'ip', 'link', 'set', 'eth0', 'up')
        # With a delay the way out is another device than the way in.
        self.at(n, 'sh', '-c', 'echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo 0 > /proc/sys/net/ipv4/conf/eth0/rp_filter')
        self._filter(n)

    def within(self, number):
        """What to put before a command so that it runs at a node."""
        return ['nsenter', f'--net={self._namespace(number)}']

    def at(self, number, *command, stdin=None):
        return run(*self.within(number), *command, stdin=stdin)

    def _filter(self, to):
        rules = [f'ip saddr {address(source)} drop' for source, target in sorted(self._blocked) if target == to]
        if to in self._loss:
            rules.append(f'ip saddr != {HUB} numgen random mod 1000 < {round(10 * self._loss[to])} drop')
        # The whole table in one transaction: there is no moment in between.
        self.at(to, 'nft', '-f', '-', stdin='table inet nemesis\ndelete table inet nemesis\ntable inet nemesis {\n'
                'chain input {\ntype filter hook input priority 0; policy accept;\niif lo accept\n' + '\n'.join(rules) + '\n}\n}\n')

    def block(self, pairs):
        """Nothing comes from the first to the second of each pair."""
        self._change_blocked(self._blocked | set(pairs))

    def unblock(self, pairs):
        self._change_blocked(self._blocked - set(pairs))

    def _change_blocked(self, blocked):
        changed = {target for _, target in blocked ^ self._blocked}
        self._blocked = blocked
        for n in changed:
            self._filter(n)

    def lose(self, number, percent):
        """So many in a hundred packets to this node are lost; 0 ends it."""
        if percent:
            self._loss[number] = percent
        else:
            self._loss.pop(number, None)
        self._filter(number)

    def narrow(self, number, kbit):
        """What the node sends goes through a link of so many kbit/s."""
        self.at(number, 'tc', 'qdisc', 'replace', 'dev', 'eth0', 'root', 'tbf', 'rate', f'{kbit}kbit', 'burst', '16kb',
                'latency', '400ms')

    def widen(self, number):
        self.at(number, 'tc', 'qdisc', 'del', 'dev', 'eth0', 'root')

    def delay(self, number, ms, jitter_ms):
        """What the node sends to other nodes arrives so much later."""
        if self._netem():
            self.at(number, 'tc', 'qdisc', 'replace', 'dev', 'eth0', 'root', 'netem', 'delay', f'{ms}ms', f'{jitter_ms}ms')
            return
        process = subprocess.Popen([*self.within(number), sys.executable, DELAY, str(ms), str(jitter_ms), address(number)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._delays[number] = process
        if process.stdout.readline() != b'ready\n':
            raise RuntimeError('the delaying forwarder did not start')

    def can_delay(self):
        return self._netem() or os.access('/dev/net/tun', os.R_OK | os.W_OK)

    def hasten(self, number):
        if number not in self._delays:
            self.widen(number)
            return
        process = self._delays.pop(number)
        process.kill()  # its device goes with it, and the packets that it held: as on a wire that is cut
        process.wait()

    def _netem(self):
        if self._has_netem is None:
            probe = ['tc', 'qdisc', 'replace', 'dev', 'hub0', 'root', 'netem', 'delay', '0ms']
            self._has_netem = subprocess.run(probe, capture_output=True, check=False).returncode == 0
            if self._has_netem:
                run('tc', 'qdisc', 'del', 'dev', 'hub0', 'root')
        return self._has_netem
