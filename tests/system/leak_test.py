"""No personal data leaves its owner: marked values are looked for in all bytes that left the clients (before TLS), in
every node's data folder and in every log, in the forms in which they could hide."""
import base64
import hashlib
import os
import pathlib
import unittest

from network import MAPPING, THREE_NODES, Network

# One marked value for each kind of attribute: as it stands in the file, and as its canonical form.
MARKED = {'number': ['7314159265'], 'family': ['Zyxwvutson', 'ZYXWVUTSON'], 'given': ['Qplmarkeda', 'QPLMARKEDA'],
          'place': ['Hiddenville-on-Sea'], 'person': ['8271828182845'], 'born': ['1971-03-09'],
          'registered': ['1999-08-07']}
MAPPING_ORDER = 'number,registered,family,given,sex,born,place,person'
ROWS = 20


def forms(value):
    """The value as bytes in every plain disguise."""
    utf8 = value.encode()
    yield utf8
    yield value.encode('utf-16-le')
    yield value.encode('utf-16-be')
    yield utf8.hex().encode()
    for pad in range(3):  # base64 at each alignment, without the characters that neighbours influence
        yield base64.b64encode(b'\0' * pad + utf8)[4 if pad else 0:].rstrip(b'=')[:-1]
    digest = hashlib.sha256(utf8).digest()
    yield digest
    yield digest.hex().encode()


class Leak(unittest.TestCase):
    def look(self, place, data):
        for name, values in MARKED.items():
            for value in values:
                for disguise in forms(value):
                    self.assertNotIn(disguise, data, f'{name} found in {place}')

    def test_nothing_personal_leaves_the_registrar(self):
        tap = pathlib.Path(os.environ['SYMBOLON_TLS_TAP_LIBRARY'])
        with Network(THREE_NODES) as network:
            captured = network.folder / 'captured'
            env = {'LD_PRELOAD': str(tap), 'SYMBOLON_TLS_TAP': str(captured)}
            csv = network.folder / 'marked.csv'
            lines = [MAPPING_ORDER]
            for i in range(ROWS):
                lines.append(','.join([MARKED['number'][0] + str(i), MARKED['registered'][0], MARKED['family'][0],
                                       MARKED['given'][0], 'F', MARKED['born'][0], MARKED['place'][0],
                                       MARKED['person'][0]]))
            csv.write_text('\n'.join(lines) + '\n')
            mapping = network.folder / 'marked.toml'
            mapping.write_text(MAPPING)
            out = network.folder / 'credentials'
            registrar = network.profile('THA-DOPA', 'registrar')
            published = network.must('publish', csv, '--mapping', mapping, '--profile', registrar, '--out', out, env=env)
            self.assertEqual(published['attested'], ROWS)
            credential = sorted(out.glob('birth-*.json'))[0]
            self.assertIn(MARKED['family'][0].encode(), credential.read_bytes(), 'the marks are not where they should be')
            shown = network.folder / 'shown'
            network.must('present', credential, '--disclose', 'family_name,birth_date,personal_number,birth_place', '--offline',
                         '--profile', registrar, '--out', shown, env=env)
            for agency in ('THA-DOPA', 'PHL-PSA', 'UNHCR-REG'):
                network.must('verify', shown, '--profile', network.profile(agency, 'verifier'), env=env)
            first = published['batches'][0]['first_attestation']
            network.must('status', 'set', 'revoked', first, '--profile', registrar, env=env)
            network.must('status', 'get', first, '--profile', registrar, env=env)
            network.must('audit', '--profile', network.profile('PHL-PSA', 'auditor'), '--report', network.folder / 'report', env=env)
            network.must('export', '--profile', network.profile('PHL-PSA', 'auditor'), '--out', network.folder / 'export', env=env)
            network.must('network', 'down', network.path)  # so that everything is on disk

            sent = captured.read_bytes()
            self.assertGreater(len(sent), ROWS * 32, 'the tap caught nothing')
            self.assertIn(b'symbolon.v1.Publishing', sent, 'the tap does not see requests')
            self.look('what the clients sent', sent)
            self.look('the audit report', (network.folder / 'report').read_bytes())
            looked_at = 0
            for folder in (network.path, network.folder / 'export'):
                for file in sorted(folder.rglob('*')):
                    if file.is_file():
                        looked_at += 1
                        self.look(file, file.read_bytes())
            self.assertGreater(looked_at, 60)


if __name__ == '__main__':
    unittest.main(verbosity=2)
