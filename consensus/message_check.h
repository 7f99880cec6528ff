#pragma once

#include <absl/status/status.h>

#include "consensus/message.h"

namespace symbolon::consensus {

// Raft trusts its members (paper 2: non-Byzantine conditions); this is for one that is broken, or speaks
// another version. Refuses (InvalidArgument) what no correct node can have sent to one whose term is `own`,
// before any of it is believed: a sender of 0 or equal to the receiver, numbers too large to count on from, a
// term that no number of elections since leads to, entries that do not follow each other, terms that fall or
// exceed the sender's, entries without data.
absl::Status CheckMessage(const Message& message, Term own);

}  // namespace symbolon::consensus
