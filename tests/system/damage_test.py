"""A node whose disk lost something comes back with nobody's help: a real process is stopped, its files are harmed in one way
after another, and it must be a member again, with the same ledger as the others (docs/storage.md, Recovery)."""
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'nemesis'))

import bed as beds  # noqa: E402
import damage  # noqa: E402
from network import symbolon, wait_until, write_births  # noqa: E402
from watcher import Watcher  # noqa: E402

PUBLISHER, VICTIM = 0, 1


def table_of(family, node):
    """The largest table file of a column family; its name is in the properties at the end of the file."""
    def holds(file):
        return re.search(rb'column\.family.{0,60}' + family.encode(), file.read_bytes(), re.DOTALL) is not None
    return max((f for f in (node.data / 'db').glob('*.sst') if holds(f)), key=lambda f: f.stat().st_size)


def log_of(node):
    file = max((node.data / 'db').glob('*.log'), key=lambda f: f.stat().st_size)
    assert file.stat().st_size > 0
    return file


def overwrite(file, begin, part, byte=None):
    """A part of the file, from so far on (both of 1), with other bytes."""
    content = bytearray(file.read_bytes())
    first, last = int(begin * len(content)), int((begin + part) * len(content))
    for i in range(first, max(last, first + 1)):
        content[i] = content[i] ^ 0x20 if byte is None else byte
    file.write_bytes(content)


class ThreeNodes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix='symbolon-test-')))
        cls.bed = cls.enterClassContext(beds.Bed(cls.folder, 3, isolated=False, own_clocks=False))
        for node in cls.bed.nodes:
            node.start()
        cls.watcher = cls.enterClassContext(Watcher(cls.bed))
        cls.victim = cls.bed.nodes[VICTIM]
        cls.published = 0
        wait_until(lambda: len({s['leader'] for s in cls.watcher.states().values()} - {''}) == 1, 'a leader')
        for _ in range(4):
            cls.publish()

    @classmethod
    def publish(cls, rows=40):
        csv, mapping = write_births(cls.folder, rows, first=1 + cls.published)
        cls.published += rows
        profile = cls.bed.network / cls.bed.nodes[PUBLISHER].agency / 'registrar' / 'client.toml'
        done = symbolon('publish', csv, '--mapping', mapping, '--profile', profile, '--out', cls.folder / 'out')
        assert done.code == 0, done.out + done.err

    def audit(self, node):
        return symbolon('audit', '--profile', self.bed.network / node.agency / 'auditor' / 'client.toml')

    def last_commit(self):
        return max(s['commit'] for s in self.watcher.states().values())

    def state(self):
        return self.watcher.states().get(self.victim.agency)

    def harm_and_start(self, harm, gracefully):
        """Harms the victim's files while it is down and the others go on; returns what it has logged since."""
        self.publish()
        if gracefully:
            self.victim.ask_to_stop()
            self.victim.await_stop()
        else:
            self.victim.kill()
        harm(self.victim)
        self.publish()
        begin = self.victim.log.stat().st_size
        wait_until(lambda: self.state() is None, 'the old process to be forgotten')
        self.victim.start()
        return lambda: self.victim.log.read_text()[begin:]


class Damage(ThreeNodes):
    def expect_back(self, harm, gracefully, said):
        log = self.harm_and_start(harm, gracefully)

        def is_back():
            self.assertTrue(self.victim.running(), log())
            state = self.state()
            return state and state['standing'] == 'member' and state['checkpoint'] >= self.last_commit()
        wait_until(is_back, f'the node to come back: {log()[-2000:]}')
        for words in said:
            self.assertIn(words, log())
        self.publish()
        wait_until(lambda: all(s['checkpoint'] == self.last_commit() for s in self.watcher.states().values()), 'all to agree')
        reports = [self.audit(node) for node in self.bed.nodes]
        for report in reports:
            self.assertEqual(report.code, 0, report.out + report.err)
            self.assertEqual(report.json['attestations'], self.published)

    def test_a_damaged_entry_header(self):
        def harm(node):
            overwrite(table_of('headers', node), 0.3, 0.2, byte=0)
        self.expect_back(harm, True, ['is damaged', '"event":"repair"', '"event":"repaired"'])

    def test_a_flipped_bit_in_every_table_file(self):
        def harm(node):
            for file in (node.data / 'db').glob('*.sst'):
                overwrite(file, 0.3, 0)
        self.expect_back(harm, True, ['is damaged'])

    def test_a_damaged_body(self):
        def harm(node):
            overwrite(table_of('bodies', node), 0.3, 0.2, byte=0)
        self.expect_back(harm, True, ['is damaged', '"event":"repair"', '"event":"repaired"'])

    def test_a_damaged_tile_of_the_tree(self):
        def harm(node):
            overwrite(table_of('tiles', node), 0.2, 0.3, byte=0)
        self.expect_back(harm, True, ['derived state is made again'])

    def test_a_lost_end_of_the_log(self):
        def harm(node):
            os.truncate(log_of(node), log_of(node).stat().st_size // 2)
        self.expect_back(harm, False, ['votes as if it had them', '"event":"recovered"'])

    def test_a_damaged_log(self):
        def harm(node):
            overwrite(log_of(node), 0.5, 0)
        self.expect_back(harm, False, ['votes as if it had them', '"event":"recovered"'])

    def test_a_torn_write_that_nobody_was_told_of(self):
        def harm(node):
            with open(log_of(node), 'ab') as file:
                file.write(b'half a record, and whatever was there before' * 8)
        self.expect_back(harm, False, ['incomplete write'])

    def test_one_copy_of_each_mark(self):
        def harm(node):
            damage.rot_mark_copies(node.data / 'MARK', random.Random(1))
        self.expect_back(harm, False, ['"event":"serving"'])


class Lost(ThreeNodes):
    """What no node comes back from as a member: it says so, and vouches for nothing."""

    def test_a_lost_store_is_refused_and_a_lost_mark_makes_an_observer(self):
        kept = self.folder / 'kept'
        log = self.harm_and_start(lambda node: shutil.move(node.data, kept), gracefully=True)
        self.assertEqual(self.victim.process.wait(60), 1)
        self.assertIn('only a node that has never run may begin with nothing', log())
        self.assertFalse(self.victim.data.exists())

        def harm(node):
            shutil.move(kept, node.data)
            overwrite(node.data / 'MARK', 0, 1)
        log = self.harm_and_start(harm, gracefully=False)
        for _ in range(2):
            wait_until(lambda: self.state() and self.state()['applied'] >= self.last_commit(), 'the observer to read along')
            self.assertEqual((self.state()['standing'], self.state()['checkpoint']), ('observer', 0))
            self.assertIn('this node only observes', log())
            self.assertNotEqual(self.audit(self.victim).code, 0, 'it has signed a checkpoint')
            log = self.harm_and_start(lambda node: None, gracefully=True)


if __name__ == '__main__':
    unittest.main(verbosity=2)
