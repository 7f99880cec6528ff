"""Reading histories (docs/history-format.md)."""
import json


def read(path):
    with open(path, encoding='utf-8') as file:
        return [json.loads(line) for line in file]


def merge_identical(history):
    """Signing is deterministic: two registrars of one agency that want the same change under the same sequence number send
    the same bytes. That is one transaction, sent twice: called when the first called, done when the first was told so."""
    merged, of_digest = [], {}
    for o in history:
        same = of_digest.get(o.get('digest')) if o['op'] != 'read' else None
        if same is None:
            copy = dict(o)
            merged.append(copy)
            if o['op'] != 'read':
                of_digest[o['digest']] = copy
            continue
        invoke = min(same['invoke'], o['invoke'])
        rank = ('ok', 'unknown', 'fail')
        if (rank.index(o['outcome']), o['complete']) < (rank.index(same['outcome']), same['complete']):
            same.update(o)
        same['invoke'] = invoke
    return merged
