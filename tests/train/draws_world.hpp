#pragma once

#include "data/shard_writer.hpp"

#include <tartan/train/draws.hpp>

#include <string>
#include <vector>

namespace tartan::train::testing {

using data::testing::random_spec;
using data::testing::TemporaryDirectory;
using data::testing::write_shard;

//! An end task of 23 examples and text of 50, in 5 + 7 examples a step.
struct World {
  TemporaryDirectory directory;
  std::vector<Task> tasks;

  World() {
    auto end = random_spec(23, 1), dev = random_spec(40, 2), text = random_spec(50, 3);
    text.kind = "text";
    write_shard(directory / "end.h5", end);
    write_shard(directory / "dev.h5", dev);
    write_shard(directory / "text.h5", text);
    add("end", task::ObjectiveKind::classification, 5);
    tasks.back().dev = data::Dataset::open(directory / "dev.h5", "dev");
    add("text", task::ObjectiveKind::mlm, 7);
  }

  void add(std::string const& name, task::ObjectiveKind kind, std::int64_t batch) {
    TaskOptions options;
    options.name = name;
    options.batch = batch;
    auto train = data::Dataset::open(directory / (name + ".h5"), "train");
    tasks.push_back({options, task::make_objective({.kind = kind, .outputs = 3}), std::move(train), std::nullopt, ""});
  }

  std::vector<Task const*> all() const { return {&tasks[0], &tasks[1]}; }

  Draws draws(int rank, int ranks, std::int64_t micro_batches = 1, std::uint64_t seed = 1) const {
    return {all(), &tasks[0], true, probe(), micro_batches, Key(seed).with("joint"), rank, ranks};
  }
  static task::ProbeOptions probe() {
    task::ProbeOptions options;
    options.head_examples = 6;
    options.gradient_examples = 8;
    return options;
  }
};

}  // namespace tartan::train::testing
