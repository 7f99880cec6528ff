#pragma once
// Calls by method name with whatever bytes a test likes.

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <vector>

namespace symbolon::api {

struct RawAnswer {
  grpc::Status status;    // OK also when a message came back and the call was then cancelled
  bool answered = false;  // at least one message came back
  std::string message;    // the first one
};

// Sends one message and the end of the stream; takes the first answer or the end of the call.
RawAnswer RawCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                  const std::string& message);

// A method of one of this project's services.
struct Method {
  std::string name;     // as on the wire, "/package.Service/Method"
  std::string request;  // full name of its request message
};

// From the descriptors of every .proto in the project.
std::vector<Method> ProjectMethods();

}  // namespace symbolon::api
