"""What a node hands out: batches for its disk, messages and what they claim, answers (docs/trace-format.md 5, 6.7 and 6.8)."""

from raft_rules import expect

REPLIES = ("pre_vote_reply", "vote_reply", "append_reply", "heartbeat_reply")


class Snapshot:
    """What messages handed out later may be made of: the node after one input."""

    def __init__(self, node):
        self.term, self.role, self.leader, self.commit = node.term, node.role, node.leader, node.commit
        self.last = node.last()
        self.match = {n: p.match for n, p in node.peers.items()} if node.role == "leader" else {}


class Read:
    """A linearizable read (thesis 6.4), begun here or forwarded from another node."""

    def __init__(self, node, floor):
        self.begun = node.clock
        self.under = (node.term, node.leader)  # it fails with its leader
        self.floor = floor                     # the largest commit index of any node when it began
        self.waits = node.role == "leader" and not node.own_term_committed()
        self.index = None                      # the leader's commit index, once an entry of the own term is committed
        self.latest = 0                        # of a read that had to wait for that: the one when its round began
        self.round = 0                         # rounds up to this one had begun before: they prove nothing
        self.indexes = set()                   # with which it may be confirmed


class Effects:
    """The part of Node that judges `take_effects`."""

    def start_effects(self):
        self.handed_out = (self.line["hard_state"]["term"], self.line["hard_state"]["vote"])
        self.hard_states = [(0, *self.handed_out)]  # (token, term, vote): the one on the disk, and those on their way
        self.batches = []                           # (token, tick) of those not confirmed
        self.owed = []                              # messages that inputs since the last take_effects call for
        self.window = []                            # Snapshots since then
        self.removed_entries = set()                # entries cut since then: a request may still hold them
        self.largest_durable = self.durable
        self.reads, self.forwarded = {}, []
        self.proposals = {}                         # position -> tick
        self.given_up = set()                       # of these, whose time was over before their end was known
        self.lost_at = {}                           # position -> tick in which the leadership of its term was lost
        self.open_transfers = []                    # (target, term)
        self.round_taken = 0
        self.leaders_seen = set()
        self.role_told = ("follower", 0, None)

    def remember(self):
        self.window.append(Snapshot(self))
        self.largest_durable = max(self.largest_durable, self.durable)
        if self.leader is not None:
            self.leaders_seen.add((self.term, self.leader))

    # ---- what inputs call for ----------------------------------------------------------------------------------------------

    def owe(self, request, kind, **fields):
        self.owed.append((self.term, dict(fields, to=request["from"], type=kind)))

    def owe_requests(self, kind, term, transfer):
        for n in self.configuration().voters - {self.id}:
            fields = {"type": kind, "to": n, "term": term, "last": list(self.last())}
            if kind == "vote_request":
                fields["transfer"] = transfer
            self.owed.append((self.term, fields))

    def take_owed(self, m):
        for k, (own_term, fields) in enumerate(self.owed):
            if all(m.get(name, False) == value for name, value in fields.items()):
                del self.owed[k]
                return own_term
        same = [f for _, f in self.owed if (f["to"], f["type"]) == (m["to"], m["type"])]
        expect(False, "message: %s that no input calls for (format 6.4, 6.5)" % m["type"], same or "none", m)

    def all_answered(self):
        """Every request is answered once, but what waits for the disk is withdrawn by a new term (format 7)."""
        for own_term, fields in self.owed:
            kind = fields["type"]
            if kind == "vote_request" and self.role != "candidate" or kind == "pre_vote_request" and self.role != "pre_candidate":
                continue
            expect(own_term < self.term, "message: an answer or request is missing (format 6.2, 6.4, 6.5)", fields, "nothing")
        self.owed = []

    # ---- take_effects ------------------------------------------------------------------------------------------------------

    def on_take_effects(self, line):
        if self.result != "ok":
            self.fatal = line["state"].get("failed") if self.world is None else None
            return
        now = (self.term, self.vote)
        hard = (line["hard_state"]["term"], line["hard_state"]["vote"]) if "hard_state" in line else None
        expect(hard == (now if now != self.handed_out else None), "durability: term and vote are handed out when they changed",
               now if now != self.handed_out else None, hard)
        fresh = len(self.log)
        while fresh > self.durable and self.tokens[fresh - 1] is None:
            fresh -= 1
        given = [tuple(e) for e in line["append"]]
        expect(given == self.log[fresh:], "durability: every new entry is handed out once, in order", self.log[fresh:], given)
        self.hand_out_batch(line, hard, fresh)
        for m in line["messages_now"]:
            self.judge_message(m, False)
        for m in line["messages_after_persist"]:
            self.judge_message(m, True)
        self.all_answered()
        expect(line["commit"] == self.commit, "effects: commit", self.commit, line["commit"])
        expect(line["applicable"] == min(self.commit, self.durable), "effects: only what is committed and durable is applied",
               min(self.commit, self.durable), line["applicable"])
        self.judge_reads(line.get("reads", []))
        self.judge_proposals(line.get("proposals", []))
        self.judge_transfers(line.get("transfers", []))
        self.hand_over_when_removed()
        self.heartbeats_sent()
        self.judge_role_change(line.get("role_change"))
        if self.world:
            self.world.handed_out(self, line)
        self.window, self.removed_entries, self.largest_durable = [Snapshot(self)], set(), self.durable

    def hand_out_batch(self, line, hard, fresh):
        needed = bool(hard or line["append"] or line["messages_after_persist"])
        token = self.token + 1 if needed else 0
        expect(line["token"] == token, "durability: tokens count the batches", token, line["token"])
        if not needed:
            return
        self.token = token
        self.batches.append((token, self.clock))
        self.tokens[fresh:] = [token] * (len(self.log) - fresh)
        if hard:
            self.hard_states.append((token, *hard))
            self.handed_out = hard

    def durable_hard_states(self, after_persist):
        """What the disk holds when a message leaves; of those confirmed the last one is enough."""
        confirmed = [h for h in self.hard_states if h[0] <= self.confirmed]
        self.hard_states = confirmed[-1:] + [h for h in self.hard_states if h[0] > self.confirmed]
        return self.hard_states if after_persist else self.hard_states[:1]

    def vote_is_durable(self):
        return any(h[1:] == (self.term, self.id) for h in self.durable_hard_states(False))

    # ---- messages (format 6.7: what they claim; paper figure 2: what they say) ----------------------------------------------

    def judge_message(self, m, after_persist):
        kind, own_term = m["type"], m["term"]
        expect(m["from"] == self.id, "message: the sender is the node", self.id, m["from"])
        expect(m.get("observer", False) == (self.standing == "observer"), "message: an observer says so (format 6.10)", self.standing, m)
        expect(m.get("incarnation", 0) == self.options.get("incarnation", 0), "message: carries the incarnation",
               self.options.get("incarnation", 0), m.get("incarnation", 0))
        if kind in REPLIES or kind in ("vote_request", "pre_vote_request"):
            own_term = self.take_owed(m)
            if kind in ("vote_request", "pre_vote_request"):
                own_term = m["term"] - (kind == "pre_vote_request")
        elif kind == "removed":
            self.judge_removed(m)
        elif kind == "read_reply":
            self.judge_read_reply(m)
        elif kind == "read_request":
            expect(any(s.leader == m["to"] for s in self.window), "read: forwarded to the leader", "a leader", m["to"])
        else:
            self.judge_leaders_message(m)
        if kind not in ("removed", "read_request"):
            self.judge_claims(m, own_term, after_persist)

    def judge_claims(self, m, own_term, after_persist):
        known = self.durable_hard_states(after_persist)
        if m["type"] != "read_reply" or m["term"]:
            expect(any(h[1] >= own_term for h in known), "durability: the term of a message is on the disk (paper 5.1)", own_term, known)
        if m["type"] == "vote_request" or (m["type"] == "vote_reply" and m["granted"]):
            vote = self.id if m["type"] == "vote_request" else m["to"]
            expect(any(h[1] > m["term"] or h[1:] == (m["term"], vote) for h in known),
                   "durability: a vote is on the disk before it leaves (paper figure 2)", (m["term"], vote), known)
        if m["type"] == "append_reply" and m["accepted"]:
            end = len(self.log) if after_persist else self.largest_durable
            expect(m["last"] <= end, "durability: an acknowledgement is on the disk before it leaves (paper figure 2)", "<= %d" % end, m["last"])

    def judge_removed(self, m):
        gone = self.removal_of(m["to"])
        answered = next((k for k, o in enumerate(self.owed) if (o[1]["to"], o[1]["type"]) == (m["to"], "removed")), None)
        if answered is not None:
            del self.owed[answered]
        expect(gone is not None and [gone, self.term_at(gone)] == m["position"], "removed: only who was, by a committed entry (format 6.9)",
               gone, m)

    def judge_leaders_message(self, m):
        kind, to = m["type"], m["to"]
        led = [s for s in self.window if s.role == "leader" and s.term == m["term"]]
        expect(led, "message: only the leader of its term sends %s (paper 5.2)" % kind, "leader of %d" % m["term"], self.role)
        if kind == "timeout_now":
            return self.judge_timeout_now(m, led)
        peers = [s for s in led if to in s.match]
        expect(peers, "message: to a peer", sorted(self.peers), to)
        expect(m["round"] >= self.round_taken or m["term"] < self.term, "read: rounds grow", self.round_taken, m["round"])
        matches = {s.match[to] for s in peers}
        commits = {s.commit for s in led}
        expect(m["match"] in matches, "message: match is the leader's (format 6.6)", matches, m["match"])
        if kind == "append_request":
            expect(m["commit"] in commits, "message: commit is the leader's (paper figure 2)", commits, m["commit"])
            self.judge_stretch(m)
        else:
            expect(m["commit"] in {min(c, a) for c in commits for a in matches}, "message: a heartbeat carries min(commit, match)",
                   (commits, matches), m["commit"])
            if to in self.peers and m["term"] == self.term:
                self.peers[to].heartbeat = self.clock
        if m["term"] == self.term:
            self.round_taken = max(self.round_taken, m["round"])

    def judge_stretch(self, m):
        index = m["prev"][0]
        held = tuple(m["prev"]) == (0, 0) or self.term_at(index) == m["prev"][1] or any(e[:2] == tuple(m["prev"]) for e in self.removed_entries)
        expect(held, "message: prev is in the leader's log (paper 5.3)", self.term_at(index), m["prev"])
        for k, e in enumerate(m["entries"]):
            e = tuple(e)
            held = e[0] == index + 1 + k and (e[0] <= len(self.log) and self.log[e[0] - 1] == e or e in self.removed_entries)
            expect(held, "message: entries are a stretch of the leader's log (paper 5.3)", "an entry of the log", e)

    def judge_timeout_now(self, m, led):
        to = m["to"]
        whole = any(s.match.get(to) == s.last[0] for s in led) and any(t == to for t, _ in self.open_transfers)
        leaves = (self.id not in self.configuration().voters and self.configuration_index() <= self.commit and
                  to in self.configuration().voters and any(s.match.get(to, 0) >= self.configuration_index() for s in led))
        expect(whole or leaves, "transfer: only a target with the whole log is told to campaign (thesis 3.10)", [s.last for s in led[-1:]], m)
        if to in self.peers:
            self.peers[to].heartbeat = self.clock

    def hand_over_when_removed(self):
        """A leader that is no voter leads until that is committed, hands over and steps down (thesis 4.2.2)."""
        if self.role == "leader" and self.id not in self.configuration().voters and self.configuration_index() <= self.commit:
            self.follow(self.term, None)

    def heartbeats_sent(self):
        if self.role != "leader":
            return
        for n in self.configuration().members - {self.id}:
            silent = self.clock - self.peers[n].heartbeat
            expect(silent < self.options["heartbeat_ticks"] or silent == 0, "heartbeat: every heartbeat_ticks to every peer (paper 5.2)",
                   "< %d" % self.options["heartbeat_ticks"], (n, silent))

    def judge_role_change(self, change):
        now = (self.role, self.term, self.leader)
        got = (change["role"], change["term"], change["leader"]) if change else None
        expect(got == (now if now != self.role_told else None), "effects: role_change", now if now != self.role_told else None, got)
        self.role_told = now

    # ---- reads (thesis 6.4) ------------------------------------------------------------------------------------------------

    def on_read_index(self, line):
        if self.result != "ok":
            return
        expect(self.leader is not None, "read: refused when no leader is known", "an error", "ok")
        expect(line["id"] not in self.reads, "read: an id stands for one read at a time", "a new id", line["id"])
        self.reads[line["id"]] = Read(self, self.world.largest_commit() if self.world else 0)

    def on_read_request(self, m):
        if self.role == "leader":
            read = Read(self, 0)
            read.key = (m["from"], m["id"])
            self.forwarded = [r for r in self.forwarded if r.under == read.under] + [read]

    def on_read_reply(self, m):
        if m["confirmed"] and m["from"] == self.leader:
            for read in self.reads.values():
                if read.under == (self.term, self.leader):
                    read.indexes.add(m["index"])

    def advance_reads(self):
        """Registers reads at the commit index, and finds those that a majority of a later round lets be confirmed."""
        if self.role != "leader" or not (self.reads or self.forwarded):
            return
        for read in [*self.reads.values(), *self.forwarded]:
            if read.under != (self.term, self.id) or read.indexes:
                continue
            if read.index is None and self.own_term_committed():
                read.index, read.round = self.commit, self.round_taken
            if read.waits and self.round_taken == read.round:
                read.latest = self.commit  # its round has not begun: a later commit index is as good
            answered = {n for n, p in self.peers.items() if p.round > read.round and not p.observer} | {self.id}
            if read.index is not None and self.majority(answered):
                read.indexes.update(range(read.index, max(read.index, read.latest) + 1))

    def judge_reads(self, ends):
        for end in ends:
            read = self.reads.pop(end["id"], None)
            expect(read, "read: each ends once", "an open read", end)
            if not end["confirmed"]:
                continue
            expect(end["index"] in read.indexes, "read: confirmed by a majority of a round begun after it (thesis 6.4)", read.indexes, end)
            expect(end["index"] <= self.applied, "read: applied before it is confirmed (thesis 6.4)", "<= %d" % self.applied, end)
            expect(end["index"] >= read.floor, "read: nothing committed before it is missed (thesis 6.4)", ">= %d" % read.floor, end)
        for number, read in self.reads.items():
            late = self.clock - read.begun
            expect(read.indexes or late <= self.options["read_timeout_ticks"], "read: fails in time (format 6.8)",
                   "%d ticks" % self.options["read_timeout_ticks"], (number, late))

    def judge_read_reply(self, m):
        if not m["confirmed"]:
            return
        fits = [r for r in self.forwarded if r.key == (m["to"], m["id"]) and m["index"] in r.indexes]
        expect(fits, "read: a forwarded one is confirmed by a majority of a later round (thesis 6.4)",
               [(r.index, r.indexes) for r in self.forwarded if r.key == (m["to"], m["id"])], m)

    # ---- proposals and transfers (format 6.8) -------------------------------------------------------------------------------

    def accept_proposal(self, line):
        expect(tuple(line["position"]) == self.last(), "propose: the position is the end of the log", self.last(), line["position"])
        self.proposals[self.last()] = self.clock

    def fate(self, position):
        index, term = position
        if self.commit >= index:
            return "committed" if self.term_at(index) == term else "dropped"
        return "dropped" if self.commit and self.term_at(self.commit) > term else None

    def give_up_proposals(self):
        """After proposal_timeout_ticks, or 2E ticks after leadership was lost, a proposal may end as unknown."""
        for position, begun in self.proposals.items():
            over = self.clock - begun >= self.options["proposal_timeout_ticks"]
            lost = self.clock - self.lost_at.get(position, self.clock) >= 2 * self.options["election_ticks"]
            if (over or lost) and self.fate(position) is None:
                self.given_up.add(position)

    def judge_proposals(self, ends):
        for end in ends:
            position = tuple(end["position"])
            expect(self.proposals.pop(position, None) is not None, "proposal: each ends once", "an open proposal", end)
            true = {self.fate(position)} | ({"unknown"} if position in self.given_up else set())
            expect(end["outcome"] in true, "proposal: its end is true (format 6.8)", true, end)
        for position, begun in self.proposals.items():
            expect(self.fate(position) is None, "proposal: an end that is known is told", self.fate(position), position)
            late = self.clock - begun
            expect(late <= self.options["proposal_timeout_ticks"], "proposal: ends in time", self.options["proposal_timeout_ticks"], late)

    def on_transfer_leadership(self, line):
        if self.result == "ok":
            expect(self.role == "leader", "transfer: only a leader hands over", "leader", self.role)
            self.open_transfers.append((line["target"], self.term))

    def judge_transfers(self, ends):
        for end in ends:
            begun = next((t for t in self.open_transfers if t[0] == end["target"]), None)
            expect(begun, "transfer: each ends once", "an open transfer", end)
            self.open_transfers.remove(begun)
            if end["done"]:
                expect(any(n == begun[0] and t > begun[1] for t, n in self.leaders_seen) or begun[0] == self.id,
                       "transfer: done when the target leads a later term", begun, sorted(self.leaders_seen)[-1:])
