"""What every run has in common: a bed to run in, nodes that must come to an agreement, clients whose history is judged."""
import itertools
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import bed as beds
import histories
import isolation
import judge
import ledger as ledgers
from schedule import Announcer
from watcher import Watcher, dump_ledger, read_all

STEP = 0.05           # seconds between two looks at everything
REJOIN_WITHIN = 90.0  # seconds; a bound for a broken product, not a measurement
SETTLED_FOR = 2.0


def add_arguments(parser):
    parser.add_argument('--nodes', type=int, default=5)
    parser.add_argument('--keep', type=pathlib.Path, metavar='DIR', help='work in this new folder, and keep it in any case')
    parser.add_argument('--plain', action='store_true',
                        help='on loopback, without namespaces: faults of processes, clocks and files only')
    parser.add_argument('--plain-if-needed', action='store_true', help='the same where namespaces cannot be had')


class Session:
    """From making the network to the verdict. `work()` is what it is for."""

    own_clocks = False

    def __init__(self, options, bed, announcer):
        self.options, self.bed, self.announcer = options, bed, announcer
        self.problems = []
        self.verdicts = []  # (what must hold, whether it does)
        self.history_file = bed.folder / 'history.jsonl'
        self.history, self.ledger, self.watcher = [], None, None

    def work(self):
        """With the nodes running; ends when all clients have ended."""
        raise NotImplementedError

    def report(self):
        """Prints what it came to."""
        raise NotImplementedError

    def problem(self, sentence):
        self.problems.append(sentence)
        self.announcer.say(f'PROBLEM: {sentence}', event='problem')

    def go(self):
        for node in self.bed.nodes:
            node.start()
        with Watcher(self.bed) as self.watcher:
            self.await_(self.all_agree, 'a leader that all nodes know')
            self.work()
            self.await_(self._all_settled, 'all nodes to show the same ledger')
            read_all(self.bed, self.history_file)
            self._look_at_ledgers()
        for node in self.bed.nodes:
            node.ask_to_stop()
        for node in self.bed.nodes:
            node.await_stop()
        self._judge()
        self.report()

    # ---- nodes

    def leader(self):
        """The node that leads, as far as is known now, or None."""
        agency = self.watcher.leader()
        return self.bed.node(agency) if agency else None

    def tend(self):
        self.bed.note_states(self.watcher.states())
        for node in self.bed.nodes:
            said = node.tend()
            if said and not node.may_end():
                raise RuntimeError(said)
            if said:
                self.announcer.say(said, event='exit')

    def await_(self, condition, what):
        """Waits for the nodes to come to something by themselves; how long it took, in seconds."""
        begin = time.monotonic()
        while not condition():
            if time.monotonic() > begin + REJOIN_WITHIN:
                raise RuntimeError(f'in vain, for {REJOIN_WITHIN:.0f} s, waited for {what}: {self._describe_states()}')
            self.tend()
            time.sleep(STEP)
        return time.monotonic() - begin

    def await_rejoin(self):
        """Every node must come to where the furthest is now, with nobody's help."""
        goal = max((s['commit'] for s in self.watcher.states().values()), default=0)
        return self.await_(lambda: self.all_agree() and all(s['applied'] >= goal for s in self.watcher.states().values()),
                           'all nodes to rejoin')

    def all_agree(self):
        """All answer, and know the same leader."""
        states = self.watcher.states()
        return len(states) == len(self.bed.nodes) and len({s['leader'] for s in states.values()} | {''}) == 2 and \
            all(s['standing'] == 'member' for s in states.values())

    def _all_settled(self):
        """Nobody writes any more: all have applied and signed the same, for a while."""
        seen = None
        end = time.monotonic() + SETTLED_FOR
        while time.monotonic() < end:
            states = self.watcher.states()
            now = {(s['applied'], s['last'], s['checkpoint']) for s in states.values()}
            if len(states) != len(self.bed.nodes) or len(now) != 1 or (seen is not None and now != seen):
                return False
            seen = now
            time.sleep(STEP)
        applied, last, checkpoint = seen.pop()
        return applied == last == checkpoint

    def _describe_states(self):
        states = self.watcher.states()
        return '; '.join(f'{n}: ' + (f'{s["role"]} of term {s["term"]}, applied {s["applied"]} of {s["last"]}'
                                     if (s := states.get(n.agency)) else f'no answer ({n.last_words()})') for n in self.bed.nodes)

    # ---- judging

    def _ledger_file(self, node):
        return self.bed.folder / f'ledger-{node.number}.jsonl'

    def verdict(self, rule, sentences):
        before = len(self.problems)
        for sentence in sentences:
            self.problem(sentence)
        self.verdicts.append((rule, len(self.problems) == before))

    def _look_at_ledgers(self):
        self.verdict('every node\'s ledger stands an audit, all with the same result', self._audit_all())

    def _audit_all(self):
        reports = set()
        for node in self.bed.nodes:
            dump_ledger(self.bed, node, self._ledger_file(node))
            audit = subprocess.run([beds.BIN / 'symbolon', '--json', 'audit', '--profile',
                                    self.bed.network / node.agency / 'auditor' / 'client.toml'],
                                   capture_output=True, text=True, check=False)
            if audit.returncode != 0:
                yield f'symbolon audit at {node}: exit {audit.returncode}: {audit.stdout.strip()}'
            else:
                reports.add(audit.stdout.strip())
        if len(reports) > 1:
            yield f'audits of the nodes differ: {reports}'

    def _judge(self):
        self.history = histories.read(self.history_file)
        files = [self._ledger_file(n) for n in self.bed.nodes]
        self.ledger = ledgers.Ledger.read(files[0])
        for rule, violations in judge.judge(self.history, files):
            self.verdict(rule, itertools.islice(violations, judge.MOST_SENTENCES))
        self.verdict('one leader a term', self._two_leaders())
        if not any(o['op'] != 'read' and o['outcome'] == 'ok' for o in self.history):
            self.problem('nothing was ever written: the run proves nothing')

    def _two_leaders(self):
        """Of one term, as the nodes themselves say (Raft paper 5.2: Election Safety)."""
        by_term = {}
        for term, agency in sorted(self.watcher.leaders):
            if by_term.setdefault(term, agency) != agency:
                yield f'term {term} was led by {by_term[term]} and by {agency}'


def _choose_isolation(options):
    """Whether to use namespaces; exits where they are wanted and not to be had."""
    if options.plain:
        return False
    if isolation.is_inside():
        isolation.settle()
        return True
    obstacles = isolation.obstacles()
    if not obstacles:
        isolation.enter()
    for obstacle in obstacles:
        print(f'nemesis: {obstacle}', file=sys.stderr)
    if options.plain_if_needed:
        print('nemesis: going on with plain loopback: faults of processes, clocks and files only', flush=True)
        return False
    print('nemesis: run as root, or with --plain for faults of processes, clocks and files only', file=sys.stderr)
    sys.exit(2)


def _make_folder(options):
    if options.keep is None:
        return pathlib.Path(tempfile.mkdtemp(prefix='symbolon-nemesis-'))
    options.keep.mkdir(parents=True, exist_ok=True)
    if any(options.keep.iterdir()):
        print(f'nemesis: {options.keep} is not empty', file=sys.stderr)
        sys.exit(2)
    return options.keep.resolve()


def _run(make, options, isolated, folder):
    """The problems that were found."""
    announcer = Announcer(folder / 'faults.jsonl')
    with beds.Bed(folder, options.nodes, isolated, make.own_clocks and beds.WALL_CLOCK.exists()) as bed:
        bed.keep = True  # until all has gone well
        announcer.say(f'{options.nodes} nodes; {"namespaces; disks: " + bed.disks if isolated else "plain loopback"}; {folder}')
        session = make(options, bed, announcer)
        try:
            session.go()
        except (RuntimeError, subprocess.TimeoutExpired) as e:
            session.problem(str(e))
        bed.keep = bool(session.problems) or options.keep is not None
    announcer.close()
    return session.problems


def _interrupt(*_):
    raise KeyboardInterrupt


def main(make, options):
    """Runs a session of the class `make`. The exit code: 0 nothing is wrong, 1 something is (everything is kept)."""
    isolated = _choose_isolation(options)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    folder = _make_folder(options)
    try:
        problems = _run(make, options, isolated, folder)
    except KeyboardInterrupt:
        print(f'interrupted; everything is in {folder}')
        return 1
    if problems:
        print(f'{len(problems)} problems; everything is in {folder}')
        print('\n'.join(problems))
        return 1
    if options.keep is None:
        shutil.rmtree(folder)
    print('nothing is wrong')
    return 0
