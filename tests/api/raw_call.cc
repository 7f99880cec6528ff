#include "tests/api/raw_call.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

namespace symbolon::api {
namespace {

// The result of the one running operation.
bool Next(grpc::CompletionQueue* queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue->Next(&tag, &ok) && ok;
}

}  // namespace

RawAnswer RawCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                  const std::string& message) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, method, &queue);
  RawAnswer answer;
  call->StartCall(nullptr);
  bool ok = Next(&queue);
  if (ok) {
    const grpc::Slice slice(message);
    call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    Next(&queue);  // a server may refuse before it has read: its answer says so
    grpc::ByteBuffer reply;
    call->Read(&reply, nullptr);
    answer.answered = Next(&queue);
    if (answer.answered) {
      grpc::Slice bytes;
      if (reply.DumpToSingleSlice(&bytes).ok()) answer.message.assign(bytes.begin(), bytes.end());
      context.TryCancel();
    }
  }
  call->Finish(&answer.status, nullptr);
  Next(&queue);
  if (answer.answered) answer.status = grpc::Status::OK;
  queue.Shutdown();
  while (Next(&queue)) {
  }
  return answer;
}

std::vector<Method> ProjectMethods() {
  std::vector<Method> methods;
  for (const auto& file : std::filesystem::directory_iterator(SYMBOLON_SOURCE_DIR "/proto")) {
    if (file.path().extension() != ".proto") continue;
    const std::string name = "proto/" + file.path().filename().string();
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name);
    if (descriptor == nullptr) throw std::runtime_error(name + " is not linked into this program");
    for (int s = 0; s < descriptor->service_count(); ++s) {
      const auto* service = descriptor->service(s);
      for (int m = 0; m < service->method_count(); ++m) {
        methods.push_back({"/" + service->full_name() + "/" + service->method(m)->name(),
                           service->method(m)->input_type()->full_name()});
      }
    }
  }
  return methods;
}

}  // namespace symbolon::api
