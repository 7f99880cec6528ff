#pragma once
// Where things are in the folder of a network: one folder an agency, named by its id.
//
//   DIR/genesis  DIR/trust.json  DIR/network.toml
//   DIR/THA-DOPA/authority/{ca.crt,ca.key}
//   DIR/THA-DOPA/node/{node.toml,tls.crt,tls.key,log.key,cosigning.key,data/,symbolond.pid,symbolond.log}
//   DIR/THA-DOPA/node-6/{... ,request.json}                            a node that was added later
//   DIR/THA-DOPA/registrar/{client.toml,tls.crt,tls.key,batch.key}     and verifier, auditor, operator
//   DIR/THA-DOPA/registrar/client-THA-DOPA-2.toml                      the same by way of the added node
//   DIR/THA-DOPA/steward/{steward.toml,steward.key}

#include <cstdint>
#include <filesystem>
#include <string>

namespace symbolon::cli {

using Path = std::filesystem::path;

inline Path GenesisFile(const Path& network) { return network / "genesis"; }
inline Path TrustFile(const Path& network) { return network / "trust.json"; }
inline Path PlanFile(const Path& network) { return network / "network.toml"; }

inline Path AuthorityDir(const Path& network, const std::string& agency) { return network / agency / "authority"; }
inline Path NodeDir(const Path& network, const std::string& agency) { return network / agency / "node"; }
// In the folder of any node:
inline Path ConfigIn(const Path& node_dir) { return node_dir / "node.toml"; }
inline Path PidIn(const Path& node_dir) { return node_dir / "symbolond.pid"; }
inline Path LogIn(const Path& node_dir) { return node_dir / "symbolond.log"; }

inline Path NodeConfig(const Path& network, const std::string& agency) { return ConfigIn(NodeDir(network, agency)); }
inline Path NodeData(const Path& network, const std::string& agency) { return NodeDir(network, agency) / "data"; }
inline Path NodePid(const Path& network, const std::string& agency) { return PidIn(NodeDir(network, agency)); }
inline Path NodeLog(const Path& network, const std::string& agency) { return LogIn(NodeDir(network, agency)); }
inline Path AddedNodeDir(const Path& network, const std::string& agency, uint64_t number) {
  return network / agency / ("node-" + std::to_string(number));
}
inline Path NodeRequest(const Path& node_dir) { return node_dir / "request.json"; }
inline Path StewardDir(const Path& network, const std::string& agency) { return network / agency / "steward"; }
inline Path RoleDir(const Path& network, const std::string& agency, const std::string& role) {
  return network / agency / role;
}
inline Path Profile(const Path& network, const std::string& agency, const std::string& role) {
  return RoleDir(network, agency, role) / "client.toml";
}

}  // namespace symbolon::cli
