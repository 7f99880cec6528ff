"""Time and elections of one node (paper 5.2, 5.4.1; thesis 3.10, 6.2, 9.6; docs/trace-format.md 6.3 and 6.4)."""

from raft_rules import Peer, expect, up_to_date


class Elections:
    """The part of Node that waits, votes, campaigns and begins to lead."""

    # ---- time (format 6.3, thesis 6.2) -------------------------------------------------------------------------------------

    def set_timer(self):
        self.timer = 0
        self.full_at_zero = self.full

    def on_tick(self, line):
        expect(self.result == "ok", "tick: never fails", "ok", self.result)
        self.clock += 1
        self.give_up_proposals()
        election = self.options["election_ticks"]
        if self.role == "leader":
            return self.tick_of_leader(line["state"]["role"], election)
        self.timer += 1
        delay = self.options.get("election_delay_ticks", 0)
        lowest = election + delay + (2 * election if self.full and self.full_at_zero else 0)
        highest = 2 * election - 1 + delay + (2 * election if self.full or self.full_at_zero else 0)
        if line["state"].get("timer") != 0:
            expect(self.timer < highest, "timer: an election is overdue (format 6.3)", "at most %d ticks" % highest, self.timer)
            return
        expect(self.timer >= lowest, "timer: an election before its time (format 6.3)", "at least %d ticks" % lowest, self.timer)
        if self.may_campaign():
            self.begin_pre_vote()
        else:
            self.role = "follower"
            self.leader = None
            self.set_timer()

    def tick_of_leader(self, role, election):
        fresh = {n for n, p in self.peers.items() if self.clock - p.answered < election and not p.observer} | {self.id}
        barely = {n for n, p in self.peers.items() if self.clock - p.answered <= election and not p.observer} | {self.id}
        hangs = self.batches and self.clock - self.batches[0][1] >= election
        if role == "leader":
            expect(self.majority(barely), "check-quorum: a leader without a majority steps down (thesis 6.2)", "follower", role)
            expect(not hangs, "check-quorum: a leader whose disk hangs steps down (format 6.3)", "follower", role)
        else:
            expect(not self.majority(fresh) or hangs, "check-quorum: a leader with a majority stays (thesis 6.2)", "leader", role)
            self.follow(self.term, None)

    # ---- elections (paper 5.2, 5.4.1; thesis 9.6; format 6.4) ---------------------------------------------------------------

    def follow(self, term, leader):
        """Makes the node a follower; a larger term clears the vote, nothing else does (paper 5.1)."""
        if self.role == "leader":
            self.set_timer()
            self.lost_at = {**{p: self.clock for p in self.proposals}, **self.lost_at}
        if term > self.term:
            self.term, self.vote = term, None
        self.role = "follower"
        self.set_leader(leader)

    def set_leader(self, leader):
        if leader is not None and leader != self.leader:
            self.proved = 0  # format 6.10: counted since the node follows this leader
        self.leader = leader

    def begin_pre_vote(self):
        self.role, self.leader = "pre_candidate", None
        self.votes = {self.id}
        self.set_timer()
        self.owe_requests("pre_vote_request", self.term + 1, False)
        if self.majority(self.votes):
            self.campaign(False)

    def campaign(self, transfer):
        self.term += 1
        self.role, self.leader, self.vote = "candidate", None, self.id
        self.votes = set()  # none counts before the own one is durable: nobody can have been asked yet
        self.set_timer()
        self.owe_requests("vote_request", self.term, transfer)

    def lead_if_elected(self):
        """A majority has voted, the own vote durably; leading begins with a no-op of the term (paper 8, thesis 6.4)."""
        if self.role != "candidate" or not self.vote_is_durable() or not self.majority(self.votes | {self.id}):
            return
        self.role, self.leader = "leader", self.id
        self.peers = {n: Peer(self.clock) for n in self.configuration().members - {self.id}}
        for n in self.leaving():
            self.peers[n] = Peer(self.clock)
        self.round_taken = 0
        self.append_own("no_op")

    def leaving(self):
        """Those whom the configuration in force removes (format 6.9)."""
        before = self.configurations[-2][1] if len(self.configurations) > 1 else self.genesis
        return before.members - self.configuration().members - {self.id}

    def append_own(self, kind):
        """A leader appends at the end, in its term, and cuts nothing (paper 5.3: Leader Append-Only)."""
        got = [tuple(e) for e in self.line.get("appended", [])]
        expect(len(got) == 1 and got[0][:3] == (len(self.log) + 1, self.term, kind), "log: a leader appends one entry of its term",
               (len(self.log) + 1, self.term, kind), got)
        self.append(got)

    def answer_vote(self, m):
        pre = m["type"] == "pre_vote_request"
        sender = m["from"]
        gone = self.removal_of(sender)
        if gone is not None:
            return self.owe(m, "removed", term=0, position=[gone, self.term_at(gone)])
        stays = self.hears_a_leader() and self.leader != sender
        reply = "pre_vote_reply" if pre else "vote_reply"
        recent = up_to_date(tuple(m["last"]), self.compared())
        if pre:
            granted = m["term"] > self.term and recent and not stays and self.standing != "observer"
            return self.owe(m, reply, term=m["term"] if granted else self.term, granted=granted)
        if m["term"] < self.term or (stays and not m.get("transfer")):
            return self.owe(m, reply, term=self.term, granted=False)
        if m["term"] > self.term:
            self.follow(m["term"], None)
        granted = (recent and self.standing != "observer" and
                   (self.vote == sender or (self.vote is None and self.leader is None)))
        if granted:
            self.vote = sender
            self.set_timer()
            if self.role == "pre_candidate":
                self.role = "follower"
        self.owe(m, reply, term=self.term, granted=granted)

    def on_pre_vote_reply(self, m):
        if self.role == "pre_candidate" and m["granted"] and m["term"] == self.term + 1 and not m.get("observer"):
            self.votes.add(m["from"])
            if self.majority(self.votes):
                self.campaign(False)

    def on_vote_reply(self, m):
        if self.role == "candidate" and m["granted"] and not m.get("observer"):
            self.votes.add(m["from"])
            self.lead_if_elected()

    def on_timeout_now(self, m):
        """Thesis 3.10."""
        if self.role == "follower" and self.leader == m["from"] and self.may_campaign():
            self.campaign(True)
