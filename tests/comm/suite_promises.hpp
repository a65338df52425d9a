#pragma once

#include "subject.hpp"

namespace tartan::comm::suite {

TEST(Communicator, KnowsItsPlace) {
  EXPECT_GE(subject().rank(), 0);
  EXPECT_LT(subject().rank(), subject().size());
  EXPECT_GE(subject().local_rank(), 0);
  EXPECT_LT(subject().local_rank(), subject().local_size());
  EXPECT_LE(subject().local_size(), subject().size());
  bool const one_node = subject().local_size() == subject().size();
  EXPECT_TRUE(!one_node || subject().local_rank() == subject().rank());
  double const ranks_seen = sum_of(subject(), subject().rank());
  EXPECT_EQ(ranks_seen, subject().size() * (subject().size() - 1) / 2);
}

TEST(Communicator, GathersInPlace) {
  auto const counts = uneven_counts();
  auto const whole = whole_numbers<float>(0, total(counts));
  std::vector<float> gathered(whole.size());
  auto const first = std::accumulate(counts.begin(), counts.begin() + subject().rank(), std::ptrdiff_t{0});
  std::ranges::copy(own_part(whole, counts), gathered.begin() + first);
  subject().all_gather(gathered.data() + first, gathered.data(), counts, Type::float32).wait();
  EXPECT_EQ(gathered, whole);
}

TEST(Communicator, HoldsSeveralCallsOutstandingAndWaitsInAnyOrder) {
  auto const counts = uneven_counts();
  auto const values = whole_numbers<float>(own_rank(), total(counts));
  auto const others = whole_numbers<double>(own_rank(), total(counts));
  std::vector<float> first(counts[own_rank()]), gathered(total(counts));
  std::vector<double> second(counts[own_rank()]);
  auto const whole = whole_numbers<float>(0, total(counts));
  auto const part = own_part(whole, counts);
  double sum = 1;
  std::vector<Work> works;
  works.push_back(subject().reduce_scatter(values.data(), first.data(), counts, Type::float32));
  works.push_back(subject().reduce_scatter(others.data(), second.data(), counts, Type::float64));
  works.push_back(subject().all_gather(part.data(), gathered.data(), counts, Type::float32));
  works.push_back(subject().all_reduce(&sum, 1, Type::float64));
  if (subject().rank() % 2 == 1) std::ranges::reverse(works);
  subject().barrier();
  for (Work& work : works) work.wait();
  EXPECT_EQ(first, own_part(sum_over_ranks<float>(values.size()), counts));
  EXPECT_EQ(second, own_part(sum_over_ranks<double>(values.size()), counts));
  EXPECT_EQ(gathered, whole);
  EXPECT_EQ(sum, subject().size());
}

TEST(Communicator, LongCallsMayBeWaitedForInDifferentOrders) {
  auto const counts = long_counts();
  auto const values = whole_numbers<float>(own_rank(), total(counts));
  std::vector<float> first(counts[own_rank()]), second(counts[own_rank()]);
  Work one = subject().reduce_scatter(values.data(), first.data(), counts, Type::float32);
  Work two = subject().reduce_scatter(values.data(), second.data(), counts, Type::float32);
  if (subject().rank() % 2 == 1) std::swap(one, two);
  one.wait();
  subject().barrier();
  two.wait();
  EXPECT_TRUE(first == second);
}

TEST(Communicator, DestroyingAWorkWaits) {
  auto const counts = uneven_counts();
  auto const values = whole_numbers<float>(own_rank(), total(counts));
  std::vector<float> shard(counts[own_rank()]);
  { Work const work = subject().reduce_scatter(values.data(), shard.data(), counts, Type::float32); }
  EXPECT_EQ(shard, own_part(sum_over_ranks<float>(values.size()), counts));
}

TEST(Communicator, AssigningAWorkWaitsForTheOldOne) {
  double sum = 1;
  Work work = subject().all_reduce(&sum, 1, Type::float64);
  work = Work();
  EXPECT_EQ(sum, subject().size());
}

TEST(Communicator, ReduceScatterThenAllGatherEqualsAllReduce) {
  auto const counts = long_counts();
  auto values = awkward_numbers(own_rank(), total(counts));
  std::vector<float> shard(counts[own_rank()]), gathered(values.size());
  subject().reduce_scatter(values.data(), shard.data(), counts, Type::float32).wait();
  subject().all_gather(shard.data(), gathered.data(), counts, Type::float32).wait();
  subject().all_reduce(values.data(), values.size(), Type::float32).wait();
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(values[i]) - gathered[i]) / values[i]);
  EXPECT_LT(worst, 1e-6);
}

TEST(Communicator, AllReduceGivesTheSameBitsTwiceAndOnEveryRank) {
  std::size_t const count = 1'300'001;
  auto once = awkward_numbers(own_rank(), count);
  auto twice = once;
  subject().all_reduce(once.data(), count, Type::float32).wait();
  subject().all_reduce(twice.data(), count, Type::float32).wait();
  EXPECT_TRUE(once == twice);
  subject().broadcast(twice.data(), count, Type::float32, 0).wait();
  EXPECT_TRUE(once == twice);
}

TEST(Communicator, BroadcastsText) {
  int const root = subject().size() - 1;
  std::string const said = std::string("na\xC3\xAFve\0text", 11) + std::string(5'000'000, 'x');
  EXPECT_TRUE(broadcast_text(subject(), subject().rank() == root ? said : "another text", root) == said);
  EXPECT_EQ(broadcast_text(subject(), subject().rank() == 0 ? "" : "another text"), "");
}

TEST(Communicator, RefusesCountsThatDoNotNameEveryRank) {
  std::vector<std::size_t> const counts(num_ranks() + 1, 1);
  std::vector<float> values(counts.size()), shard(1);
  EXPECT_THROW(subject().reduce_scatter(values.data(), shard.data(), counts, Type::float32), Error);
  EXPECT_THROW(subject().all_gather(shard.data(), values.data(), counts, Type::float32), Error);
  EXPECT_THROW(subject().broadcast(values.data(), 1, Type::float32, subject().size()), Error);
}

}  // namespace tartan::comm::suite
