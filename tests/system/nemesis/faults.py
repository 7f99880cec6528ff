"""The faults. Each says what it does, does it, and undoes it; what it chooses comes from the generator that it is given.

A fault is made for one injection. `holds` names what it needs for itself alone, so that no two of a mix disturb each other's
undoing: ('process', n), ('link', n), ('clock', n), ('disk', n) of node n, and 'blocks' for the one table of partitions.
"""
import itertools

import damage


class Fault:
    name = ''
    longest = 8.0  # seconds
    needs = ()     # of 'links', 'delays', 'disks', 'clocks'

    def __init__(self, bed, rng, leader):
        """`leader`: the node that led last, as far as anybody could see, or None."""
        self.bed, self.rng = bed, rng
        self.duration = rng.uniform(0.3, self.longest)
        self.targets = []
        self.choose(leader)

    def choose(self, leader):
        """Fills targets; half of the time the leader is among them."""
        self.targets = self._some(leader, self.rng.choice([1, 1, 1, 2]))

    def holds(self):
        raise NotImplementedError

    def describe(self):
        return ', '.join(map(str, self.targets))

    def harmed(self):
        """Numbers of the nodes that cannot be counted on meanwhile."""
        return {n.number for n in self.targets}

    def blocked(self):
        """Ways that are blocked: pairs of numbers, from and to."""
        return set()

    def begin(self):
        raise NotImplementedError

    def end(self):
        raise NotImplementedError

    def _some(self, leader, count):
        with_leader = self.rng.random() < 0.5
        chosen = self.rng.sample(self.bed.nodes, min(count, len(self.bed.nodes)))
        if with_leader and leader is not None and leader not in chosen:
            chosen[0] = leader
        return chosen


class Kill(Fault):
    """SIGKILL; started again at the end."""
    name = 'kill'
    longest = 5.0

    def holds(self):
        return {('process', n.number) for n in self.targets}

    def begin(self):
        for node in self.targets:
            node.kill()

    def end(self):
        for node in self.targets:
            node.start()


class KillAll(Kill):
    """Every process at once, as when the power fails (but what the kernel has is kept)."""
    name = 'kill-all'
    longest = 2.0

    def choose(self, leader):
        self.targets = list(self.bed.nodes)


class KillMajority(Kill):
    name = 'kill-majority'

    def choose(self, leader):
        self.targets = self._some(leader, len(self.bed.nodes) // 2 + 1)


class Stop(Kill):
    """SIGTERM: a leader hands over."""
    name = 'stop'
    longest = 4.0

    def begin(self):
        for node in self.targets:
            node.ask_to_stop()

    def end(self):
        for node in self.targets:
            node.await_stop()
            node.start()


class Pause(Fault):
    """SIGSTOP, then SIGCONT."""
    name = 'pause'

    def holds(self):
        return {('process', n.number) for n in self.targets}

    def begin(self):
        for node in self.targets:
            node.pause()

    def end(self):
        for node in self.targets:
            node.resume()


class Partition(Fault):
    """Blocks some ways between nodes."""
    needs = ('links',)
    longest = 12.0

    def choose(self, leader):
        self.order = list(self.bed.nodes)
        self.rng.shuffle(self.order)
        if self.rng.random() < 0.5 and leader is not None:
            self.order.remove(leader)
            self.order.insert(0, leader)

    def holds(self):
        return {'blocks'}

    def begin(self):
        self.bed.links.block(self.blocked())

    def end(self):
        self.bed.links.unblock(self.blocked())

    @staticmethod
    def between(one, other):
        return {(a.number, b.number) for a in one for b in other if a is not b}

    def both_ways(self, one, other):
        return self.between(one, other) | self.between(other, one)


class PartitionHalves(Partition):
    """A minority with the first node, and the majority."""
    name = 'partition-halves'

    def blocked(self):
        cut = len(self.order) // 2
        return self.both_ways(self.order[:cut], self.order[cut:])

    def describe(self):
        cut = len(self.order) // 2
        return f'{", ".join(map(str, self.order[:cut]))} | {", ".join(map(str, self.order[cut:]))}'


class PartitionSingle(Partition):
    name = 'partition-single'

    def blocked(self):
        return self.both_ways(self.order[:1], self.order[1:])

    def describe(self):
        return f'{self.order[0]} alone'


class PartitionOneWay(Partition):
    """The first nodes are not heard by the others, or do not hear them."""
    name = 'partition-one-way'

    def choose(self, leader):
        super().choose(leader)
        self.cut = self.rng.randint(1, len(self.order) // 2)
        self.deaf = self.rng.random() < 0.5

    def blocked(self):
        few, many = self.order[:self.cut], self.order[self.cut:]
        return self.between(many, few) if self.deaf else self.between(few, many)

    def describe(self):
        return f'{", ".join(map(str, self.order[:self.cut]))} {"hear nobody else" if self.deaf else "are not heard"}'


class PartitionBridge(Partition):
    """Two groups that see each other only through one node in the middle."""
    name = 'partition-bridge'

    def blocked(self):
        left = self.order[:(len(self.order) - 1) // 2]
        right = self.order[len(left):-1]
        return self.both_ways(left, right)

    def describe(self):
        return f'{self.order[-1]} is the bridge; {", ".join(map(str, self.order[:(len(self.order) - 1) // 2]))} on one side'


class PartitionRing(Partition):
    """Everybody sees the two next to it."""
    name = 'partition-ring'

    def blocked(self):
        n = len(self.order)
        apart = {(i, j) for i, j in itertools.permutations(range(n), 2) if (i - j) % n not in (1, n - 1)}
        return {(self.order[i].number, self.order[j].number) for i, j in apart}

    def describe(self):
        return ' - '.join(map(str, self.order))


class _Link(Fault):
    needs = ('links',)

    def choose(self, leader):
        super().choose(leader)
        if self.rng.random() < 0.4:
            self.targets = list(self.bed.nodes)

    def holds(self):
        return {(self.kind, n.number) for n in self.targets}


class Loss(_Link):
    """Some of the packets that come to a node are lost."""
    name = 'loss'
    kind = 'input'
    longest = 12.0

    def choose(self, leader):
        super().choose(leader)
        self.percent = self.rng.choice([2, 5, 10, 20, 40])

    def describe(self):
        return f'{self.percent}% of what comes to {super().describe()}'

    def begin(self):
        for node in self.targets:
            self.bed.links.lose(node.number, self.percent)

    def end(self):
        for node in self.targets:
            self.bed.links.lose(node.number, 0)


class NarrowLink(_Link):
    name = 'narrow-link'
    kind = 'link'
    longest = 12.0

    def choose(self, leader):
        super().choose(leader)
        self.kbit = self.rng.choice([64, 128, 256, 1024])

    def describe(self):
        return f'{self.kbit} kbit/s from {super().describe()}'

    def begin(self):
        for node in self.targets:
            self.bed.links.narrow(node.number, self.kbit)

    def end(self):
        for node in self.targets:
            self.bed.links.widen(node.number)


class Delay(_Link):
    name = 'delay'
    kind = 'link'
    needs = ('links', 'delays')
    longest = 12.0

    def choose(self, leader):
        super().choose(leader)
        self.ms = self.rng.choice([10, 50, 150, 400])

    def describe(self):
        return f'{self.ms} ms and as much jitter from {super().describe()}'

    def begin(self):
        for node in self.targets:
            self.bed.links.delay(node.number, self.ms, self.ms)

    def end(self):
        for node in self.targets:
            self.bed.links.hasten(node.number)


class Clock(Fault):
    """The wall clock jumps, sometimes again and again; set right at the end. (Nobody's monotonic clock jumps.)"""
    name = 'clock'
    needs = ('clocks',)

    def choose(self, leader):
        super().choose(leader)
        if self.rng.random() < 0.25:
            self.targets = list(self.bed.nodes)
        sizes = [0.5, 5, 60, 600, 3000, 86_400, 30 * 86_400]
        self.offsets = {n: round(self.rng.choice([-1, 1]) * self.rng.choice(sizes), 1) for n in self.targets}

    def holds(self):
        # A node that starts with a clock before its certificate does not, and says so: that is another matter.
        return {(kind, n.number) for n in self.targets for kind in ('clock', 'process')}

    def describe(self):
        return ', '.join(f'{n} by {offset:+} s' for n, offset in self.offsets.items())

    def harmed(self):
        return set()  # consensus goes by the monotonic clock

    def begin(self):
        for node, offset in self.offsets.items():
            node.set_clock(offset)

    def end(self):
        for node in self.targets:
            node.set_clock(0)


class DiskFull(Fault):
    """Fills the disk to far below the floor at which a node should refuse, or to the last byte."""
    name = 'disk-full'
    needs = ('disks',)
    longest = 30.0  # what is preallocated must be used up first

    def choose(self, leader):
        super().choose(leader)
        self.leave = self.rng.choice([0, 0, 1 << 20, 8 << 20])

    def holds(self):
        return {('disk', n.number) for n in self.targets}

    def describe(self):
        return f'{self.leave} bytes left for {super().describe()}'

    def begin(self):
        for node in self.targets:
            node.disk_is_full()
            damage.fill_disk(node.disk, self.leave)

    def end(self):
        for node in self.targets:
            damage.free_disk(node.disk)
            node.disk_has_space()


class DiskLow(DiskFull):
    """Fills the disk to below the floor and no further: no node may end of it, and none needs a restart afterwards."""
    name = 'disk-low'
    longest = 8.0  # or what goes on without space for proposals uses up the rest

    def choose(self, leader):
        super().choose(leader)
        self.leave = self.rng.choice([24, 30]) << 20

    def holds(self):  # a start that finds damage needs room for what it mends
        return super().holds() | {('process', n.number) for n in self.targets}

    def begin(self):
        for node in self.targets:
            damage.fill_disk(node.disk, self.leave)

    def end(self):
        for node in self.targets:
            damage.free_disk(node.disk)


class MarkCopy(Fault):
    """While the node is down, one of the two copies of each generation of its mark rots."""
    name = 'mark-copy'
    longest = 3.0

    def choose(self, leader):
        self.targets = self._some(leader, 1)

    def holds(self):
        return {('process', n.number) for n in self.targets}

    def begin(self):
        for node in self.targets:
            node.kill()
            damage.rot_mark_copies(node.data / 'MARK', self.rng)

    def end(self):
        for node in self.targets:
            node.start()


class _Damage(MarkCopy):
    """While a node is down, its disk loses something. It has to come back with nobody's help. Until it has everything again
    no disk is harmed, nodes are only killed: the others hold what was acknowledged, and it has not lost two things at once."""

    def holds(self):
        return {('process', n.number) for n in self.targets} | {'the one damaged node'}

    harmed_disks = 0

    def harm(self, node):
        """Whether there was anything to harm."""
        raise NotImplementedError

    def begin(self):
        for node in self.targets:
            node.kill()
            if self.bed.damaged is None:
                self.bed.note_damage(node)
                self.harmed_disks += self.harm(node)


class CorruptTable(_Damage):
    name = 'corrupt-table'

    def harm(self, node):
        return damage.rot_file(sorted((node.data / 'db').glob('*.sst')), self.rng)


class CorruptLog(_Damage):
    name = 'corrupt-log'

    def harm(self, node):
        return damage.rot_file(damage.log_files(node.data / 'db'), self.rng)


class LoseLogEnd(_Damage):
    name = 'lose-log-end'

    def harm(self, node):
        return damage.lose_end(damage.log_files(node.data / 'db')[-1:], self.rng)


ALL = {fault.name: fault for fault in (
    Kill, KillAll, KillMajority, Stop, Pause, PartitionHalves, PartitionSingle, PartitionOneWay, PartitionBridge, PartitionRing,
    Loss, NarrowLink, Delay, Clock, DiskFull, DiskLow, MarkCopy, CorruptTable, CorruptLog,
    LoseLogEnd)}
