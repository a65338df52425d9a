#include <tartan/comm/communicator.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>

#include <algorithm>
#include <exception>

namespace tartan::comm {
namespace {

void finish_quietly(Work& work) noexcept {
  try {
    work.wait();
  } catch (std::exception const& error) {
    log_local(std::string("a call between ranks failed while it was given up: ") + error.what());
  }
}

}  // namespace

void Work::wait() {
  if (!pending_) return;
  auto const pending = std::move(pending_);
  pending->wait();
}

Work::~Work() { finish_quietly(*this); }

Work& Work::operator=(Work&& other) {
  if (this == &other) return *this;
  wait();
  pending_ = std::move(other.pending_);
  return *this;
}

std::vector<std::size_t> even_counts(std::size_t count, int parts, std::size_t multiple) {
  expects(parts > 0 && multiple > 0, "even_counts needs at least one part and a positive multiple");
  auto const num_parts = static_cast<std::size_t>(parts);
  std::size_t const blocks = (count + multiple - 1) / multiple;
  std::vector<std::size_t> counts(num_parts);
  std::size_t left = count;
  for (std::size_t part = 0; part < num_parts; ++part) {
    std::size_t const own_blocks = blocks / num_parts + (part < blocks % num_parts ? 1 : 0);
    counts[part] = std::min(left, own_blocks * multiple);
    left -= counts[part];
  }
  return counts;
}

std::string broadcast_text(Communicator& comm, std::string text, int root) {
  auto num_bytes = static_cast<std::int64_t>(text.size());
  comm.broadcast(&num_bytes, 1, Type::int64, root).wait();
  text.resize(static_cast<std::size_t>(num_bytes));
  comm.broadcast(text.data(), text.size(), Type::uint8, root).wait();
  return text;
}

bool broadcast_flag(Communicator& comm, bool flag, int root) {
  std::int64_t value = flag ? 1 : 0;
  comm.broadcast(&value, 1, Type::int64, root).wait();
  return value != 0;
}

double sum_of(Communicator& comm, double value) {
  comm.all_reduce(&value, 1, Type::float64).wait();
  return value;
}

}  // namespace tartan::comm
