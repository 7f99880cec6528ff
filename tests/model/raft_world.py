"""What several nodes of one closed file owe each other (paper, figure 3; docs/trace-format.md 1, 6.1, 6.4)."""

import json

from raft_rules import expect


class Disk:
    """What one node has written: where its life began, and the batches handed out since."""

    def __init__(self):
        self.life = 0
        self.hard, self.log = (0, None), []
        self.batches = []      # (hard state or None, entries) of this life
        self.needed = 0        # batches up to this token are on the disk
        self.kept = {}         # life -> batches of it that the next life found
        self.applicable = 0    # what its lives were told that they may apply


class World:
    def __init__(self):
        self.sent = {}         # message -> (sender's life, token it waited for)
        self.disks = {}
        self.leaders = {}      # term -> node
        self.entries = {}      # (index, term) -> (entry, term before it)
        self.committed = []    # (entry, term of the node that first showed it committed)
        self.votes = {}        # (voter, term) -> candidate, of votes that have reached somebody
        self.seen_commit = {}  # node -> commit index checked in this life

    def largest_commit(self):
        return len(self.committed)

    # ---- messages ----------------------------------------------------------------------------------------------------------

    @staticmethod
    def text(m):
        return json.dumps(m, sort_keys=True)

    def handed_out(self, node, line):
        disk = self.disks[node.id]
        disk.applicable = max(disk.applicable, line["applicable"])
        if line["token"]:
            disk.batches.append((node.handed_out if "hard_state" in line else None, [tuple(e) for e in line["append"]]))
        for m in line["messages_now"]:
            self.sent[self.text(m)] = (disk.life, 0)
        for m in line["messages_after_persist"]:
            self.sent.setdefault(self.text(m), (disk.life, line["token"]))

    def arrived(self, node, m):
        sent = self.sent.get(self.text(m))
        expect(sent, "network: what arrives was handed out before", "a message sent", m)
        disk, (life, token) = self.disks[m["from"]], sent
        if life == disk.life:
            disk.needed = max(disk.needed, token)
        else:
            expect(token <= disk.kept.get(life, token), "durability: a message left before its batch was durable",
                   "<= %d" % disk.kept.get(life, 0), token)
        if m["type"] == "vote_reply" and m["granted"]:
            voted = self.votes.setdefault((m["from"], m["term"]), m["to"])
            expect(voted == m["to"], "election safety: one vote in a term (paper 5.2)", voted, m["to"])

    # ---- starts (format 6.1) -----------------------------------------------------------------------------------------------

    def before_start(self, node, log, hard, applied):
        hard = (hard["term"], hard["vote"])
        disk = self.disks.get(node.id)
        if disk is None:
            self.disks[node.id] = disk = Disk()
        else:
            if node.standing == "member":
                disk.kept[disk.life] = self.prefix(disk, log, hard, True)
            elif node.standing == "recovering":
                disk.kept[disk.life] = self.prefix(disk, log, hard, False)
            if node.standing != "observer":
                expect(applied <= disk.applicable, "start: applied is at most what an earlier life was told to apply", disk.applicable, applied)
            disk.life += 1
        disk.hard, disk.log, disk.batches, disk.needed = hard, list(log), [], 0
        disk.applicable = max(disk.applicable, applied)
        self.seen_commit[node.id] = 0
        for k, e in enumerate(log):
            self.matches(e, log[k - 1][1] if k else 0)

    @staticmethod
    def prefix(disk, log, hard, whole):
        """Which prefix of the batches a start has found; a recovering node has lost the end of the log besides."""
        held, state = list(disk.log), disk.hard
        for count in range(len(disk.batches) + 1):
            if count:
                new, entries = disk.batches[count - 1]
                state = new or state
                if entries:
                    held[entries[0][0] - 1:] = entries
            same = held == log if whole else held[:len(log)] == log
            if count >= disk.needed and state == hard and same:
                # A later prefix may leave the same disk: then nothing more can be said against it.
                later = count
                for new, entries in disk.batches[count:]:
                    if entries or (new and new != state):
                        break
                    later += 1
                return later if whole else len(disk.batches)
        expect(False, "start: finds what a prefix of its batches left, all that was confirmed or told (paper 5.1, figure 2)",
               "at least %d of %d batches" % (disk.needed, len(disk.batches)), (hard, log[-1:]))

    # ---- after every input -------------------------------------------------------------------------------------------------

    def matches(self, entry, before):
        """Log matching: the same index and term hold the same bytes, and the same before (paper 5.3)."""
        known = self.entries.setdefault(entry[:2], (entry, before))
        expect(known == (entry, before), "log matching: one entry for an index and term (paper 5.3)", known, (entry, before))

    def after(self, node):
        disk = self.disks[node.id]
        if node.line["input"] == "persisted":
            disk.needed = max(disk.needed, node.confirmed)
        for e in node.line.get("appended", ()):
            self.matches(tuple(e), node.term_at(e[0] - 1))
        if node.role == "leader" and self.leaders.get(node.term) != node.id:
            known = self.leaders.setdefault(node.term, node.id)
            expect(known == node.id, "election safety: one leader in a term (paper 5.2)", known, node.id)
            for entry, term in self.committed:
                expect(term >= node.term or (entry[0] <= len(node.log) and node.log[entry[0] - 1] == entry),
                       "leader completeness: a leader has all that was committed before (paper 5.4)", entry, node.last())
        for index in range(self.seen_commit[node.id] + 1, node.commit + 1):
            entry = node.log[index - 1]
            if index > len(self.committed):
                self.committed.append((entry, node.term))
            expect(self.committed[index - 1][0] == entry, "state machine safety: one entry is committed at an index (paper 5.4.3)",
                   self.committed[index - 1][0], entry)
        self.seen_commit[node.id] = max(self.seen_commit[node.id], node.commit)
