"""The demo is the product's promise to a newcomer: every step of the story holds."""
import unittest

from network import symbolon

STEPS = {'network_init', 'network_up', 'publish', 'publish_again', 'verify', 'tamper_value', 'tamper_salt',
         'tamper_receipt', 'tamper_proof', 'revoke', 'revoked_everywhere', 'leader_killed', 'none_lost_none_twice',
         'catch_up', 'audit', 'flip', 'audit_finds_damage', 'repair', 'end'}


class Demo(unittest.TestCase):
    def test_every_step_holds(self):
        result = symbolon('demo', '--records', 6000)
        self.assertEqual([o for o in result.objects if not o['ok']], [], result.err)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual({o['step'] for o in result.objects}, STEPS)
        self.assertEqual(sum(o['step'] == 'publish' for o in result.objects), 5)
        self.assertEqual(sum(o['step'] == 'revoked_everywhere' for o in result.objects), 5)


if __name__ == '__main__':
    unittest.main(verbosity=2)
