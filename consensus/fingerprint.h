#pragma once
// The state of a Raft as bytes, for those who explore all of its behaviours and must know when two are the
// same.

#include <string>

#include "consensus/entry.h"
#include "consensus/message.h"

namespace symbolon::consensus {

class Raft;

// Canonical bytes: equal ones mean that two instances (of equal Options, over LogViews that read the same)
// answer the same inputs in the same way. For that, points in time are written as differences, and a
// difference of 2^32 ticks or more as "far": equality holds until that many ticks have passed. Tokens are
// counted from the last one issued, as their values mean nothing. They hold the bytes of entries: not for
// logs.
class Fingerprint {
 public:
  static std::string Of(const Raft& raft);
  static std::string Of(const Message& message);
  static std::string Of(const Entry& entry);

 private:
  class Writer;
};

}  // namespace symbolon::consensus
