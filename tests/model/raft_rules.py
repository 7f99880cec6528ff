"""Small parts of the model: the refusal, positions, configurations, peers."""

NOWHERE = (0, 0)


class Broken(Exception):
    """A step that Raft does not allow: the rule, what it asks for, what the trace shows."""

    def __init__(self, rule, expected, got):
        super().__init__("%s; expected %s, got %s" % (rule, expected, got))
        self.rule = rule


def expect(holds, rule, expected="", got=""):
    if not holds:
        raise Broken(rule, expected, got)


def up_to_date(candidate, own):
    """Paper 5.4.1: the later last term wins, then the longer log. Both are (index, term)."""
    return (candidate[1], candidate[0]) >= (own[1], own[0])


class Configuration:
    """The members: voters, and learners who have no vote (thesis 4.2.1)."""

    def __init__(self, value):
        self.voters = frozenset(value["voters"])
        self.learners = frozenset(value["learners"])
        self.members = self.voters | self.learners

    def __eq__(self, other):
        return (self.voters, self.learners) == (other.voters, other.learners)

    def __repr__(self):
        return "voters %s learners %s" % (sorted(self.voters), sorted(self.learners))

    def valid(self):
        return bool(self.voters) and not self.voters & self.learners

    def voters_apart(self, other):
        return len(self.voters ^ other.voters)


class Peer:
    """What a leader knows of another node (paper, figure 2: matchIndex)."""

    def __init__(self, now):
        self.match = 0
        self.observer = False
        self.answered = now  # tick of the latest answer in this term
        self.round = 0       # latest read round answered in this term
        self.heartbeat = now  # tick of the latest heartbeat that was handed out
