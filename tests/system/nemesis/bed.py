"""The test bed: real symbolond processes, each with its own namespace, disk and clock where the machine allows it."""
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time

import links

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get('SYMBOLON_BIN', ROOT / 'build' / 'release' / 'bin'))
WALL_CLOCK = BIN.parent / 'lib' / 'libwall_clock.so'  # wall_clock.c
ELECTION_TIMEOUT = 1.0  # seconds: the default configuration's election_ticks * tick_ms
DISK_MIB = 384
FLOOR_MIB = 32  # min_free_disk_mib

AGENCIES = [('THA-DOPA', 'birth'), ('PHL-PSA', 'identity_document'), ('VNM-XNC', 'travel_document'),
            ('BGD-ORG', 'birth'), ('UNHCR-REG', 'protection_status'), ('IDN-DUKC', 'birth'), ('KHM-GDI', 'birth')]

SMALL_NODE = f'''
[memory]
block_cache_mib = 16
write_buffer_mib = 4
tile_cache_mib = 4
entry_cache_mib = 16
decoded_cache_mib = 16
inbox_mib = 16

[limits]
grpc_memory_mib = 64
min_free_disk_mib = {FLOOR_MIB}
'''


def symbolon(*arguments, timeout=300):
    done = subprocess.run([BIN / 'symbolon', '--json', *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f'symbolon {" ".join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


class Node:
    """One symbolond. What ends by itself and was not asked to is started again, as a service manager would, and counted."""

    RESTART_AFTER = 1.0  # seconds
    STOPS_WITHIN = 30.0
    DISK_TROUBLE_LASTS = 15.0  # after there is space again

    def __init__(self, bed, number, agency):
        self.bed, self.number, self.agency = bed, number, agency
        self.folder = bed.network / agency / 'node'
        self.log = bed.folder / f'node-{number}.log'
        self.clock = self.folder / 'clock'
        self.process = None
        self.wanted = False
        self.paused = False
        self.ended = None    # when it was seen to have ended by itself
        self.own_exits = 0
        self.disk_trouble_until = 0.0

    def __str__(self):
        return f'{self.agency} ({self.number})'

    @property
    def disk(self):
        return self.folder / 'disk'

    @property
    def data(self):
        return self.disk / 'data'

    def start(self):
        command = [BIN / 'symbolond', '--config', self.folder / 'node.toml']
        if self.bed.own_clocks:
            command = ['env', f'LD_PRELOAD={WALL_CLOCK}', f'SYMBOLON_TEST_WALL_CLOCK={self.clock}', *command]
        if self.bed.links:
            command = self.bed.links.within(self.number) + command
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wanted, self.paused, self.ended = True, False, None

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.wanted = False
        if self.running():
            self.process.kill()
            self.process.wait()
        self.paused = False

    def ask_to_stop(self):
        self.wanted = False
        if self.running():
            self.process.terminate()

    def await_stop(self):
        """After ask_to_stop. RuntimeError when it does not end, or not well."""
        if self.process is None:
            return
        try:
            code = self.process.wait(self.STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f'{self} does not end on SIGTERM within {self.STOPS_WITHIN} s') from None
        if code != 0 and not self.may_end():
            raise RuntimeError(f'{self} ended with {code} on SIGTERM: {self.last_words()}')

    def pause(self):
        if self.running():
            self.process.send_signal(signal.SIGSTOP)
            self.paused = True

    def resume(self):
        if self.running():
            self.process.send_signal(signal.SIGCONT)
        self.paused = False

    def disk_is_full(self):
        self.disk_trouble_until = float('inf')

    def disk_has_space(self):
        self.disk_trouble_until = time.monotonic() + self.DISK_TROUBLE_LASTS

    def may_end(self):
        """Whether it is allowed to end by itself: a write that failed is final."""
        return time.monotonic() < self.disk_trouble_until

    def set_clock(self, offset_seconds):
        """How far its wall clock is from the machine's. At once: the process has the file in its memory."""
        with open(self.clock, 'r+b' if self.clock.exists() else 'wb') as file:
            file.write(struct.pack('=q', int(offset_seconds * 1e9)))

    def tend(self):
        """Starts it again some time after it has ended by itself; the end as a sentence, once, or None."""
        if not self.wanted or self.running():
            return None
        if self.ended is None:
            self.ended = time.monotonic()
            self.own_exits += 1
            return f'{self} ended by itself with {self.process.returncode}: {self.last_words()}'
        if time.monotonic() > self.ended + self.RESTART_AFTER:
            self.start()
        return None

    def last_words(self):
        try:
            return self.log.read_text(errors='replace').splitlines()[-1][-300:]
        except (OSError, IndexError):
            return '(nothing in its log)'


class Bed:
    """Use as a context manager. `isolated`: in namespaces (isolation.py), else on plain loopback, where only processes,
    clocks and files can be harmed."""

    def __init__(self, folder, count, isolated, own_clocks):
        if not 1 <= count <= len(AGENCIES):
            raise ValueError(f'from 1 to {len(AGENCIES)} nodes')
        self.folder = pathlib.Path(folder)
        self.network = self.folder / 'network'
        self.own_clocks = own_clocks
        self.keep = False  # copy the nodes' data from their disks at the end
        self.damaged = None  # the node whose disk was harmed, until it has everything again
        self._damaged_at, self._goal = 0, None
        self.disks = None  # 'images', 'memory' or None: the machine's own disk, which nobody may fill
        self.links = links.Links(self.folder / 'namespaces', count) if isolated else None
        self._make_network(AGENCIES[:count])
        # In the order of the registry, which is that of their numbers in the genesis' plan.
        self.nodes = [Node(self, i + 1, agency) for i, (agency, _) in enumerate(AGENCIES[:count])]
        for node in self.nodes:
            self._furnish(node, isolated)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.kill()
        for node in self.nodes:
            if self.disks:
                if self.keep:
                    shutil.copytree(node.data, node.folder / 'data')
                subprocess.run(['umount', '--lazy', node.disk], check=False)
                (self.folder / f'disk-{node.number}.img').unlink(missing_ok=True)
        if self.links:
            self.links.close()

    def note_damage(self, node):
        self.damaged, self._damaged_at, self._goal = node, time.monotonic_ns(), None

    def note_states(self, states):
        """What the nodes say of themselves ({agency: state}): the damaged one is whole again when it says that it is a member,
        and has applied all that was committed when it was damaged."""
        if self.damaged is None:
            return
        if self._goal is None and states:
            self._goal = max(s['commit'] for s in states.values())
        state = states.get(self.damaged.agency)
        if state and state['time'] > self._damaged_at and state['standing'] == 'member' and state['applied'] >= self._goal:
            self.damaged = None

    def node(self, agency):
        return next(n for n in self.nodes if n.agency == agency)

    def _make_network(self, agencies):
        plan = ['origin = "nemesis.symbolon.example"', 'issue_time_granularity_seconds = 60']
        for i, (agency, record_type) in enumerate(agencies):
            address = f'{links.address(i + 1)}:{links.PORT}' if self.links else '127.0.0.1:0'
            plan += ['[[agency]]', f'id = "{agency}"', f'name = "{agency}"', f'issues = ["{record_type}"]',
                     f'address = "{address}"', 'clients = ["registrar", "verifier", "auditor", "operator"]']
        (self.folder / 'network.toml').write_text('\n'.join(plan) + '\n')
        symbolon('network', 'init', '--config', self.folder / 'network.toml', '--out', self.network)

    def _furnish(self, node, isolated):
        node.disk.mkdir()
        if isolated:
            self._mount(node)
        shutil.move(node.folder / 'data', node.data)
        config = node.folder / 'node.toml'
        config.write_text(config.read_text().replace('data_dir = "data"', 'data_dir = "disk/data"') + SMALL_NODE)
        node.set_clock(0)

    def _mount(self, node):
        """A small disk: a file system in a file, so that a sync is one; where the machine has no loop devices, in memory."""
        if self.disks != 'memory':
            image = self.folder / f'disk-{node.number}.img'
            with open(image, 'wb') as file:
                file.truncate(DISK_MIB << 20)
            subprocess.run(['mkfs.ext4', '-q', '-F', '-m', '0', image], check=True)
            if subprocess.run(['mount', '-o', 'loop', image, node.disk], capture_output=True, check=False).returncode == 0:
                self.disks = 'images'
                shutil.rmtree(node.disk / 'lost+found')
                return
            image.unlink()
        self.disks = 'memory'
        subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={DISK_MIB}m', 'tmpfs', node.disk], check=True)

    def tend(self):
        """What the nodes did by themselves since it was called last, as sentences."""
        return [said for said in (node.tend() for node in self.nodes) if said]
