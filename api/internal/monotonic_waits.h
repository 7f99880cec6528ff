#pragma once
// Waits that do not depend on the wall clock.
//
// gRPC's timers wait on absl::CondVar, which in this version of Abseil (20220623) turns every timeout into a
// time of the wall clock. When that clock is put back by an hour, no timer of gRPC fires for an hour: broken
// connections are not restored, dead ones not noticed, deadlines of calls not kept. Later versions of Abseil
// wait by the monotonic clock.
//
// Until then this file does it for them: it takes the place of libc's syscall(), by which Abseil waits on a
// futex, and hands such a wait on with the same time left by the monotonic clock. Every other call is handed
// on as it is.

namespace symbolon::api::internal {

// Does nothing; whoever calls it has the above linked in.
void UseMonotonicWaits();

}  // namespace symbolon::api::internal
