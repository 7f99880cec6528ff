#include "cli/publish/publisher.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <filesystem>

#include "base/status_macros.h"
#include "cli/files.h"
#include "cli/publish/batch_sender.h"
#include "cli/publish/credential_folder.h"
#include "cli/publish/file_source.h"
#include "cli/publish/pending_batch.h"
#include "cli/publish/published_index.h"
#include "cli/publish/survey.h"
#include "identity/commit.h"
#include "ledger/entries/batch.h"
#include "ledger/receipt.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

// One run of `publish` with its node, key and output folder.
class Publisher {
 public:
  static absl::StatusOr<std::unique_ptr<Publisher>> Open(const ClientProfile& profile, const PublishOptions& options) {
    auto p = std::unique_ptr<Publisher>(new Publisher(profile, options));
    RETURN_IF_ERROR(storage::CreateDirectories(options.out, 0700));
    ASSIGN_OR_RETURN(p->trust_, LoadTrust(profile));
    ASSIGN_OR_RETURN(p->key_, LoadBatchKey(profile));
    ASSIGN_OR_RETURN(p->client_, Connect(profile));
    ASSIGN_OR_RETURN(p->index_, PublishedIndex::Open((p->folder_ / "published.index").string()));
    RETURN_IF_ERROR(RemoveUnfinished(p->folder_));
    return p;
  }

  const PublishedIndex& index() const { return *index_; }
  PublishSummary& summary() { return summary_; }

  // Batches that an earlier run had on their way.
  absl::Status FinishPending() {
    ASSIGN_OR_RETURN(std::vector<Path> files, PendingFiles(folder_));
    for (const Path& file : files) {
      ASSIGN_OR_RETURN(PendingBatch batch, LoadPending(file));
      RETURN_IF_ERROR(SendAndFinish(batch));
    }
    return absl::OkStatus();
  }

  absl::Status PublishRows(const identity::Mapping& mapping, const Survey& survey) {
    ASSIGN_OR_RETURN(std::unique_ptr<FileSource> source, FileSource::Open(options_.file));
    ASSIGN_OR_RETURN(std::unique_ptr<identity::RecordReader> records, OpenRecords(*source, mapping));
    identity::ImportedRow row;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, records->Next(row));
      if (!more) break;
      RETURN_IF_ERROR(Take(row));
      if (records_.size() == options_.batch_size) RETURN_IF_ERROR(PublishGathered());
      options_.on_progress(summary_.unchanged + summary_.attested, survey.good);
    }
    if (source->Finish() != survey.digest) return FileChanged();
    if (!records_.empty()) RETURN_IF_ERROR(PublishGathered());
    options_.on_progress(survey.good, survey.good);
    return absl::OkStatus();
  }

 private:
  Publisher(const ClientProfile& profile, const PublishOptions& options)
      : profile_(profile), options_(options), folder_(options.out) {}

  absl::Status FileChanged() const {
    return absl::FailedPreconditionError(
        fmt::format("{} changed while it was being published; run again when it is at rest", options_.file));
  }

  absl::Status Take(identity::ImportedRow& row) {
    if (!row.ok()) return options_.skip_bad ? absl::OkStatus() : FileChanged();
    const PublishedRow now = index_->RowOf(*row.record);
    if (const PublishedRow* before = index_->Find(now.key)) {
      // Rows of a batch that this run found pending are counted there already.
      if (before->content == now.content && !IsOfThisRun(before->attestation_number)) ++summary_.unchanged;
      return absl::OkStatus();
    }
    records_.push_back(*std::move(row.record));
    return absl::OkStatus();
  }

  bool IsOfThisRun(uint64_t number) const {
    return std::any_of(summary_.batches.begin(), summary_.batches.end(), [&](const PublishedBatch& b) {
      return b.first_attestation <= number && number < b.first_attestation + b.count;
    });
  }

  absl::Status PublishGathered() {
    ASSIGN_OR_RETURN(PendingBatch batch, MakeBatch());
    records_.clear();
    RETURN_IF_ERROR(SavePending(folder_, batch));
    return SendAndFinish(batch);
  }

  absl::StatusOr<PendingBatch> MakeBatch() {
    std::vector<identity::RecordSecret> secrets;
    for (size_t i = 0; i < records_.size(); ++i) secrets.push_back(identity::RecordSecret::Random());
    ASSIGN_OR_RETURN(identity::CommittedBatch committed, identity::CommitRecords(records_, secrets, &randombytes_random));

    ledger::BatchHeader header;
    header.network = trust_->network();
    header.issuer = profile_.agency;
    header.key_id = profile_.batch_key_id;
    ASSIGN_OR_RETURN(header.sequence, NextSequence());
    header.record_type = records_[0].type->type;
    header.version = records_[0].type->version;
    header.count = static_cast<uint32_t>(records_.size());
    header.commitment_root = committed.commitment_root;
    const uint64_t granularity = trust_->registry().issue_time_granularity_s;
    header.issue_time_s = NowMs() / 1000 / granularity * granularity;

    PendingBatch batch;
    batch.sequence = header.sequence;
    batch.signed_batch = ledger::SignBatch(header, *key_);
    batch.body = ledger::EncodeBatchBody(ledger::BatchBody(std::move(committed.commitments)));
    for (size_t i = 0; i < records_.size(); ++i) {
      identity::Credential& credential = batch.credentials.emplace_back(*records_[i].type);
      credential.network = header.network;
      credential.record = std::move(records_[i]);
      credential.secret = std::move(secrets[i]);
      credential.position = committed.records[i].position;
      credential.commitment_path = std::move(committed.records[i].path);
    }
    return batch;
  }

  // Asked of the node once; then counted, since this run sends one batch after the other.
  absl::StatusOr<uint64_t> NextSequence() {
    if (next_sequence_ == 0) {
      ASSIGN_OR_RETURN(next_sequence_, client_->NextSequence(profile_.agency, profile_.batch_key_id));
    }
    return next_sequence_;
  }

  absl::Status SendAndFinish(PendingBatch& batch) {
    SenderOptions sending;
    sending.retry_for_ms = options_.retry_for_ms;
    sending.note = options_.note;
    ASSIGN_OR_RETURN(api::Submitted submitted, SendBatch(*client_, *key_, folder_, batch, sending));
    RETURN_IF_ERROR(CheckReceipt(batch, submitted));
    next_sequence_ = batch.sequence + 1;

    std::vector<PublishedRow> rows;
    for (identity::Credential& credential : batch.credentials) {
      credential.receipt = submitted.receipt;
      rows.push_back(index_->RowOf(credential.record));
      rows.back().attestation_number = submitted.first_attestation + credential.position;
    }
    RETURN_IF_ERROR(WriteCredentials(folder_, batch.credentials));
    RETURN_IF_ERROR(index_->Append(batch.sequence, rows));
    RETURN_IF_ERROR(RemovePending(folder_, batch.sequence));
    summary_.attested += rows.size();
    summary_.batches.push_back({batch.sequence, submitted.entry_index, submitted.first_attestation,
                                static_cast<uint32_t>(rows.size()), submitted.existing});
    return absl::OkStatus();
  }

  // A node's word is not taken: the receipt must prove that these very bytes are in the ledger of this network.
  absl::Status CheckReceipt(const PendingBatch& batch, const api::Submitted& submitted) {
    ASSIGN_OR_RETURN(ledger::Receipt receipt, ledger::DecodeReceipt(submitted.receipt));
    auto facts = ledger::VerifyReceipt(receipt, *trust_);
    if (!facts.ok() && facts.failure() == ledger::ProofFailure::kUnknownNode) {
      // It may have become a member since the genesis that is pinned, or while this runs.
      RETURN_IF_ERROR(FollowMembers(*client_, *trust_).status());
      facts = ledger::VerifyReceipt(receipt, *trust_);
    }
    if (!facts.ok()) return absl::DataLossError("the node's receipt does not verify: " + facts.message());
    if (facts->entry.payload != batch.signed_batch ||
        facts->entry.first_attestation_number != submitted.first_attestation) {
      return absl::DataLossError("the node's receipt is of another batch");
    }
    return absl::OkStatus();
  }

  const ClientProfile& profile_;
  const PublishOptions& options_;
  const Path folder_;
  std::optional<ledger::Trust> trust_;
  std::optional<SigningKey> key_;
  std::unique_ptr<api::Client> client_;
  std::unique_ptr<PublishedIndex> index_;
  uint64_t next_sequence_ = 0;
  std::vector<identity::Record> records_;
  PublishSummary summary_;
};

void Report(const Survey& survey, PublishSummary& summary) {
  summary.rows = survey.good;
  summary.refused = survey.bad;
  summary.refusals = survey.refusals;
}

absl::StatusOr<PublishSummary> CheckOnly(const PublishOptions& options, const identity::Mapping& mapping) {
  ASSIGN_OR_RETURN(Survey survey, SurveyFile(options.file, mapping, [](const auto&) { return std::string(); }));
  PublishSummary summary;
  Report(survey, summary);
  return summary;
}

std::string BadRowsFile(const PublishOptions& options) {
  return (Path(options.out) / ("refused-" + Path(options.file).filename().string())).string();
}

}  // namespace

absl::StatusOr<PublishSummary> Publish(const ClientProfile& profile, const PublishOptions& options) {
  ASSIGN_OR_RETURN(identity::Mapping mapping, LoadMapping(options));
  if (options.check_only) return CheckOnly(options, mapping);

  ASSIGN_OR_RETURN(std::unique_ptr<Publisher> publisher, Publisher::Open(profile, options));
  RETURN_IF_ERROR(publisher->FinishPending());
  ASSIGN_OR_RETURN(Survey survey, SurveyFile(options.file, mapping, [&](const identity::Record& record) {
                     const PublishedRow now = publisher->index().RowOf(record);
                     const PublishedRow* before = publisher->index().Find(now.key);
                     const bool other = before != nullptr && before->content != now.content;
                     return std::string(other ? kPublishedWithOtherContent : "");
                   }));
  Report(survey, publisher->summary());
  if (survey.bad > 0) {
    if (!options.skip_bad || survey.unreadable) return publisher->summary();
    publisher->summary().refused_file = BadRowsFile(options);
    RETURN_IF_ERROR(WriteBadRows(options.file, survey.bad_rows, publisher->summary().refused_file));
  }
  RETURN_IF_ERROR(publisher->PublishRows(mapping, survey));
  return publisher->summary();
}

}  // namespace symbolon::cli
