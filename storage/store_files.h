#pragma once
// Names of the files in a node's data folder.

#include <string>

#include "storage/store.h"

namespace symbolon::storage {

inline std::string StampPath(const Options& options) {
  return options.dir + "/STORE";
}
inline std::string MarkPath(const Options& options) {
  return options.dir + "/MARK";
}
inline std::string DatabasePath(const Options& options) {
  return options.dir + "/db";
}
// While it is there the node only observes: it may have forgotten what it promised. Its text says why.
inline std::string ObserverPath(const Options& options) {
  return options.dir + "/OBSERVER";
}
// Damage was seen while the node ran: the next start reads everything.
inline std::string DamagePath(const Options& options) {
  return options.dir + "/DAMAGE";
}
// A salvaged database is being made; `SALVAGED` says that it is complete and to take the place of the damaged
// one.
inline std::string NewDatabasePath(const Options& options) {
  return options.dir + "/db.new";
}
inline std::string DamagedDatabasePath(const Options& options) {
  return options.dir + "/db.damaged";
}
inline std::string SalvagedPath(const Options& options) {
  return options.dir + "/SALVAGED";
}

}  // namespace symbolon::storage
