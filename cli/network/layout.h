#pragma once
// Where things are in the folder of a network: one folder an agency, named by its id.
//
//   DIR/genesis  DIR/trust.json  DIR/network.toml
//   DIR/THA-DOPA/authority/{ca.crt,ca.key}
//   DIR/THA-DOPA/node/{node.toml,tls.crt,tls.key,log.key,cosigning.key,data/,symbolond.pid,symbolond.log}
//   DIR/THA-DOPA/registrar/{client.toml,tls.crt,tls.key,batch.key}     and verifier, auditor, operator

#include <filesystem>
#include <string>

namespace symbolon::cli {

using Path = std::filesystem::path;

inline Path GenesisFile(const Path& network) { return network / "genesis"; }
inline Path TrustFile(const Path& network) { return network / "trust.json"; }
inline Path PlanFile(const Path& network) { return network / "network.toml"; }

inline Path AuthorityDir(const Path& network, const std::string& agency) { return network / agency / "authority"; }
inline Path NodeDir(const Path& network, const std::string& agency) { return network / agency / "node"; }
inline Path NodeConfig(const Path& network, const std::string& agency) { return NodeDir(network, agency) / "node.toml"; }
inline Path NodeData(const Path& network, const std::string& agency) { return NodeDir(network, agency) / "data"; }
inline Path NodePid(const Path& network, const std::string& agency) { return NodeDir(network, agency) / "symbolond.pid"; }
inline Path NodeLog(const Path& network, const std::string& agency) { return NodeDir(network, agency) / "symbolond.log"; }
inline Path RoleDir(const Path& network, const std::string& agency, const std::string& role) {
  return network / agency / role;
}
inline Path Profile(const Path& network, const std::string& agency, const std::string& role) {
  return RoleDir(network, agency, role) / "client.toml";
}

}  // namespace symbolon::cli
