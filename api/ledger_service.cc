#include <fmt/format.h>

#include <atomic>
#include <deque>

#include "api/internal/conversion.h"
#include "api/internal/pending_call.h"
#include "api/internal/runtime.h"
#include "api/internal/status_conversion.h"
#include "proto/ledger.grpc.pb.h"

namespace symbolon::api::internal {
namespace {

// How much of the ledger is read ahead of a slow client, per stream.
constexpr size_t kChunkEntries = 256;
constexpr size_t kChunkBytes = 1 << 20;

// Reads a chunk on a worker thread, writes it out entry by entry as fast as the client takes it, reads the
// next. Exactly one of these is going on at any time, so that nothing here needs a lock; a cancelled call
// ends at its next step.
class EntryStream final : public grpc::ServerWriteReactor<v1::LedgerEntry> {
 public:
  EntryStream(Runtime* runtime, std::shared_ptr<Slot> slot, uint64_t first, uint64_t last)
      : runtime_(runtime), slot_(std::move(slot)), next_(first), last_(last) {
    ReadChunk();
  }

  void OnWriteDone(bool ok) override {
    if (!ok || cancelled_) return Stop({grpc::StatusCode::CANCELLED, "the client has gone"});
    chunk_.pop_front();
    if (!chunk_.empty()) return WriteFront();
    if (next_ > last_) return Stop(grpc::Status::OK);
    ReadChunk();
  }

  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }

 private:
  void ReadChunk() {
    runtime_->readers.Run([this] {
      const absl::Status status = FillChunk();
      if (chunk_.empty()) {
        return Stop(status.ok() ? grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone")
                                : ToGrpc(status));
      }
      WriteFront();  // an error behind the chunk shows again when the next one is read
    });
  }

  absl::Status FillChunk() {
    size_t bytes = 0;
    while (next_ <= last_ && chunk_.size() < kChunkEntries && bytes < kChunkBytes && !cancelled_) {
      auto entry = runtime_->backend->ReadEntry(next_);
      if (!entry.ok()) return entry.status();
      bytes += entry->header.size() + entry->body.size();
      Write(*std::move(entry), &chunk_.emplace_back());
      ++next_;
    }
    return absl::OkStatus();
  }

  // Without gRPC's buffer hint: a write so marked was seen to wait for seconds until something else was sent.
  void WriteFront() { StartWrite(&chunk_.front()); }

  void Stop(grpc::Status status) {
    slot_->Release();
    Finish(std::move(status));
  }

  Runtime* runtime_;
  std::shared_ptr<Slot> slot_;
  uint64_t next_;
  const uint64_t last_;
  std::deque<v1::LedgerEntry> chunk_;
  std::atomic<bool> cancelled_ = false;
};

// A stream that is refused or has nothing to say.
class EmptyStream final : public grpc::ServerWriteReactor<v1::LedgerEntry> {
 public:
  explicit EmptyStream(grpc::Status status) { Finish(std::move(status)); }
  void OnDone() override { delete this; }
};

class LedgerService final : public v1::LedgerReading::CallbackService {
 public:
  explicit LedgerService(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerUnaryReactor* GetGenesis(grpc::CallbackServerContext* context, const v1::GetGenesisRequest*,
                                       v1::GetGenesisReply* reply) override {
    reply->set_genesis(runtime_->backend->Genesis());
    return Answer(context, grpc::Status::OK);
  }

  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const v1::GetCheckpointRequest*,
                                          v1::GetCheckpointReply* reply) override {
    auto checkpoint = runtime_->backend->Checkpoint();
    if (checkpoint.ok()) reply->set_checkpoint(*std::move(checkpoint));
    return Answer(context, ToGrpc(checkpoint.status()));
  }

  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context,
                                              const v1::GetInclusionProofRequest* request,
                                              v1::ProofReply* reply) override {
    const auto proof = runtime_->backend->InclusionProof(request->entry_index(), request->tree_size());
    if (proof.ok()) Write(*proof, reply);
    return Answer(context, ToGrpc(proof.status()));
  }

  grpc::ServerUnaryReactor* GetConsistencyProof(grpc::CallbackServerContext* context,
                                                const v1::GetConsistencyProofRequest* request,
                                                v1::ProofReply* reply) override {
    const auto proof = runtime_->backend->ConsistencyProof(request->first_size(), request->second_size());
    if (proof.ok()) Write(*proof, reply);
    return Answer(context, ToGrpc(proof.status()));
  }

  grpc::ServerWriteReactor<v1::LedgerEntry>* ReadEntries(grpc::CallbackServerContext*,
                                                         const v1::ReadEntriesRequest* request) override {
    const uint64_t applied = runtime_->backend->AppliedIndex();
    const uint64_t first = request->first_index();
    const uint64_t last = request->last_index() == 0 ? applied : request->last_index();
    if (first == 0)
      return new EmptyStream({grpc::StatusCode::INVALID_ARGUMENT, "entries are numbered from 1"});
    if (last > applied) {
      return new EmptyStream({grpc::StatusCode::OUT_OF_RANGE,
                              fmt::format("last_index is past the last entry applied here ({})", applied)});
    }
    if (request->last_index() != 0 && first > last) {
      return new EmptyStream({grpc::StatusCode::INVALID_ARGUMENT, "first_index is past last_index"});
    }
    if (first > last) return new EmptyStream(grpc::Status::OK);  // up to date
    auto slot = runtime_->ledger_streams.Take();
    if (!slot.ok()) return new EmptyStream(ToGrpc(slot.status()));
    return new EntryStream(runtime_, *std::move(slot), first, last);
  }

 private:
  Runtime* runtime_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeLedgerService(Runtime* runtime) {
  return std::make_unique<LedgerService>(runtime);
}

}  // namespace symbolon::api::internal
