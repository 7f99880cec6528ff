"""Publishing: bad files are refused before anything is sent, and an interrupted run ends well when run again."""
import pathlib
import random
import signal
import unittest

from network import MAPPING, ONE_NODE, SAMPLES, THREE_NODES, Network, start, symbolon, write_births


def attestations(network):
    audit = network.audit()
    assert audit.code == 0, audit.out
    return audit.json['attestations']


class BadFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = Network(ONE_NODE)
        cls.network.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.network.__exit__()

    def refused(self, csv, mapping, *more):
        before = attestations(self.network)
        out = self.network.folder / 'refused'
        result = self.network.publish('THA-DOPA', csv, mapping, out, *more)
        self.assertEqual(result.code, 2, result.out)
        self.assertEqual(attestations(self.network), before, 'something was published')
        self.assertEqual(list(out.glob('*.json')), [])
        return [(r['line'], r['reason']) for r in result.json.get('refusals', [])], result

    def sample(self, name):
        return self.refused(SAMPLES / 'bad' / f'{name}.csv', SAMPLES / 'births_tha.mapping.toml')[0]

    def test_wrong_encoding(self):
        self.assertEqual(self.sample('births_bad_encoding'), [(1, 'bad_encoding')])

    def test_missing_column(self):
        self.assertEqual(self.sample('births_missing_column'), [(1, 'missing_column')])

    def test_impossible_dates(self):
        self.assertEqual(self.sample('births_impossible_date'),
                         [(3, 'bad_date'), (4, 'bad_date'), (5, 'bad_date'), (6, 'year_out_of_range'), (7, 'bad_date'),
                          (8, 'two_digit_year')])

    def test_duplicate_number(self):
        self.assertEqual(self.sample('births_duplicate_number'), [(5, 'duplicate_key')])

    def test_field_of_ten_megabytes(self):
        csv = self.network.folder / 'long.csv'
        csv.write_text('number,registered,family,given,sex,born,place,person\n'
                       '1,2024-01-01,' + 'A' * (10 << 20) + ',B,F,2023-01-01,C,5\n')
        mapping = self.network.folder / 'long.toml'
        mapping.write_text(MAPPING)
        refusals, result = self.refused(csv, mapping)
        self.assertIn((2, 'field_too_long'), refusals)
        self.assertEqual(result.json['refusals'][0]['column'], 'family')

    def test_messages_never_hold_the_value(self):
        csv = self.network.folder / 'value.csv'
        csv.write_text('number,registered,family,given,sex,born,place,person\n1,2024-01-01,Secretname,B,F,never-born,C,5\n')
        mapping = self.network.folder / 'value.toml'
        mapping.write_text(MAPPING)
        refusals, result = self.refused(csv, mapping)
        self.assertEqual(refusals, [(2, 'bad_date')])
        for text in (result.out, result.err):
            self.assertNotIn('never-born', text)
            self.assertNotIn('Secretname', text)

    def test_unknown_mapping_setting_names_file_line_and_field(self):
        mapping = self.network.folder / 'bad.toml'
        mapping.write_text(MAPPING + 'colour = { column = "place" }\n')
        csv, _ = write_births(self.network.folder, 1)
        result = self.network.publish('THA-DOPA', csv, mapping, self.network.folder / 'refused')
        self.assertEqual(result.code, 2)
        self.assertIn('bad.toml', result.json['error']['message'])
        self.assertIn('colour', result.json['error']['message'])

    def test_skip_bad_publishes_the_good_rows_and_keeps_the_others_with_reasons(self):
        before = attestations(self.network)
        out = self.network.folder / 'skipping'
        result = self.network.publish('THA-DOPA', SAMPLES / 'bad' / 'births_impossible_date.csv',
                                      SAMPLES / 'births_tha.mapping.toml', out, '--skip-bad')
        self.assertEqual(result.code, 0, result.out)
        self.assertEqual(result.json['refused'], 6)
        self.assertEqual(attestations(self.network) - before, result.json['attested'])
        self.assertGreater(result.json['attested'], 0)
        kept = pathlib.Path(result.json['refused_file']).read_text(encoding='utf-8')
        self.assertEqual(kept.count('bad_date'), 4)
        original = (SAMPLES / 'bad' / 'births_impossible_date.csv').read_text(encoding='utf-8-sig').splitlines()
        for line in original[2:8]:
            self.assertIn(line.replace('"', '""'), kept)

    def test_changed_row_with_the_same_key_is_refused(self):
        csv, mapping = write_births(self.network.folder, 3, first=500)
        out = self.network.folder / 'changed'
        self.assertEqual(self.network.publish('THA-DOPA', csv, mapping, out).code, 0)
        csv.write_text(csv.read_text().replace('Family', 'Another', 1))
        result = self.network.publish('THA-DOPA', csv, mapping, out)
        self.assertEqual(result.code, 2)
        self.assertEqual(result.json['refusals'], [{'line': 2, 'column': '', 'reason': 'published_with_other_content'}])


class Interrupted(unittest.TestCase):
    ROWS = 6000

    def run_again_and_again(self, sign, seed):
        rng = random.Random(seed)
        with Network(THREE_NODES) as network:
            csv, mapping = write_births(network.folder, self.ROWS)
            out = network.folder / 'credentials'
            arguments = ['publish', csv, '--mapping', mapping, '--profile', network.profile('THA-DOPA', 'registrar'), '--out', out,
                         '--batch-size', 300]
            interruptions = 0
            while interruptions < 12:
                p = start(*arguments)
                try:
                    p.communicate(timeout=0.05 + rng.random() * 0.8)
                    break
                except Exception:  # still running: that is when it is cut off
                    p.send_signal(sign)
                    p.communicate()
                    interruptions += 1
            self.assertGreater(interruptions, 2, 'never interrupted: the test tests nothing')
            last = symbolon(*arguments)
            self.assertEqual(last.code, 0, last.out + last.err)
            self.assertEqual(attestations(network), self.ROWS)
            self.assertEqual(len(list(out.glob('birth-*.json'))), self.ROWS)
            self.assertEqual(list(out.glob('pending-*')), [])
            again = symbolon(*arguments)
            self.assertEqual((again.json['attested'], again.json['unchanged']), (0, self.ROWS))
            for name in rng.sample(sorted(p.name for p in out.glob('birth-*.json')), 5):
                shown = network.folder / 'shown'
                network.must('present', out / name, '--disclose', 'birth_year,family_name', '--out', shown)
                network.must('verify', shown, '--profile', network.profile('PHL-PSA', 'verifier'), '--linearizable')

    def test_by_ctrl_c(self):
        self.run_again_and_again(signal.SIGINT, 1)

    def test_by_sigkill(self):
        self.run_again_and_again(signal.SIGKILL, 2)


if __name__ == '__main__':
    unittest.main(verbosity=2)
