#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace tartan::comm {

//! A number that two ranks have in common where they use the same GPU: of this machine's boot and the PCI bus id.
std::int64_t gpu_place(std::string const& pci_address);

//! The first two ranks whose places are the same.
std::optional<std::pair<int, int>> first_to_share(std::span<std::int64_t const> places);

}  // namespace tartan::comm
