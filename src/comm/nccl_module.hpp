#pragma once

#include <tartan/comm/nccl.hpp>

#include <memory>
#include <string>

namespace tartan::comm {

//! What libtartan_nccl.so gives to the program beside it. It alone calls NCCL and CUDA's runtime, and is linked with
//! neither: their symbols are those of the libraries that LibTorch brought into the process.
struct NcclModule {
  std::string (*version)();            //!< of the NCCL in this process, as 2.28.9
  std::string (*address_of)(int gpu);  //!< where a GPU is on this machine: its PCI bus id
  std::unique_ptr<Communicator> (*join)(Communicator& host, Gpu const& gpu);  //!< Collective.
};

inline constexpr char const* nccl_module_file = "libtartan_nccl.so";
inline constexpr char const* nccl_module_symbol = "tartan_nccl_module";

//! Loads the module from beside the program, or says why it cannot be.
NcclModule const* load_nccl_module(std::string& problem);

}  // namespace tartan::comm
