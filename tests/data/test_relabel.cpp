#include "data/shard_writer.hpp"

#include <tartan/data/dataset.hpp>

#include <array>
#include <gtest/gtest.h>

namespace tartan::data {
namespace {

using namespace testing;
using Longs = std::vector<std::int64_t>;

//! Two examples, of two sequences and of four, whose labels the shard has as they are.
class RelabelTest : public ::testing::Test {
 protected:
  PackedBatch relabelled(std::string const& kind, std::vector<std::int32_t> const& labels) const {
    ShardSpec spec;
    spec.kind = kind;
    add_example(spec, {{1, 5, 2}, {1, 6, 2}}, 0);
    add_example(spec, {{1, 5, 2}, {1, 6, 2}, {1, 7, 2}, {1, 8, 2}}, 0);
    spec.omit = {kind};
    spec.tamper = [=](hid_t file) {
      testing::writing::write_set(file, {}, kind, H5T_STD_I32LE, H5T_NATIVE_INT32, labels.size(), labels.data());
    };
    write_shard(directory_ / "a.h5", spec);
    Dataset const data = Dataset::open(directory_ / "a.h5", "train");
    PackedBatch batch = data.pack(std::array<std::uint64_t, 2>{0, 1});
    data.relabel(batch, std::array<std::uint64_t, 2>{1, 0});
    return batch;
  }
  TemporaryDirectory directory_;
};

TEST_F(RelabelTest, AChoiceIsAmongThoseThatThereAre) {
  EXPECT_EQ(relabelled("choice", {1, 3}).class_labels, (Longs{1, 1}));
  EXPECT_EQ(relabelled("choice", {1, 2}).class_labels, (Longs{0, 1}));
  EXPECT_EQ(relabelled("choice", {-1, 0}).class_labels, (Longs{0, -1}));
}

TEST_F(RelabelTest, AClassStaysAsItIs) { EXPECT_EQ(relabelled("class", {0, 2}).class_labels, (Longs{2, 0})); }

}  // namespace
}  // namespace tartan::data
