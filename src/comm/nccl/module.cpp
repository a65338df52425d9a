// The one symbol that the program looks for in libtartan_nccl.so.
#include "../nccl_module.hpp"
#include "communicator.hpp"

#include <array>

namespace tartan::comm {
namespace {

std::string version() {
  int number = 0;
  TARTAN_NCCL(ncclGetVersion(&number));
  return std::to_string(number / 10000) + "." + std::to_string(number / 100 % 100) + "." + std::to_string(number % 100);
}

std::string address_of(int gpu) {
  std::array<char, 32> address{};
  TARTAN_CUDA(cudaDeviceGetPCIBusId(address.data(), static_cast<int>(address.size()), gpu));
  return address.data();
}

std::unique_ptr<Communicator> join(Communicator& host, Gpu const& gpu) {
  return std::make_unique<NcclCommunicator>(host, gpu);
}

}  // namespace
}  // namespace tartan::comm

extern "C" __attribute__((visibility("default"))) tartan::comm::NcclModule const tartan_nccl_module{
    &tartan::comm::version, &tartan::comm::address_of, &tartan::comm::join};
