"""A second opinion on the consensus core: one node of Raft, judged step by step from a trace.

Written from the Raft paper (Ongaro and Ousterhout 2014, "paper"), Ongaro's thesis ("thesis") and docs/trace-format.md ("format")
alone. It shares no code with the core and must never be made to follow it: where both differ, one of them or the page is wrong.

`Node.step(line)` works out what the input must do, takes from the line only what the format leaves open (its section 7), and raises
`Broken` at the first difference. Time and elections are in raft_elections.py; what a node hands out is judged in raft_effects.py, what several
nodes do together in raft_world.py.
"""

from raft_effects import Effects
from raft_elections import Elections
from raft_rules import Configuration, NOWHERE, Peer, expect, up_to_date


class Node(Elections, Effects):
    """One node over all its lives; `world` keeps what nodes of a closed file owe each other, and is None for others."""

    def __init__(self, number, world):
        self.id = number
        self.world = world
        self.running = False

    # ---- what the log says -------------------------------------------------------------------------------------------------

    def last(self):
        return self.log[-1][:2] if self.log else NOWHERE

    def term_at(self, index):
        """Term of the entry at `index`; None where the log holds none."""
        if index == 0:
            return 0
        return self.log[index - 1][1] if index <= len(self.log) else None

    def configuration(self):
        """The newest in the log is in force, committed or not (thesis 4.1)."""
        return self.configurations[-1][1] if self.configurations else self.genesis

    def configuration_index(self):
        return self.configurations[-1][0] if self.configurations else 0

    def committed_configuration(self):
        known = [c for i, c in self.configurations if i <= self.commit]
        return known[-1] if known else self.genesis

    def removal_of(self, node):
        """Index of the committed entry that removed `node`; None if it is a member or never was one (format 6.9)."""
        if node in self.configuration().members:
            return None
        sets = [(0, self.genesis)] + self.configurations
        for before, after in zip(reversed(sets[:-1]), reversed(sets[1:])):
            if node in before[1].members:
                return after[0] if after[0] <= self.commit else None
        return None

    def compared(self):
        """What stands for the own log in a vote (format 6.10: a recovering node votes as if it still had its tail)."""
        if self.standing == "recovering" and up_to_date(self.promised, self.last()):
            return self.promised
        return self.last()

    def hears_a_leader(self):
        return self.leader == self.id or (self.leader is not None and self.timer < self.options["election_ticks"])

    def may_campaign(self):
        voter = self.id in self.configuration().voters or self.id in self.committed_configuration().voters
        return voter and self.standing == "member" and self.removed is None

    def majority(self, nodes):
        """More than half of the voters in force (format 6)."""
        voters = self.configuration().voters
        return 2 * len(voters & set(nodes)) > len(voters)

    # ---- one line ----------------------------------------------------------------------------------------------------------

    def step(self, line):
        kind = line["input"]
        self.line, self.result = line, line["result"]
        if kind == "start":
            return self.start(line)
        expect(self.running, "start", "an input to a node that has not started")
        if self.failed:
            return  # what follows a final error is left open (format 7)
        self.fatal = None       # the final error that this input must end with
        self.added = []         # entries that this input must append
        self.cut_at = None
        getattr(self, "on_" + kind)(line)
        if self.fatal or "failed" in line["state"]:
            return self.judge_failure(line)
        expect(line.get("cut") == self.cut_at, "log: only a conflict cuts, at the first entry that differs (paper 5.3)", self.cut_at, line.get("cut"))
        got = [tuple(e) for e in line.get("appended", [])]
        expect(got == self.added, "log: appended only what this input brings", self.added, got)
        self.recover_if_whole()
        self.notice_removal()
        self.advance_reads()
        self.compare(line["state"])
        if kind != "take_effects":
            self.remember()
        if self.world:
            self.world.after(self)

    def judge_failure(self, line):
        """A final error is right where the format asks for one, or where a test's log failed to be read (an open file)."""
        self.failed = line["state"].get("failed")
        expect(self.failed is not None, "failed: data loss is final (format 6.5)", self.fatal, "no failure")
        if self.world or self.failed == "DATA_LOSS":
            expect(self.fatal == self.failed, "failed: only where something was lost (format 6.5)", self.fatal, self.failed)

    def compare(self, state):
        configuration = Configuration(state["configuration"])
        for name, mine, its in (
                ("term", self.term, state["term"]), ("vote", self.vote, state["vote"]), ("role", self.role, state["role"]),
                ("leader", self.leader, state["leader"]), ("last", self.last(), tuple(state["last"])),
                ("durable", self.durable, state["durable"]), ("commit", self.commit, state["commit"]),
                ("applied", self.applied, state["applied"]),
                ("timer", None if self.role == "leader" else self.timer, state.get("timer")),
                ("standing", self.standing, state.get("standing", "member")),
                ("promised", self.promised if self.standing == "recovering" else None,
                 tuple(state["promised"]) if "promised" in state else None),
                ("removed", self.removed, tuple(state["removed"]) if "removed" in state else None)):
            expect(mine == its, "state: " + name, mine, its)
        expect(self.configuration() == configuration, "state: configuration is the newest in the log (thesis 4.1)",
               self.configuration(), configuration)
        if self.role == "leader":
            self.compare_peers(state.get("peers", []))

    def compare_peers(self, listed):
        members = self.configuration().members - {self.id}
        names = {p["node"] for p in listed}
        expect(members <= names, "peers: every other member is one", members, names)
        expect(names <= set(self.peers), "peers: only members and those on their way out (format 6.9)", sorted(self.peers), names)
        for p in listed:
            peer = self.peers[p["node"]]
            expect(peer.match == p["match"], "match: rises by accepted answers alone (paper 5.3; format 6.6)", peer.match, p["match"])
            expect(peer.observer == p.get("observer", False), "peers: an observer is marked (format 6.10)", peer.observer, p)
            expect(p["next"] > p["match"], "next: above match", "> %d" % p["match"], p["next"])
        self.peers = {n: p for n, p in self.peers.items() if n in names}

    # ---- start (format 6.1) ------------------------------------------------------------------------------------------------

    def start(self, line):
        self.running = True
        self.failed = None
        state = line.get("state")
        log = [tuple(e) for e in line["log"]] if line["log"] is not None else None
        self.options = line["options"]
        self.standing = self.options.get("standing", "member")
        self.promised = tuple(self.options.get("promised", NOWHERE))
        self.genesis = Configuration(line["genesis"])
        hard = line["hard_state"]
        self.configurations = [(i, Configuration(c)) for i, c in line.get("configurations", [])]
        lost = self.lost_at_start(log, hard, line["applied"])
        if self.result != "ok":
            self.running = False
            expect(lost or self.world is None, "start: refused without a reason (format 6.1)", "ok", self.result)
            return
        expect(not lost, "start: " + str(lost), "DATA_LOSS", "ok")
        if self.world:
            self.world.before_start(self, log, hard, line["applied"])
        self.log, self.tokens = log, [0] * len(log)
        self.term, self.vote = hard["term"], hard["vote"]
        if self.standing == "observer" and log and log[-1][1] > self.term:
            self.term, self.vote = log[-1][1], None
        self.role, self.leader, self.removed = "follower", None, None
        self.durable = len(log)
        self.commit = self.applied = line["applied"]
        self.confirmed = 0           # largest token that was confirmed
        self.token = 0               # largest token that was handed out
        self.clock = 0               # ticks of this life
        self.full = False
        self.incarnations = {}       # largest seen of each sender
        self.peers, self.votes = {}, set()
        self.proved = 0              # p of format 6.10
        self.transferring = False    # the candidacy under way was wished by the old leader
        self.set_timer()
        self.start_effects()
        self.recover_if_whole()
        self.notice_removal()
        self.compare(state)
        self.remember()
        if self.world:
            self.world.after(self)

    def lost_at_start(self, log, hard, applied):
        if log is None:
            return "the log cannot be read"
        if [e[0] for e in log] != list(range(1, len(log) + 1)):
            return "the log has gaps"
        if any(a[1] > b[1] for a, b in zip(log, log[1:])):
            return "the terms of the log fall"
        if log and log[-1][1] > hard["term"] and self.standing != "observer":
            return "the log ends in a term above the current one"
        if applied > len(log):
            return "applied is past the log"
        if self.standing == "recovering" and self.promised[1] > hard["term"]:
            return "promised is of a later term"
        before = self.genesis
        for _, after in self.configurations:
            if before.voters_apart(after) > 1:
                return "two configurations in a row differ by more than one voter"
            before = after
        return None

    # ---- messages (format 6.2) ---------------------------------------------------------------------------------------------

    def on_step(self, line):
        m = line["message"]
        if self.world:
            self.world.arrived(self, m)
        misaddressed = m["to"] != self.id or m.get("incarnation", 0) < self.incarnations.get(m["from"], 0)
        if misaddressed:
            expect(self.result != "ok", "message: refused, to another node or of an earlier life (format 6.2)", "an error", self.result)
            return
        if self.result != "ok" and "failed" not in line["state"]:
            return self.refused(m, line["state"])
        self.note_life(m)
        kind = m["type"]
        if kind in ("pre_vote_request", "vote_request"):
            return self.answer_vote(m)
        if kind in ("read_request", "removed"):
            return getattr(self, "on_" + kind)(m)
        if m["term"] > self.term and not (kind == "pre_vote_reply" and m["granted"]):
            if kind.endswith("_reply") and self.removal_of(m["from"]) is not None:
                return  # format 6.2: the answers of a removed node depose nobody
            self.follow(m["term"], None)
        if m["term"] < self.term:
            if kind == "append_request":
                self.owe(m, "append_reply", term=self.term, accepted=False, prev=0, hint=[0, 0], round=0)
            elif kind == "heartbeat":
                self.owe(m, "heartbeat_reply", term=self.term, round=0)
            return
        getattr(self, "on_" + kind)(m)

    def note_life(self, m):
        """Format 6.2 (incarnation) and 6.10 (observer)."""
        sender, life = m["from"], m.get("incarnation", 0)
        peer = self.peers.get(sender) if self.role == "leader" else None
        if peer and life > self.incarnations.get(sender, 0) and peer.observer:
            peer.observer, peer.match = False, 0  # another life, with another disk
        if peer and m.get("observer"):
            peer.observer = True
        self.incarnations[sender] = max(life, self.incarnations.get(sender, 0))

    def refused(self, m, state):
        """Log, vote and commit stay; term, role, leader and timer may have moved by the term of the message (format 6.2)."""
        expect(self.world is None or self.contradicts(m), "message: refused without a reason (format 6.2)", "ok", self.result)
        term = state["term"]
        if term != self.term:
            expect(term == m["term"] > self.term, "message: a refused one moves the term to its own at most", m["term"], term)
        if (term, state["role"], state["leader"]) != (self.term, self.role, self.leader):
            expect(m["term"] >= self.term and state["role"] == "follower", "message: a refused one makes a follower at most",
                   "follower", state["role"])
            self.follow(term, state["leader"])
            self.incarnations[m["from"]] = max(m.get("incarnation", 0), self.incarnations.get(m["from"], 0))
        if self.role != "leader":
            expect(state["timer"] in (0, self.timer), "timer: a refused message sets it to zero at most", self.timer, state["timer"])
            self.timer = state["timer"]

    def contradicts(self, m):
        """A second leader of a term, other bytes for an entry, an acknowledgement past the log (format 6.2)."""
        if m["type"] in ("append_request", "heartbeat") and m["term"] == self.term and self.leader not in (None, m["from"]):
            return True
        if m["type"] == "append_reply":
            return m.get("accepted") and m["last"] > len(self.log)
        return any(self.term_at(e[0]) == e[1] and self.log[e[0] - 1] != tuple(e) for e in m.get("entries", []))

    def on_removed(self, m):
        if self.leader not in (None, m["from"]) and self.hears_a_leader():
            return
        if m["position"][0] > self.commit:
            self.follow(self.term, None)
            self.removed = tuple(m["position"])

    def hear(self, m):
        """An append_request or heartbeat of the current term: at most one leader per term (paper 5.2)."""
        expect(self.leader in (None, m["from"]), "election safety: a second leader of the term (paper 5.2)", self.leader, m["from"])
        self.follow(self.term, m["from"])
        self.set_timer()
        if self.removal_of(self.id) is None:
            self.removed = None

    # ---- the log of a follower (paper 5.3; format 6.5) ----------------------------------------------------------------------

    def claims_too_much(self, m):
        """Format 6.5 rule 1, and 6.10 in its place for a node that says it lost something. True: nothing else happens."""
        if self.standing == "member":
            if m["match"] > len(self.log):
                self.fatal = "DATA_LOSS"
            return self.fatal is not None
        if m["match"] <= self.proved:
            return False
        if self.standing == "recovering" and max(len(self.log), self.promised[0]) < m["match"]:
            self.promised = (m["match"], self.term)
        self.owe(m, "append_reply", term=self.term, accepted=False, recovering=True, prev=self.last()[0], hint=list(self.last()),
                 round=m["round"])
        return True

    def on_append_request(self, m):
        self.hear(m)
        if self.claims_too_much(m):
            return
        prev = tuple(m["prev"])
        if self.term_at(prev[0]) != prev[1]:
            if prev[0] <= self.commit:
                self.fatal = "DATA_LOSS"
            return self.owe(m, "append_reply", term=self.term, accepted=False, prev=prev[0], hint=list(self.hint(prev)), round=m["round"])
        entries = [tuple(e) for e in m["entries"]]
        new = next((k for k, e in enumerate(entries) if self.term_at(e[0]) != e[1]), len(entries))
        for e in entries[:new]:
            expect(self.log[e[0] - 1] == e, "log matching: other bytes for the same index and term (paper 5.3)", self.log[e[0] - 1], e)
        added = [tuple(e) for e in self.line.get("appended", [])]
        rest = entries[new:]
        if rest and rest[0][0] <= len(self.log):
            if rest[0][0] <= self.commit:
                self.fatal = "DATA_LOSS"
                return
            if added or self.line.get("cut") is not None:
                self.cut(rest[0][0])
        expect(added == rest[:len(added)], "log: what was appended follows the request (paper 5.3)", rest, added)
        end = prev[0] + new + len(added)
        self.append(added)
        self.commit = max(self.commit, min(m["commit"], end))
        self.proved = max(self.proved, end)
        self.owe(m, "append_reply", term=self.term, accepted=True, last=end, partial=len(added) < len(rest), round=m["round"])

    def hint(self, prev):
        """The last position at or below `prev` in index and in term (thesis, end of 3.5; format 6.5)."""
        for entry in reversed(self.log[:prev[0]]):
            if entry[1] <= prev[1]:
                return entry[:2]
        return NOWHERE

    def on_heartbeat(self, m):
        self.hear(m)
        if not self.claims_too_much(m):
            self.commit = max(self.commit, min(m["commit"], m["match"]))
            self.owe(m, "heartbeat_reply", term=self.term, round=m["round"])

    def append(self, entries):
        said = {i: Configuration(c) for i, c in self.line.get("configurations", [])}
        for e in entries:
            expect(e[0] == len(self.log) + 1 and e[1] >= self.last()[1], "log: no gap, and terms never fall", len(self.log) + 1, e)
            if e[2] == "configuration":
                expect(e[0] in said, "configuration: the line says what its entry holds", e, said)
                expect(self.configuration().voters_apart(said[e[0]]) <= 1, "configuration: one voter at a time (thesis 4.1)",
                       self.configuration(), said[e[0]])
                self.configurations.append((e[0], said[e[0]]))
            self.log.append(e)
            self.tokens.append(None)
            self.added.append(e)
        if self.role == "leader":
            for n in self.configuration().members - {self.id}:
                self.peers.setdefault(n, Peer(self.clock))

    def cut(self, index):
        expect(index > self.commit, "log: nothing committed is ever cut (paper 5.4.3)", "> %d" % self.commit, index)
        self.cut_at = index
        self.removed_entries.update(self.log[index - 1:])
        del self.log[index - 1:], self.tokens[index - 1:]
        self.durable = min(self.durable, index - 1)
        self.configurations = [(i, c) for i, c in self.configurations if i < index]

    # ---- the log of a leader (paper 5.3, 5.4.2; format 6.6) ------------------------------------------------------------------

    def on_append_reply(self, m):
        peer = self.peers.get(m["from"]) if self.role == "leader" else None
        if not peer:
            return
        peer.answered = self.clock
        peer.round = max(peer.round, m["round"])
        if m["accepted"]:
            expect(m["last"] <= len(self.log), "message: an acknowledgement past the log is refused", "an error", "ok")
            rises = m["last"] > peer.match
            peer.match = max(peer.match, m["last"])
            self.advance_commit(rises)
        elif m.get("recovering"):
            peer.match = 0

    def on_heartbeat_reply(self, m):
        peer = self.peers.get(m["from"]) if self.role == "leader" else None
        if peer:
            peer.answered = self.clock
            peer.round = max(peer.round, m["round"])

    def advance_commit(self, due=True):
        """The largest N of the own term on a majority, the own copy only if durable (paper 5.4.2).

        A change of voters can make a larger N possible by itself; when that is counted, at once or with the next copy, is left open:
        not `due`."""
        if self.role != "leader":
            return
        has = {n: p.match for n, p in self.peers.items() if not p.observer}
        has[self.id] = self.durable
        matches = sorted((has.get(n, 0) for n in self.configuration().voters), reverse=True)
        n = matches[len(matches) // 2]
        if n > self.commit and self.term_at(n) == self.term and (due or self.line["state"]["commit"] != self.commit):
            self.commit = n

    def own_term_committed(self):
        return self.term_at(self.commit) == self.term

    def on_propose(self, line):
        if self.result == "ok":
            expect(self.role == "leader", "propose: only a leader takes proposals", "leader", self.role)
            self.append_own("normal")
            self.accept_proposal(line)
        elif self.role != "leader" and self.world:
            expect(self.result == "FAILED_PRECONDITION", "propose: refused by who does not lead", "FAILED_PRECONDITION", self.result)
        elif self.result == "UNAVAILABLE":
            expect(self.open_transfers, "propose: unavailable only during a transfer", "a transfer", "none")

    def on_propose_configuration(self, line):
        """Thesis 4.1, 4.2.1, with the correction of 2015: nothing before a commit of the own term."""
        if self.result != "ok":
            return
        new, now = Configuration(line["configuration"]), self.configuration()
        expect(self.role == "leader", "configuration: only a leader appends one", "leader", self.role)
        expect(self.own_term_committed(), "configuration: an entry of the own term is committed (2015)", self.term, self.commit)
        expect(self.configuration_index() <= self.commit, "configuration: the one in force is committed (thesis 4.1)",
               self.configuration_index(), self.commit)
        expect(new.valid() and now.voters_apart(new) <= 1, "configuration: one voter at a time (thesis 4.1)", now, new)
        for n in new.voters - now.voters:
            expect(n in now.learners and not self.peers[n].observer, "configuration: a new voter was a learner (thesis 4.2.1)", now, new)
        self.append_own("configuration")
        expect(self.configuration() == new, "configuration: the entry says what was proposed", new, self.configuration())
        self.advance_commit(False)
        self.accept_proposal(line)

    # ---- durability (format 6.7) --------------------------------------------------------------------------------------------

    def on_persisted(self, line):
        if self.result != "ok":
            expect(line["token"] > self.token or line["token"] == 0, "persisted: a token that was handed out is taken", "ok", self.result)
            return
        expect(line["token"] <= self.token, "persisted: no token that was not handed out", self.token, line["token"])
        self.confirmed = max(self.confirmed, line["token"])
        self.batches = [b for b in self.batches if b[0] > self.confirmed]
        before = self.durable
        while self.durable < len(self.log) and self.tokens[self.durable] in range(self.confirmed + 1):
            self.durable += 1
        self.lead_if_elected()
        self.advance_commit(self.durable > before)

    def on_applied(self, line):
        right = self.applied <= line["index"] <= self.commit
        expect((self.result == "ok") == right, "applied: between applied and commit (format 6.7)", right, self.result)
        if right:
            self.applied = line["index"]

    def on_disk_full(self, line):
        self.full = line["full"]

    # ---- what was lost, who was removed (format 6.9, 6.10) --------------------------------------------------------------------

    def recover_if_whole(self):
        if self.standing == "recovering":
            position = (self.durable, self.term_at(self.durable))
            if up_to_date(position, self.promised):
                self.standing, self.promised = "member", NOWHERE

    def notice_removal(self):
        gone = self.removal_of(self.id)
        if gone is not None:
            self.removed = (gone, self.term_at(gone))
