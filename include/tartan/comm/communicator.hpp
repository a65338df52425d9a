#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tartan::comm {

enum class Type { float32, float64, int64, uint8 };
enum class Op { sum, max, min };
enum class Device { host, cuda };  //!< where a pointer of a call lives

//! A call under way. Destroying it waits.
class Work {
 public:
  struct Pending {
    virtual ~Pending() = default;
    virtual void wait() = 0;
  };
  Work() = default;  //!< already done
  explicit Work(std::unique_ptr<Pending> pending) : pending_(std::move(pending)) {}
  Work(Work&&) = default;
  Work& operator=(Work&& other);  //!< waits for what it held
  ~Work();
  void wait();  //!< returns when buffers may be used again; throws ExitStatus::rank_failed

 private:
  std::unique_ptr<Pending> pending_;
};

//! The ranks of a run. Every call but the queries is collective: every rank calls it, in the same order, from the main
//! thread. Buffers stay alive and untouched until `wait`. Counts are elements, not bytes.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual int local_rank() const = 0;  //!< among the ranks of this node
  virtual int local_size() const = 0;
  //! Cores that this rank may count as its own: those it may use, each divided among the node's ranks that share it,
  //! within what control groups grant.
  virtual double cores() const = 0;
  //! Whether calls take buffers that live there; others are refused with ExitStatus::usage.
  virtual bool takes(Device device) const = 0;

  //! In place: every rank ends with the element-wise result.
  virtual Work all_reduce(void* data, std::size_t count, Type type, Op op = Op::sum, Device device = Device::host) = 0;
  //! Rank r ends with elements [sum(counts[0..r)), +counts[r]) of the sum over ranks in `shard`; `data` is left as it
  //! was.
  virtual Work reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                              Device device = Device::host) = 0;
  //! The inverse layout: `data` ends with every rank's `shard`, end to end.
  virtual Work all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type,
                          Device device = Device::host) = 0;
  //! Rank r ends with its stretch of root's `data` in `shard`.
  virtual Work scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
                       Device device = Device::host) = 0;
  virtual Work broadcast(void* data, std::size_t count, Type type, int root, Device device = Device::host) = 0;
  virtual void barrier() = 0;
};

//! One rank, no library: every call returns at once with its input.
std::unique_ptr<Communicator> make_local();

//! `count` split as evenly as possible over `parts`, in multiples of `multiple` elements except for the last.
std::vector<std::size_t> even_counts(std::size_t count, int parts, std::size_t multiple = 16);

//! From rank `root` to all, sizes included.
std::string broadcast_text(Communicator& comm, std::string text, int root = 0);
//! What `root` decided, on every rank: clocks and file systems may tell each rank another truth.
bool broadcast_flag(Communicator& comm, bool flag, int root = 0);
//! Sum over ranks of one value.
double sum_of(Communicator& comm, double value);

}  // namespace tartan::comm
