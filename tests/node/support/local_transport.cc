#include "tests/node/local_transport.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <thread>

#include "api/fetch_entries.h"
#include "api/tls.h"
#include "base/status_macros.h"

namespace symbolon::test {
namespace {

absl::Status Unreachable() {
  return absl::UnavailableError("nothing listens there");
}

// Delivers on a thread of its own, in order.
class LocalPeer final : public api::Peer {
 public:
  LocalPeer(std::shared_ptr<LocalTransport::Endpoint> to, const api::PeerOptions& options, size_t max_queued)
      : to_(std::move(to)),
        key_(*api::SpkiDigest(options.connection.identity.certificate_chain)),
        introduction_(options.introduction),
        max_queued_(max_queued),
        thread_([this] { Run(); }) {}

  ~LocalPeer() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    std::unique_lock lock(forwards_->mutex);
    forwards_->closed = true;
    const auto waiting = std::move(forwards_->waiting);
    forwards_->idle.wait(lock, [this] { return forwards_->running == 0; });
    lock.unlock();
    for (const auto& [id, fail] : waiting) fail(absl::UnavailableError("the link was closed"));
  }

  void Send(const consensus::Message& message) override {
    {
      const std::lock_guard lock(mutex_);
      if (queue_.size() >= max_queued_) return;
      queue_.push_back(message);
    }
    wake_.notify_one();
  }

  bool Reachable() const override {
    const std::shared_lock lock(to_->mutex);
    return to_->backend != nullptr && to_->backend->FindCaller(key_).has_value();
  }
  absl::Status LinkStatus() const override { return Reachable() ? absl::OkStatus() : Unreachable(); }

  void Forward(const api::Transaction& transaction, api::Done<api::Forwarded> done) override {
    auto answer = forwards_->Expect(std::move(done));
    const std::shared_lock lock(to_->mutex);
    if (to_->backend == nullptr) return answer(Unreachable());
    to_->backend->Forward(transaction, answer);
  }
  void FetchEntries(const std::vector<uint64_t>& indexes,
                    api::Done<std::vector<api::LedgerEntry>> done) override {
    auto answer = forwards_->Expect(std::move(done));
    const std::shared_lock lock(to_->mutex);
    if (to_->backend == nullptr) return answer(Unreachable());
    answer(api::FetchEntries(*to_->backend, indexes));
  }
  void FetchCheckpoint(api::Done<Bytes> done) override {
    auto answer = forwards_->Expect(std::move(done));
    const std::shared_lock lock(to_->mutex);
    if (to_->backend == nullptr) return answer(Unreachable());
    answer(to_->backend->Checkpoint());
  }

 private:
  // Calls that are owed an answer. Ends them all when the link is closed, and answers none after that.
  struct Forwards : public std::enable_shared_from_this<Forwards> {
    std::mutex mutex;
    std::condition_variable idle;
    std::map<uint64_t, std::function<void(const absl::Status&)>> waiting;  // how each of them fails
    uint64_t next = 0;
    int running = 0;
    bool closed = false;

    template <typename T>
    api::Done<T> Expect(api::Done<T> done) {
      const std::lock_guard lock(mutex);
      const uint64_t id = next++;
      waiting.emplace(id, [done](const absl::Status& status) { done(status); });
      return [self = shared_from_this(), id, done](absl::StatusOr<T> result) {
        std::unique_lock answering(self->mutex);
        if (self->closed || self->waiting.erase(id) == 0) return;
        ++self->running;
        answering.unlock();
        done(std::move(result));
        answering.lock();
        --self->running;
        self->idle.notify_all();
      };
    }
  };

  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      consensus::Message message = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      {
        const std::shared_lock shared(to_->mutex);
        if (to_->backend != nullptr && IsLetIn(*to_->backend)) to_->backend->Deliver(Copy(message));
      }
      lock.lock();
    }
  }

  bool IsLetIn(api::Backend& backend) const {
    if (backend.FindCaller(key_)) return true;
    return introduction_ && backend.Introduce(key_, introduction_()).ok();
  }

  // As over a network: the receiver has bytes of its own.
  static consensus::Message Copy(consensus::Message message) {
    if (auto* append = std::get_if<consensus::AppendRequest>(&message.body)) {
      for (consensus::Entry& entry : append->entries) {
        entry.data = std::make_shared<const consensus::EntryData>(*entry.data);
      }
    }
    return message;
  }

  const std::shared_ptr<LocalTransport::Endpoint> to_;
  const Digest key_;
  const std::function<std::vector<Bytes>()> introduction_;
  const size_t max_queued_;
  const std::shared_ptr<Forwards> forwards_ = std::make_shared<Forwards>();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<consensus::Message> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

class LocalServer final : public api::Server {
 public:
  LocalServer(std::shared_ptr<LocalTransport::Endpoint> endpoint, int port, api::Backend* backend)
      : endpoint_(std::move(endpoint)), port_(port) {
    const std::unique_lock lock(endpoint_->mutex);
    endpoint_->backend = backend;
  }
  ~LocalServer() override { Shutdown(0); }

  int port() const override { return port_; }
  api::InFlight in_flight() const override { return {}; }
  void SetServing(bool) override {}
  void Shutdown(int) override {
    const std::unique_lock lock(endpoint_->mutex);
    endpoint_->backend = nullptr;
  }

 private:
  const std::shared_ptr<LocalTransport::Endpoint> endpoint_;
  const int port_;
};

class LocalClient final : public api::Client {
 public:
  LocalClient(std::shared_ptr<LocalTransport::Endpoint> to, api::Caller caller)
      : to_(std::move(to)), caller_(std::move(caller)) {}

  absl::StatusOr<api::Submitted> SubmitBatch(const Bytes& signed_batch, const Bytes& body) override {
    return Submit({api::Transaction::Kind::kBatch, signed_batch, body});
  }
  absl::StatusOr<api::Submitted> SubmitStatus(const Bytes& signed_transaction) override {
    return Submit({api::Transaction::Kind::kStatus, signed_transaction, {}});
  }
  absl::StatusOr<uint64_t> NextSequence(const std::string& issuer, uint32_t key_id) override {
    return Call<absl::StatusOr<uint64_t>>(
        [&](api::Backend& b) { return b.NextSequence(caller_, issuer, key_id); });
  }
  absl::StatusOr<api::Verified> Verify(uint64_t number, api::Freshness freshness) override {
    RETURN_IF_ERROR(Wait(freshness).status());
    return Call<absl::StatusOr<api::Verified>>([&](api::Backend& b) { return b.Verify(number); });
  }
  absl::Status VerifyMany(
      const std::vector<uint64_t>& numbers, api::Freshness freshness,
      const std::function<void(size_t, absl::StatusOr<api::Verified>)>& on_reply) override {
    for (size_t i = 0; i < numbers.size(); ++i) on_reply(i, Verify(numbers[i], freshness));
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<api::AttestationStatus>> GetStatus(const std::vector<uint64_t>& numbers,
                                                                api::Freshness freshness,
                                                                api::AsOf* as_of) override {
    RETURN_IF_ERROR(Wait(freshness).status());
    using Result = absl::StatusOr<std::vector<api::AttestationStatus>>;
    return Call<Result>([&](api::Backend& b) -> Result { return b.Statuses(numbers, as_of); });
  }
  absl::StatusOr<Bytes> Genesis() override {
    return Call<absl::StatusOr<Bytes>>([](api::Backend& b) -> absl::StatusOr<Bytes> { return b.Genesis(); });
  }
  absl::StatusOr<Bytes> Checkpoint() override {
    return Call<absl::StatusOr<Bytes>>([](api::Backend& b) { return b.Checkpoint(); });
  }
  absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t entry_index, uint64_t tree_size) override {
    return Call<absl::StatusOr<std::vector<Digest>>>(
        [&](api::Backend& b) { return b.InclusionProof(entry_index, tree_size); });
  }
  absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t first_size, uint64_t second_size) override {
    return Call<absl::StatusOr<std::vector<Digest>>>(
        [&](api::Backend& b) { return b.ConsistencyProof(first_size, second_size); });
  }
  absl::Status ReadEntries(uint64_t first_index, uint64_t last_index,
                           const std::function<absl::Status(api::LedgerEntry)>& on_entry) override {
    for (uint64_t index = first_index; index <= last_index; ++index) {
      auto entry =
          Call<absl::StatusOr<api::LedgerEntry>>([&](api::Backend& b) { return b.ReadEntry(index); });
      if (!entry.ok()) return entry.status();
      RETURN_IF_ERROR(on_entry(*std::move(entry)));
    }
    return absl::OkStatus();
  }
  absl::StatusOr<api::Submitted> SubmitDecision(const Bytes& decision) override {
    return Submit({api::Transaction::Kind::kGovernance, decision, {}});
  }
  absl::StatusOr<api::MembershipState> Membership(uint64_t after_index) override {
    return Call<absl::StatusOr<api::MembershipState>>(
        [&](api::Backend& b) { return b.Membership(after_index); });
  }
  absl::StatusOr<api::NodeState> State() override {
    return Call<absl::StatusOr<api::NodeState>>(
        [](api::Backend& b) -> absl::StatusOr<api::NodeState> { return b.State(); });
  }

 private:
  template <typename Result, typename F>
  Result Call(F call) {
    const std::shared_lock lock(to_->mutex);
    if (to_->backend == nullptr) return Unreachable();
    return call(*to_->backend);
  }

  // The lock is not held while waiting: the answer may come when the node stops.
  template <typename T, typename F>
  absl::StatusOr<T> Await(F start) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<T>>>();
    auto future = promise->get_future();
    const absl::Status started = Call<absl::Status>([&](api::Backend& b) {
      start(b, [promise](absl::StatusOr<T> result) { promise->set_value(std::move(result)); });
      return absl::OkStatus();
    });
    if (!started.ok()) return started;
    return future.get();
  }

  absl::StatusOr<api::Submitted> Submit(api::Transaction transaction) {
    return Await<api::Submitted>([&](api::Backend& b, api::Done<api::Submitted> done) {
      b.Submit(caller_, std::move(transaction), std::move(done));
    });
  }
  absl::StatusOr<api::AsOf> Wait(api::Freshness freshness) {
    if (freshness.mode == api::Freshness::Mode::kAny) return api::AsOf{};
    return Await<api::AsOf>(
        [&](api::Backend& b, api::Done<api::AsOf> done) { b.WaitFor(freshness, nullptr, std::move(done)); });
  }

  const std::shared_ptr<LocalTransport::Endpoint> to_;
  const api::Caller caller_;
};

}  // namespace

std::shared_ptr<LocalTransport::Endpoint> LocalTransport::At(const std::string& address) {
  const std::lock_guard lock(mutex_);
  auto& endpoint = endpoints_[address.substr(address.rfind(':') + 1)];  // one machine, whatever it is called
  if (!endpoint) endpoint = std::make_shared<Endpoint>();
  return endpoint;
}

std::unique_ptr<api::Peer> LocalTransport::MakePeer(const api::PeerOptions& options) {
  return std::make_unique<LocalPeer>(At(options.connection.address), options, size_t{4096});
}

std::unique_ptr<api::Server> LocalTransport::MakeServer(const api::ServerOptions& options,
                                                        api::Backend* backend) {
  const std::string& address = options.listen_address;
  const int port = std::stoi(address.substr(address.rfind(':') + 1));
  return std::make_unique<LocalServer>(At(address), port, backend);
}

std::unique_ptr<api::Client> LocalTransport::MakeClient(const std::string& address, api::Caller caller) {
  return std::make_unique<LocalClient>(At(address), std::move(caller));
}

}  // namespace symbolon::test
