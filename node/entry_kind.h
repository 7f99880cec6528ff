#pragma once
// The ledger's kinds of entries, as Raft sees them: it knows its own two and takes all others alike.

#include "consensus/entry.h"
#include "ledger/entry_header.h"

namespace symbolon::node {

inline consensus::EntryKind EntryKindOf(ledger::Kind kind) {
  switch (kind) {
    case ledger::Kind::kNoOp:
      return consensus::EntryKind::kNoOp;
    case ledger::Kind::kConfiguration:
      return consensus::EntryKind::kConfiguration;
    default:
      return consensus::EntryKind::kNormal;
  }
}

}  // namespace symbolon::node
