"""The nemesis for about a minute: every fault once, each for a moment, then what time is left for mixes. The long run is
scripts/nemesis --minutes 60."""
import pathlib
import subprocess
import sys
import unittest

NEMESIS = pathlib.Path(__file__).resolve().parent / 'nemesis' / 'nemesis.py'
SEED = 5


class Nemesis(unittest.TestCase):
    def test_nothing_is_wrong_after_every_fault(self):
        done = subprocess.run([sys.executable, NEMESIS, '--minutes', '1', '--longest', '2.5', '--seed', str(SEED),
                               '--plain-if-needed'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print(done.stdout)
        self.assertEqual(done.returncode, 0)


if __name__ == '__main__':
    unittest.main()
