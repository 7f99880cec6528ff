"""Members change by decisions of the stewards, through the command line alone: a node is added, takes over its agency's
vote, the old one goes; and whoever checks, offline too, believes the new one by the decisions."""
import json
import pathlib
import unittest

from network import THREE_NODES, Network, symbolon, wait_until

PLAN = THREE_NODES + '\n'


class Members(unittest.TestCase):
    def setUp(self):
        self.network = Network(PLAN)
        self.network.__enter__()
        self.addCleanup(self.network.__exit__)

    def operator(self, agency='PHL-PSA'):
        return self.network.profile(agency, 'operator')

    def propose(self, *what, name='change'):
        file = self.network.folder / f'{name}.proposal'
        self.network.must('member', 'propose', *what, '--profile', self.operator(), '--out', file)
        return file

    def sign(self, file, *agencies):
        for agency in agencies:
            self.network.must('member', 'sign', file, '--steward', self.network.path / agency / 'steward' / 'steward.toml')

    def decide(self, *what):
        file = self.propose(*what)
        self.sign(file, 'THA-DOPA', 'UNHCR-REG')
        return self.network.must('member', 'submit', file, '--profile', self.operator())

    def members(self):
        listed = self.network.must('member', 'list', '--profile', self.operator())
        return {n['name']: (n['decided'], n['in_force']) for n in listed['nodes']}, listed

    def test_a_voter_is_replaced_and_the_new_node_is_believed(self):
        net = self.network
        out = net.folder / 'credentials'
        self.assertEqual(net.publish_sample('THA-DOPA', 'births_tha', out).code, 0)

        made = net.must('network', 'add-node', net.path, '--agency', 'THA-DOPA')
        self.assertEqual((made['number'], made['name']), (4, 'THA-DOPA-2'))
        net.must('network', 'up', net.path)
        of_new = net.path / 'THA-DOPA' / 'operator' / 'client-THA-DOPA-2.toml'
        status = net.must('node', 'status', '--profile', of_new)
        self.assertEqual(status['kind'], 'joining')

        # One steward of three is too few; the file says what it is about.
        file = self.propose('add-node', '--request', made['request'])
        self.assertIn('add node 4 THA-DOPA-2 of THA-DOPA as voter', json.loads(pathlib.Path(file).read_text())['says'])
        self.sign(file, 'THA-DOPA')
        refused = symbolon('member', 'submit', file, '--profile', self.operator())
        self.assertEqual(refused.code, 2)
        self.assertIn('too_few_stewards', refused.out)
        # Not everybody hands decisions in.
        self.sign(file, 'PHL-PSA')
        self.assertEqual(symbolon('member', 'submit', file, '--profile', net.profile('PHL-PSA', 'verifier')).code, 3)

        done = net.must('member', 'submit', file, '--profile', self.operator())
        self.assertTrue(done['carried_out'])
        self.assertFalse(done['existing'])
        again = net.must('member', 'submit', file, '--profile', self.operator())
        self.assertTrue(again['existing'])
        self.assertEqual(again['entry_index'], done['entry_index'])
        members, listed = self.members()
        self.assertEqual(members['THA-DOPA-2'], ('voter', 'voter'))
        self.assertEqual(members['THA-DOPA-1'], ('learner', 'learner'))
        self.assertTrue(listed['carried_out'])

        self.decide('remove', 'THA-DOPA-1')
        members, _ = self.members()
        self.assertEqual(members['THA-DOPA-1'], ('removed', 'none'))
        wait_until(lambda: net.must('node', 'status', '--profile', net.profile('THA-DOPA', 'operator'))['kind'] == 'removed',
                   'the old node knows that it is removed')
        net.kill('THA-DOPA')

        # The agency goes on with its new node: publishes, verifies, audits.
        by_new = {role: net.path / 'THA-DOPA' / role / 'client-THA-DOPA-2.toml'
                  for role in ('registrar', 'verifier', 'auditor', 'operator')}
        credential = sorted(out.glob('birth-*.json'))[0]
        presentation = net.folder / 'presentation'
        net.must('present', credential, '--disclose', 'birth_date', '--out', presentation)
        verified = net.must('verify', presentation, '--profile', by_new['verifier'])
        self.assertTrue(verified['verified'])
        audit = net.must('audit', '--profile', by_new['auditor'])
        self.assertEqual(audit['attestations'], 40)
        status = net.must('node', 'status', '--profile', by_new['operator'])
        self.assertEqual((status['kind'], status['voters'], status['voters_reachable']), ('voter', 3, 3))

        # Offline, with a bundle of today; the genesis alone does not know the node.
        seen = net.folder / 'seen'
        net.must('export', '--profile', by_new['auditor'], '--out', seen)
        trust = net.folder / 'trust.json'
        net.must('member', 'trust', '--profile', self.operator(), '--out', trust)
        self.assertEqual(symbolon('audit', '--bundle', seen, '--trust', trust).code, 0)
        (seen / 'membership').unlink()
        self.assertNotEqual(symbolon('audit', '--bundle', seen, '--trust', net.path / 'trust.json').code, 0)

    def test_what_waits_is_withdrawn(self):
        net = self.network
        made = net.must('network', 'add-node', net.path, '--agency', 'UNHCR-REG', '--name', 'UNHCR-BACKUP')
        file = self.propose('add-node', '--request', made['request'])
        self.sign(file, 'THA-DOPA', 'PHL-PSA')
        waits = symbolon('member', 'submit', file, '--profile', self.operator(), '--timeout', '2')  # it never runs
        self.assertEqual(waits.code, 1, waits.out)
        self.assertFalse(waits.json['carried_out'])
        self.decide('withdraw')
        members, listed = self.members()
        self.assertTrue(listed['carried_out'])
        self.assertEqual(members['UNHCR-REG-1'], ('voter', 'voter'))
        self.decide('demote', '2')
        members, _ = self.members()
        self.assertEqual(members['PHL-PSA-1'], ('learner', 'learner'))


if __name__ == '__main__':
    unittest.main()
