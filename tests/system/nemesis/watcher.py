"""What the nodes say of themselves, and the load on them: both are symbolon-history-client."""
import json
import signal
import subprocess
import threading
import time

from bed import BIN

CLIENT = BIN / 'symbolon-history-client'
FRESH = 1.5  # seconds for which a node's last word counts


class Watcher:
    """Asks every node for its state a few times a second. Use as a context manager."""

    def __init__(self, bed):
        self._lock = threading.Lock()
        self._last = {}      # agency: its last state
        self.leaders = set() # (term, agency) that were ever seen
        self._log = open(bed.folder / 'states.jsonl', 'w', encoding='utf-8')
        self._process = subprocess.Popen(['nice', '-n', '10', CLIENT, 'watch', '--network', bed.network, '--interval-ms', '250'],
                                         stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._thread.join()
        self._log.close()

    def _read(self):
        for line in self._process.stdout:
            self._log.write(line)
            state = json.loads(line)
            with self._lock:
                self._last[state['agency']] = state
                if state.get('role') == 'leader':
                    self.leaders.add((state['term'], state['agency']))

    def states(self):
        """{agency: state} of those that answered a moment ago."""
        since = time.monotonic_ns() - int(FRESH * 1e9)
        with self._lock:
            return {a: s for a, s in self._last.items() if s['ok'] and s['time'] >= since}

    def leader(self):
        """The agency that leads in the highest term, as far as is known now; else None."""
        leaders = [s for s in self.states().values() if s['role'] == 'leader']
        return max(leaders, key=lambda s: s['term'])['agency'] if leaders else None


class Load:
    """Clients that publish, change statuses and read, and write the history. Use as a context manager."""

    def __init__(self, bed, history, **options):
        self._process = subprocess.Popen(
            ['nice', '-n', '10', CLIENT, 'run', '--network', bed.network, '--history', history,
             *(str(part) for name, value in options.items() for part in (f'--{name.replace("_", "-")}', value))])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def must_run(self):
        if self._process.poll() is not None:
            raise RuntimeError(f'the history client ended with {self._process.returncode}')

    def finish(self, within):
        """Every operation under way gets its answer, or none in time."""
        self.must_run()
        self._process.send_signal(signal.SIGTERM)
        if self._process.wait(within) != 0:
            raise RuntimeError(f'the history client ended with {self._process.returncode}')


def read_all(bed, history):
    _client('read-all', '--network', bed.network, '--history', history)


def dump_ledger(bed, node, path):
    _client('ledger', '--network', bed.network, '--agency', node.agency, '--out', path)


def _client(*arguments):
    done = subprocess.run([CLIENT, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f'symbolon-history-client {arguments[0]}: {done.stderr.strip()}')
