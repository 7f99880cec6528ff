#pragma once
// A connection that does what another one does, but for what a test overrides.

#include <memory>
#include <utility>
#include <vector>

#include "api/peer.h"

namespace symbolon::test {

class ForwardingPeer : public api::Peer {
 public:
  explicit ForwardingPeer(std::unique_ptr<api::Peer> peer) : peer_(std::move(peer)) {}
  void Send(const consensus::Message& message) override { peer_->Send(message); }
  bool Reachable() const override { return peer_->Reachable(); }
  absl::Status LinkStatus() const override { return peer_->LinkStatus(); }
  void Forward(const api::Transaction& transaction, api::Done<api::Forwarded> done) override {
    peer_->Forward(transaction, std::move(done));
  }
  void FetchEntries(const std::vector<uint64_t>& indexes,
                    api::Done<std::vector<api::LedgerEntry>> done) override {
    peer_->FetchEntries(indexes, std::move(done));
  }
  void FetchCheckpoint(api::Done<Bytes> done) override { peer_->FetchCheckpoint(std::move(done)); }

 private:
  const std::unique_ptr<api::Peer> peer_;
};

}  // namespace symbolon::test
