"""What the two measurements have in common: a steady load of publications, and the times without an acknowledgement."""
import json
import time

import session
from watcher import Load

RATE = 20  # publications a second and agency


class Measurement(session.Session):
    """Counts acknowledgements while the load runs."""

    def load(self):
        """One registrar for each agency, who sends again for a minute, as docs/operating.md says."""
        return Load(self.bed, self.history_file, seed=1, registrars=1, readers=0, status_percent=0, writes_per_second=RATE,
                    call_timeout_ms=5000, give_up_ms=60_000)

    def acknowledged_since(self, since_ns):
        """The times of acknowledgements after `since_ns`, sorted, as far as they are written down."""
        times = []
        with open(self.history_file, encoding='utf-8') as file:
            for line in file:
                if line.endswith('\n'):
                    o = json.loads(line)
                    if o['outcome'] == 'ok' and o['complete'] >= since_ns:
                        times.append(o['complete'])
        return sorted(times)

    def await_acknowledgements(self, count):
        """So many from now on: commits flow."""
        begin = time.monotonic_ns()
        self.await_(lambda: self.history_file.exists() and len(self.acknowledged_since(begin)) >= count, 'commits to flow')
