#pragma once

#include <absl/status/status.h>

#include "consensus/message.h"

namespace symbolon::consensus {

// Refuses (InvalidArgument) what no correct node can have sent, before any of it is believed: a sender of 0
// or equal to the receiver, numbers too large to count on from, entries that do not follow each other, terms
// that fall or exceed the sender's, entries without data, configuration entries (the configuration is that of
// genesis).
absl::Status CheckMessage(const Message& message);

}  // namespace symbolon::consensus
