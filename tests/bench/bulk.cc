#include "tests/bench/bulk.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "tests/bench/bulk_etcd.h"
#include "tests/bench/bulk_symbolon.h"
#include "tests/bench/echo.h"
#include "tests/bench/etcd_client.h"
#include "tests/bench/proof_size.h"

namespace symbolon::bench {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;
constexpr double kMustBeKept = 64;  // commitment and tag
constexpr uint64_t kLargeLedger = 100'000'000;

struct EchoFigures {
  Load load;
  double cpu_us = 0;
};

absl::StatusOr<EchoFigures> MeasureEcho(const Options& options, const std::string& folder,
                                        size_t request_bytes, size_t reply_bytes) {
  ASSIGN_OR_RETURN(const auto process, EchoProcess::Start(folder, reply_bytes));
  std::vector<std::unique_ptr<EchoClient>> connections;
  std::vector<Client> load;
  for (int i = 0; i < options.clients; ++i) {
    connections.push_back(std::make_unique<EchoClient>(process->port(), process->tls(), request_bytes));
    RETURN_IF_ERROR(connections.back()->Call());
    load.push_back([&, i](uint64_t) { return connections[i]->Call(); });
  }
  EchoFigures out;
  const double cpu = CpuSeconds(process->pid());
  ASSIGN_OR_RETURN(out.load, RunSeconds(load, options.read_seconds));
  out.cpu_us = (CpuSeconds(process->pid()) - cpu) / static_cast<double>(out.load.requests) * 1e6;
  return out;
}

void AddBatches(const BulkSymbolon& ours, const BulkEtcd& etcd, Report& report) {
  report.Add({.what = "attestations in signed batches",
              .against = "items in etcd transactions of 128 puts",
              .unit = "/s",
              .value = static_cast<double>(ours.attestations) / ours.fill.seconds,
              .reference = static_cast<double>(etcd.keys) / etcd.fill.seconds,
              .at_least = 4,
              .aim = 10,
              .note = fmt::format("batches of 4096; {} bytes an item", ours.bytes_per_attestation)});
  report.Add("batches: median time of one batch of 4096", ours.fill.p50_ms, "ms");
  report.Add("batches: processor time of the three nodes per attestation", ours.fill_cpu_us, "us");
  report.Add("etcd writes that timed out and were sent again", static_cast<double>(EtcdClient::Retries()),
             "");
  report.Add("etcd transactions: median time of one of 128 puts", etcd.fill.p50_ms, "ms");
  report.Add("etcd transactions: processor time of the three members per item", etcd.fill_cpu_us, "us");
}

void AddVerify(const BulkSymbolon& ours, const EchoFigures& echo, const BulkEtcd& etcd, Report& report) {
  report.Add({.what = "verify, one node: number in, status and proof out",
              .against = fmt::format("gRPC C++ mTLS echo, {} bytes in, {} out", ours.request_bytes,
                                     ours.reply_bytes),
              .unit = "/s",
              .value = ours.verify.per_second(),
              .reference = echo.load.per_second(),
              .at_least = 0.6,
              .aim = 0.85,
              .note = "clients share the cores with the server"});
  report.Add({.what = "verify, one node",
              .against = "etcd linearizable get",
              .unit = "/s",
              .value = ours.verify.per_second(),
              .reference = etcd.get.per_second(),
              .at_least = 10,
              .aim = 20,
              .note = "gets at the leader, etcd restarted after filling"});
  report.Add("verify: median", ours.verify.p50_ms, "ms");
  report.Add("verify: 99th percentile", ours.verify.p99_ms, "ms");
  report.Add("verify: processor time of the node per request", ours.verify_cpu_us, "us");
  report.Add("echo: processor time of the server per request", echo.cpu_us, "us");
  report.Add("echo: median", echo.load.p50_ms, "ms");
  report.Add("verify, linearizable, at a follower", ours.verify_linearizable.per_second(), "/s");
  report.Add("verify, linearizable: median", ours.verify_linearizable.p50_ms, "ms");
  report.Add("VerifyMany, four streams", ours.stream_per_second, "/s");
  report.Add("VerifyMany: processor time of the node per answer", ours.stream_cpu_us, "us");
  report.Add("etcd linearizable get, before it was restarted", etcd.get_before_restart.per_second(), "/s");
  report.Add("etcd linearizable get: median", etcd.get.p50_ms, "ms");
  report.Add("etcd linearizable get: processor time of the members per request", etcd.get_cpu_us, "us");
  report.Add("etcd serializable get", etcd.get_serializable.per_second(), "/s");
}

void AddMemory(const BulkSymbolon& ours, const BulkEtcd& etcd, Report& report) {
  report.Add({.what = fmt::format("memory of a node after {} attestations", ours.attestations),
              .against = fmt::format("etcd after {} keys", etcd.keys),
              .unit = "MiB",
              .value = static_cast<double>(ours.memory.resident) / kMiB,
              .reference = static_cast<double>(etcd.memory.resident) / kMiB,
              .lower_is_better = true,
              .at_least = 0.25,
              .aim = 0.1,
              .note = "VmRSS of the largest of three processes, right after filling"});
  report.Add("memory: peak while filling", static_cast<double>(ours.memory.peak) / kMiB, "MiB");
  report.Add("memory: of it no page of a file", static_cast<double>(ours.memory.anonymous) / kMiB, "MiB");
  report.Add("memory: after the reads of this benchmark",
             static_cast<double>(ours.memory_after_reading.resident) / kMiB, "MiB");
  report.Add("etcd memory: of it no page of a file", static_cast<double>(etcd.memory.anonymous) / kMiB,
             "MiB");
  report.Add("etcd memory: peak while filling", static_cast<double>(etcd.memory.peak) / kMiB, "MiB");
}

void AddDisk(const BulkSymbolon& ours, const BulkEtcd& etcd, Report& report) {
  report.Add({.what = "disk per attestation with one tag",
              .against = "the 64 bytes that must be kept",
              .unit = "bytes",
              .value = ours.disk_bytes_per_attestation,
              .reference = kMustBeKept,
              .lower_is_better = true,
              .at_least = 3,
              .aim = 2,
              .note = "blocks of the data folder after a clean stop, indexes included"});
  report.Add("etcd disk per key of as many bytes", etcd.disk_bytes_per_key, "bytes");
}

void AddAudit(const BulkSymbolon& ours, Report& report) {
  const AuditReplay& audit = ours.audit;
  const double n = static_cast<double>(audit.attestations);
  report.Add({.what = "audit replay, per core",
              .against = "the SHA-256 and Ed25519 work it cannot avoid",
              .unit = "/s",
              .value = n / audit.replay_s,
              .reference = n / audit.floor_s,
              .at_least = 0.5,
              .aim = 0.8,
              .note = fmt::format("{} entries in memory; {} hashes, {} signatures", audit.entries,
                                  audit.hashes, audit.signatures)});
  report.Add("audit of the whole ledger from a node", audit.from_node_s, "s");
  report.Add("audit from a node, attestations", n / audit.from_node_s, "/s");
}

absl::Status AddProofSize(const BulkSymbolon& ours, Report& report) {
  ASSIGN_OR_RETURN(const ProofSize size, SizeOfProof(ours.proof, kLargeLedger));
  report.Add({.what = "proof with status, 100 M attestations, binary",
              .against = "log2(n) hashes",
              .unit = "bytes",
              .value = static_cast<double>(size.verification_proof),
              .reference = static_cast<double>(size.logarithm),
              .lower_is_better = true,
              .at_least = 1024,
              .aim = 600,
              .as_excess = true,
              .note = "a real proof, its paths lengthened"});
  report.Add({.what = "proof without status, 100 M attestations",
              .against = "log2(n) hashes",
              .unit = "bytes",
              .value = static_cast<double>(size.without_status),
              .reference = static_cast<double>(size.logarithm),
              .lower_is_better = true,
              .at_least = 1024,
              .aim = 600,
              .as_excess = true,
              .note = "as a receipt and a commitment's path have it"});
  report.Add("proof with status, as answered in this run", static_cast<double>(ours.proof.size()), "bytes");
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureBulk(const Options& options, const std::string& folder, Report& report) {
  ASSIGN_OR_RETURN(const BulkSymbolon ours, MeasureBulkSymbolon(options, folder + "/symbolon"));
  Progress("echo");
  ASSIGN_OR_RETURN(const EchoFigures echo,
                   MeasureEcho(options, folder + "/echo", ours.request_bytes, ours.reply_bytes));
  ASSIGN_OR_RETURN(const BulkEtcd etcd,
                   MeasureBulkEtcd(options, folder + "/etcd", ours.bytes_per_attestation));
  AddBatches(ours, etcd, report);
  AddVerify(ours, echo, etcd, report);
  AddMemory(ours, etcd, report);
  AddDisk(ours, etcd, report);
  AddAudit(ours, report);
  return AddProofSize(ours, report);
}

}  // namespace symbolon::bench
