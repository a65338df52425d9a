#pragma once

#include <tartan/data/dataset.hpp>

#include <cstdint>
#include <map>
#include <vector>

namespace tartan::data {

//! How many sequences have which length [tokens].
class Lengths {
 public:
  void add(std::int64_t length);
  std::map<std::int64_t, std::uint64_t> const& counts() const { return counts_; }
  std::uint64_t sequences() const { return sequences_; }
  double mean() const;          //!< 0 where there is no sequence, as all of these
  std::int64_t median() const;  //!< the shortest length that half of the sequences do not exceed
  std::int64_t longest() const;
  std::uint64_t of(std::int64_t length) const;
  std::uint64_t between(std::int64_t first, std::int64_t last) const;  //!< both ends included

 private:
  std::map<std::int64_t, std::uint64_t> counts_;
  std::uint64_t sequences_ = 0;
  std::uint64_t tokens_ = 0;
};

struct Statistics {
  Lengths lengths;
  //! (label_names) examples, or words, with each class, or for which each column holds
  std::vector<std::uint64_t> labels;
  std::uint64_t unlabelled = 0;
  std::uint64_t unanswered = 0;  //!< of kind `span`: no answer in the context
};

//! Looks at every example's offsets and label, at no token. Throws ExitStatus::data naming file and row where packing
//! would.
Statistics measure(Dataset const& dataset);

//! How often a token occurs; reads all tokens.
std::uint64_t count_token(Dataset const& dataset, std::int64_t token);

}  // namespace tartan::data
