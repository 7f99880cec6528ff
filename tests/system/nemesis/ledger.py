"""The ledger as a node shows it at the end (docs/history-format.md, "The ledger"), and what a history must find in it."""
import base64
import hashlib
import json

from ledger_order import Statuses


def _leaf(header):
    return hashlib.sha256(b'\0' + header).digest()


class Ledger:
    """The entries, all roots, and the status of every attestation at every index. Written from docs/formats.md."""

    def __init__(self, lines):
        *self.entries, last = (json.loads(line) for line in lines)
        self.checkpoint = last['checkpoint']
        self.index_of = {}  # of the accepted entry with these signed bytes, by their digest
        self.twice = []     # digests accepted more than once
        self.roots = ['']   # in hex, by size
        self.leaves = ['']  # in hex, by index
        self._statuses = Statuses()
        stack = []  # the roots of full subtrees, from large to small: (height, hash)
        for position, entry in enumerate(self.entries):
            self._apply(entry)
            self.leaves.append(_leaf(base64.b64decode(entry['header'])).hex())
            stack.append((0, bytes.fromhex(self.leaves[-1])))
            while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
                (height, left), (_, right) = stack[-2:]
                stack[-2:] = [(height + 1, hashlib.sha256(b'\1' + left + right).digest())]
            self.roots.append(self._fold(stack))
            if entry.get('index') != position + 1:
                raise ValueError(f'entry {position + 1} says that it is {entry.get("index")}')

    @classmethod
    def read(cls, path):
        with open(path, encoding='utf-8') as file:
            return cls(file)

    @staticmethod
    def _fold(stack):
        root = stack[-1][1]
        for _, left in reversed(stack[:-1]):
            root = hashlib.sha256(b'\1' + left + root).digest()
        return root.hex()

    def _apply(self, entry):
        if entry['verdict'] != 'accepted':
            for number in range(entry.get('first', 0), entry.get('first', 0) + entry.get('count', 0)):
                self._statuses.set(number, entry['index'], 'void')
            return
        if entry['kind'] not in ('batch', 'status'):
            return
        if entry['digest'] in self.index_of:
            self.twice.append(entry['digest'])
        self.index_of[entry['digest']] = entry['index']
        for number in range(entry['first'], entry['first'] + entry['count']):
            self._statuses.set(number, entry['index'], 'valid')
        for number, status in entry.get('changes', []):
            self._statuses.set(number, entry['index'], status)

    def status_at(self, number, index):
        return self._statuses.at(number, index)

    def first_numbers(self):
        """{digest: first attestation number} of the accepted batches."""
        return {e['digest']: e['first'] for e in self.entries if e['kind'] == 'batch' and e['verdict'] == 'accepted'}


def violations(history, ledger):
    """Nothing acknowledged is lost, nothing refused has happened, nothing came from nowhere, and every checkpoint that
    anybody was ever shown is of this very ledger."""
    if ledger.checkpoint['size'] != len(ledger.entries) or ledger.checkpoint['root'] != ledger.roots[-1]:
        yield f'the node signs {ledger.checkpoint}, its {len(ledger.entries)} entries have the root {ledger.roots[-1]}'
    for digest in ledger.twice:
        yield f'the transaction {digest} is in the ledger twice'
    for entry in ledger.entries:
        if entry['verdict'] not in ('accepted', 'seal_repeated'):
            yield f'entry {entry["index"]} ({entry["kind"]}) was rejected as {entry["verdict"]}: no leader should have taken it'
    known = set()
    for o in history:
        if o['op'] != 'read':
            known.add(o['digest'])
            yield from _write_violations(o, ledger)
        if 'violation' in o:
            yield f'process {o["process"]}, {o["op"]} at {o["invoke"]}: {o["violation"]}'
        if 'checkpoint' in o:
            yield from _checkpoint_violations(o, ledger)
    for digest, index in ledger.index_of.items():
        if digest not in known:
            yield f'entry {index} holds a transaction that nobody sent'


def _write_violations(o, ledger):
    index = ledger.index_of.get(o['digest'])
    if o['outcome'] == 'fail' and index is not None:
        yield f'the {o["op"]} of process {o["process"]} at {o["invoke"]} was refused ({o.get("error")}), yet it is entry {index}'
    if o['outcome'] != 'ok':
        return
    if index is None:
        yield f'LOST: the {o["op"]} of process {o["process"]}, acknowledged as entry {o["index"]}, is not in the ledger'
        return
    entry = ledger.entries[index - 1]
    says = (o['index'], o.get('term'), o.get('leaf'), o.get('first', entry['first']))
    true = (index, entry['term'], ledger.leaves[index], entry['first'])
    if says != true and 'violation' not in o:
        yield f'the receipt of process {o["process"]} says (index, term, leaf, first number) {says}; the ledger {true}'


def _checkpoint_violations(o, ledger):
    size, root = o['checkpoint']['size'], o['checkpoint']['root']
    if size > len(ledger.entries):
        yield f'process {o["process"]} was shown a checkpoint of size {size}; the ledger ends at {len(ledger.entries)}'
    elif ledger.roots[size] != root:
        yield f'process {o["process"]} was shown the root {root} for size {size}; it is {ledger.roots[size]}'
