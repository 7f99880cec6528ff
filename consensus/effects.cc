#include "consensus/effects.h"

namespace symbolon::consensus {

std::ostream& operator<<(std::ostream& out, Role role) {
  switch (role) {
    case Role::kFollower:
      return out << "follower";
    case Role::kPreCandidate:
      return out << "pre-candidate";
    case Role::kCandidate:
      return out << "candidate";
    case Role::kLeader:
      return out << "leader";
  }
  return out << "unknown role";
}

std::ostream& operator<<(std::ostream& out, Outcome outcome) {
  switch (outcome) {
    case Outcome::kCommitted:
      return out << "committed";
    case Outcome::kDropped:
      return out << "dropped";
    case Outcome::kUnknown:
      return out << "unknown";
  }
  return out << "unknown outcome";
}

}  // namespace symbolon::consensus
