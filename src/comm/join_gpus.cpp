#include "gpu_places.hpp"
#include "nccl_module.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>

namespace tartan::comm {
namespace {

struct Loaded {
  NcclModule const* module = nullptr;
  std::string problem;
};

Loaded load(Communicator const& host, std::optional<Gpu> const& gpu) {
  std::string const name = "rank " + std::to_string(host.rank());
  if (!gpu) return {nullptr, name + " has no GPU"};
  Loaded loaded;
  loaded.module = load_nccl_module(loaded.problem);
  if (loaded.module == nullptr) loaded.problem = name + " cannot load " + loaded.problem;
  return loaded;
}

//! The problem of the first rank that has one, on every rank.
std::string first_problem(Communicator& host, std::string const& own) {
  std::int64_t rank = own.empty() ? host.size() : host.rank();
  host.all_reduce(&rank, 1, Type::int64, Op::min).wait();
  return rank == host.size() ? "" : broadcast_text(host, own, static_cast<int>(rank));
}

std::string sharing_problem(Communicator& host, std::string const& pci_address) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(host.size()));
  std::int64_t const own = gpu_place(pci_address);
  std::vector<std::size_t> const one_each(places.size(), 1);
  host.all_gather(&own, places.data(), one_each, Type::int64).wait();
  auto const pair = first_to_share(places);
  if (!pair) return "";
  return "ranks " + std::to_string(pair->first) + " and " + std::to_string(pair->second) + " share a GPU";
}

//! Why NCCL cannot be had, the same on every rank; empty: it can.
std::string find_problem(Communicator& host, std::optional<Gpu> const& gpu, Loaded const& loaded) {
  std::string const problem = first_problem(host, loaded.problem);
  return problem.empty() ? sharing_problem(host, loaded.module->address_of(gpu->index)) : problem;
}

}  // namespace

std::unique_ptr<Communicator> join_gpus(Communicator& host, std::optional<Gpu> const& gpu, Transport transport) {
  if (transport == Transport::automatic && host.size() == 1) return nullptr;  // nothing travels
  Loaded loaded;
  std::string problem = "run.comm = mpi";
  if (transport != Transport::mpi) {
    loaded = load(host, gpu);
    problem = find_problem(host, gpu, loaded);
  }
  if (problem.empty()) {
    log("gradients on GPUs travel by NCCL " + loaded.module->version());
    return loaded.module->join(host, *gpu);
  }
  if (transport == Transport::nccl) fail_usage("run.comm = nccl, but " + problem + "; set run.comm = auto");
  if (gpu) log("gradients on GPUs travel by way of host memory: " + problem);
  return nullptr;
}

}  // namespace tartan::comm
