#pragma once
// What gRPC has to say of itself: failed handshakes of strangers, and the like. It would print to standard
// error, in its own format; errors of calls reach their callers anyway. Silent unless asked.

#include <functional>
#include <string>

namespace symbolon::api {

// From now on `log` gets every error of gRPC's, one line without its end, from any thread; it must not call
// api/. Call it before the first Server, Client or Peer of the process, once.
void SetLibraryLog(std::function<void(const std::string& line)> log);

}  // namespace symbolon::api
