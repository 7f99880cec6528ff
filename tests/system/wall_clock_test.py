"""When the wall clocks are put back, nodes must still notice broken connections and restore them (LV-17): waits go by the
monotonic clock, also those of gRPC (api/internal/monotonic_waits.h)."""
import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'nemesis'))

import bed as beds  # noqa: E402
from network import wait_until  # noqa: E402
from watcher import Watcher  # noqa: E402

DAY = 86_400


class WallClock(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='symbolon-test-')
        self.addCleanup(folder.cleanup)
        self.bed = self.enterContext(beds.Bed(folder.name, 3, isolated=False, own_clocks=True))
        for node in self.bed.nodes:
            node.set_clock(DAY)
            node.start()
        self.watcher = self.enterContext(Watcher(self.bed))
        self.await_all_agree()

    def await_all_agree(self):
        def agree():
            leaders = [s['leader'] for s in self.watcher.states().values()]
            return len(leaders) == len(self.bed.nodes) and len(set(leaders)) == 1 and leaders[0]
        wait_until(agree, 'all nodes to know one leader')

    def test_a_node_comes_back_after_all_clocks_were_put_back_by_a_day(self):
        for node in self.bed.nodes:
            node.set_clock(0)
        time.sleep(1)  # timers that were set before are due by now
        leader = self.watcher.leader()
        follower = next(n for n in self.bed.nodes if n.agency != leader)
        follower.kill()
        wait_until(lambda: follower.agency not in self.watcher.states(), 'the node to be gone')
        follower.start()
        self.await_all_agree()


if __name__ == '__main__':
    unittest.main(verbosity=2)
