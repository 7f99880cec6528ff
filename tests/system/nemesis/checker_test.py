"""What judges histories: good ones pass, and every kind of bad one is refused."""
import base64
import hashlib
import itertools
import json
import random
import tempfile
import unittest
from pathlib import Path

import histories
import judge
import ledger as ledgers
import ledger_order
import linearizability
import registers
import summary
from linearizability import IMPOSSIBLE, Call


def register_step(state, op):
    kind, value = op
    return value if kind == 'write' or value == state else IMPOSSIBLE


def by_brute_force(calls):
    """Tries every subset of the unknown operations in every order."""
    known = [c for c in calls if c.complete is not None]
    unknown = [c for c in calls if c.complete is None]
    for size in range(len(unknown) + 1):
        for chosen in itertools.combinations(unknown, size):
            for order in itertools.permutations(known + list(chosen)):
                if _explains(order):
                    return True
    return False


def _explains(order):
    state = 0
    for i, call in enumerate(order):
        if any(later.complete is not None and later.complete < call.invoke for later in order[i + 1:]):
            return False
        state = register_step(state, call.op)
        if state is IMPOSSIBLE:
            return False
    return True


class Search(unittest.TestCase):
    def linearizable(self, *calls):
        return linearizability.check([Call(*c) for c in calls], register_step, 0) is None

    def test_sequential(self):
        self.assertTrue(self.linearizable((1, 2, ('write', 5)), (3, 4, ('read', 5))))
        self.assertFalse(self.linearizable((1, 2, ('write', 5)), (3, 4, ('read', 0))))

    def test_concurrent_operations_may_take_either_order(self):
        for seen in (0, 5):
            self.assertTrue(self.linearizable((1, 4, ('write', 5)), (2, 3, ('read', seen))))

    def test_a_value_once_seen_does_not_go_away(self):
        self.assertFalse(self.linearizable((1, 9, ('write', 5)), (2, 3, ('read', 5)), (4, 5, ('read', 0))))

    def test_equal_times_are_concurrent(self):
        self.assertTrue(self.linearizable((1, 2, ('write', 5)), (2, 3, ('read', 0))))

    def test_an_unknown_operation_may_take_effect_late_or_never(self):
        write = (1, None, ('write', 5))
        self.assertTrue(self.linearizable(write, (8, 9, ('read', 0))))
        self.assertTrue(self.linearizable(write, (2, 3, ('read', 0)), (8, 9, ('read', 5))))

    def test_an_unknown_operation_takes_effect_once(self):
        self.assertFalse(self.linearizable((1, None, ('write', 5)), (2, 3, ('read', 5)), (4, 5, ('write', 6)),
                                           (6, 7, ('read', 5))))

    def test_an_unknown_operation_does_nothing_before_its_call(self):
        self.assertFalse(self.linearizable((1, 2, ('read', 5)), (3, None, ('write', 5))))

    def test_many_unknown_operations_are_no_trouble(self):
        calls = [(i, None, ('write', i % 3)) for i in range(200)]
        calls += [(1000 + i, 1000 + i + 0.5, ('read', i % 3)) for i in range(60)]
        self.assertTrue(self.linearizable(*calls))
        self.assertFalse(self.linearizable(*calls, (2000, 2001, ('read', 7))))

    def test_agrees_with_brute_force(self):
        rng = random.Random(7)
        verdicts = set()
        for _ in range(2000):
            calls = []
            for _ in range(rng.randint(1, 5)):
                invoke = rng.randint(0, 9)
                complete = None if rng.random() < 0.2 else invoke + rng.randint(0, 5)
                kind = rng.choice(['read', 'write'])
                if kind == 'read' and complete is None:
                    continue
                calls.append(Call(invoke, complete, (kind, rng.randint(0, 2))))
            expected = by_brute_force(calls)
            self.assertEqual(linearizability.check(calls, register_step, 0) is None, expected, calls)
            verdicts.add(expected)
        self.assertEqual(verdicts, {True, False})

    def test_gives_up_rather_than_answer_wrongly(self):
        calls = [Call(0, 100, ('write', i)) for i in range(20)] + [Call(0, 99, ('read', 77))]
        with self.assertRaises(linearizability.TooHard):
            linearizability.check(calls, register_step, 0, limit=1000)


class World:
    """A ledger, and the history of clients that saw it grow: one entry at each second."""

    def __init__(self):
        self.entries = []
        self.history = []
        self.count = 0

    def _append(self, kind, digest, count=0, changes=None, verdict='accepted'):
        index = len(self.entries) + 1
        header = f'{index} {kind} {digest}'.encode()
        entry = {'header': base64.b64encode(header).decode(), 'verdict': verdict, 'index': index, 'term': 1, 'kind': kind,
                 'first': self.count, 'count': count, 'digest': digest}
        if changes:
            entry['changes'] = changes
        self.entries.append(entry)
        self.count += count
        return entry

    def ledger(self):
        return ledgers.Ledger(self.lines())

    def lines(self):
        built = ledgers.Ledger([json.dumps(e) for e in self.entries] + ['{"checkpoint": {"size": 0, "root": ""}}'])
        last = {'checkpoint': {'size': len(self.entries), 'root': built.roots[-1]}}
        return [json.dumps(e) for e in self.entries + [last]]

    def no_op(self, verdict='accepted'):
        self._append('no_op', 'nothing', verdict=verdict)

    def _write(self, entry, op, outcome, fields):
        now = 10 * len(self.entries)
        o = {'process': 1, 'op': op, 'digest': entry['digest'], 'invoke': now, 'complete': now + 5, 'outcome': outcome, **fields}
        if outcome == 'ok':
            leaf = hashlib.sha256(b'\0' + base64.b64decode(entry['header'])).hexdigest()
            o.update(index=entry['index'], term=1, leaf=leaf)
        self.history.append(o)
        return o

    def publish(self, count=1, outcome='ok'):
        entry = self._append('batch', f'digest{len(self.entries)}', count)
        o = self._write(entry, 'publish', outcome, {'commitments': ['c'] * count})
        if outcome == 'ok':
            o['first'] = entry['first']
        return o

    def status(self, number, status, outcome='ok'):
        entry = self._append('status', f'digest{len(self.entries)}', changes=[[number, status]])
        return self._write(entry, 'status', outcome, {'attestation': number, 'status': status})

    def read(self, number, status, mode='linearizable', index=None, **fields):
        now = 10 * len(self.entries) + 6
        o = {'process': 2, 'op': 'read', 'mode': mode, 'attestations': [number], 'statuses': [status], 'invoke': now,
             'complete': now + 1, 'outcome': 'ok', 'index': len(self.entries) if index is None else index, **fields}
        self.history.append(o)
        return o

    def violations(self):
        ledger = self.ledger()
        operations = histories.merge_identical(self.history)
        return (list(ledgers.violations(self.history, ledger)) + list(ledger_order.violations(operations, ledger)) +
                list(registers.violations(operations, ledger.first_numbers())))


class Judging(unittest.TestCase):
    def setUp(self):
        self.world = w = World()
        w.no_op()
        w.publish(2)
        w.status(0, 'suspended')
        w.read(0, 'suspended')
        w.read(1, 'valid', mode='any', index=2)
        w.status(0, 'valid')

    def refused(self, *fragments):
        found = self.world.violations()
        for fragment in fragments:
            self.assertTrue(any(fragment in sentence for sentence in found), (fragment, found))

    def test_a_good_history_passes(self):
        self.world.read(0, 'valid')
        self.world.read(7, 'absent')
        self.assertEqual(self.world.violations(), [])

    def test_roots_are_those_of_rfc_6962(self):
        ledger = self.world.ledger()
        leaves = [bytes.fromhex(leaf) for leaf in ledger.leaves[1:]]

        def root(nodes):
            if len(nodes) == 1:
                return nodes[0]
            split = 1 << ((len(nodes) - 1).bit_length() - 1)
            return hashlib.sha256(b'\1' + root(nodes[:split]) + root(nodes[split:])).digest()
        for size in range(1, len(leaves) + 1):
            self.assertEqual(ledger.roots[size], root(leaves[:size]).hex())

    def test_stale_linearizable_read(self):
        self.world.read(0, 'suspended')
        self.refused('not linearizable', 'says that 0 is suspended as of index')

    def test_stale_linearizable_read_that_names_its_old_index(self):
        self.world.read(0, 'suspended', index=3)
        self.refused('not linearizable', 'began at')

    def test_a_stale_read_of_any_node_is_allowed_but_not_a_wrong_one(self):
        read = self.world.read(0, 'suspended', mode='any', index=3)
        self.assertEqual(self.world.violations(), [])
        read['index'] = 2
        self.refused('says that 0 is suspended as of index 2, where it is valid')

    def test_what_anybody_saw_had_happened(self):
        self.world.read(0, 'valid', mode='any')
        self.world.no_op()
        self.world.read(1, 'valid', index=3)
        self.refused('began at')

    def test_lost_publication(self):
        lost = self.world.publish()
        self.world.entries[-1].update(digest='another', header=base64.b64encode(b'another').decode())
        self.assertEqual(lost['outcome'], 'ok')
        self.refused('LOST', 'that nobody sent')

    def test_acknowledged_at_another_place(self):
        self.world.publish()['index'] = 3
        self.refused('the receipt of process 1 says')

    def test_refused_and_yet_done(self):
        self.world.status(1, 'revoked', outcome='fail')
        self.refused('was refused')

    def test_accepted_twice(self):
        o = self.world.publish()
        self.world._append('batch', o['digest'], 1)
        self.refused('is in the ledger twice')

    def test_change_after_revocation(self):
        self.world.status(1, 'revoked')
        self.world.status(1, 'valid')
        self.refused('attestation 1: not linearizable')

    def test_a_leader_let_something_bad_into_the_log(self):
        self.world.no_op(verdict='term_decreased')
        self.refused('was rejected as term_decreased')

    def test_another_root_for_a_size(self):
        self.world.read(0, 'valid', checkpoint={'size': 4, 'root': '00' * 32})
        self.refused('was shown the root')

    def test_checkpoint_past_the_end(self):
        self.world.read(0, 'valid', checkpoint={'size': 9, 'root': '00' * 32})
        self.refused('the ledger ends at')

    def test_sealed_status_that_never_was(self):
        self.world.read(0, 'valid', sealed={'status': 'revoked', 'as_of': 4})
        self.refused('proves')

    def test_proof_that_does_not_verify(self):
        self.world.read(0, 'valid', violation='the proof does not verify')
        self.refused('the proof does not verify')

    def test_unknown_write_that_the_ledger_has_before_it_was_called(self):
        o = self.world.status(1, 'suspended', outcome='unknown')
        self.world.publish()
        o['invoke'] += 100
        self.refused('began at')

    def test_unknown_writes_that_happened_or_not(self):
        self.world.publish(outcome='unknown')
        self.world.read(2, 'valid')
        never = self.world.status(1, 'revoked', outcome='unknown')
        del self.world.entries[-1]
        self.assertEqual(self.world.violations(), [])
        self.world.read(1, 'revoked')
        self.assertEqual(never['outcome'], 'unknown')
        self.refused('says that 1 is revoked')

    def test_the_same_bytes_sent_by_two_are_one_transaction(self):
        first = self.world.status(1, 'suspended')
        self.world.read(1, 'suspended')
        again = {**first, 'process': 9, 'invoke': first['invoke'] - 3, 'complete': first['complete'] + 30}
        self.world.history.append(again)
        self.assertEqual(self.world.violations(), [])
        again['outcome'] = 'fail'
        self.refused('was refused')

    def judged(self, paths):
        return [sentence for _, violations in judge.judge(self.world.history, paths) for sentence in violations]

    def test_nodes_that_hold_different_ledgers(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ('one', 'two')]
            for path in paths:
                path.write_text('\n'.join(self.world.lines()) + '\n')
            self.assertEqual(self.judged(paths), [])
            self.world.no_op()
            paths[1].write_text('\n'.join(self.world.lines()) + '\n')
            self.assertIn('do not hold the same ledger', self.judged(paths)[0])


class FakeFault:
    def __init__(self, harmed=(), blocked=()):
        self._harmed, self._blocked = set(harmed), set(blocked)

    def harmed(self):
        return self._harmed

    def blocked(self):
        return self._blocked


class FakeInjection:
    def __init__(self, began, ended, **fault):
        self.began_ns, self.ended_ns, self.fault = began * 10**9, ended * 10**9, FakeFault(**fault)


class Stalls(unittest.TestCase):
    def stall(self, acknowledged, *injections):
        history = [{'op': 'publish', 'outcome': 'ok', 'complete': t * 10**9} for t in acknowledged]
        return summary.longest_stall_with_majority(history, injections, [1, 2, 3])

    def test_with_nobody_harmed(self):
        self.assertEqual(self.stall([0, 1, 5, 6]), 4)

    def test_a_harmed_minority_excuses_nothing(self):
        self.assertEqual(self.stall([0, 10], FakeInjection(2, 9, harmed=[3])), 10)

    def test_a_harmed_majority_excuses(self):
        self.assertEqual(self.stall([0, 10], FakeInjection(1, 9, harmed=[2, 3])), 1)

    def test_changing_majorities_count_each_for_itself(self):
        self.assertEqual(self.stall([0, 10], FakeInjection(0, 4, harmed=[1]), FakeInjection(4, 10, harmed=[2])), 6)

    def test_a_one_way_block_is_a_block(self):
        cut = [(1, 2), (2, 3), (3, 1)]
        self.assertEqual(self.stall([0, 10], FakeInjection(3, 10, blocked=cut)), 3)


if __name__ == '__main__':
    unittest.main()
