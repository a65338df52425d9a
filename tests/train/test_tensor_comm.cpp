// Tensors on a GPU through NCCL, with one rank: needs a GPU, CUDA's LibTorch and libtartan_nccl.so.
#include "train/tensor_comm.hpp"

#include <tartan/model/device.hpp>

#include <gtest/gtest.h>

namespace tartan::train {
namespace {

class TensorsOnGpu : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!device_.is_cuda()) GTEST_SKIP() << "no GPU here";
    gpus_ = comm::join_gpus(*host_, gpu_of(device_), comm::Transport::nccl);
  }
  at::Tensor ones() const { return at::ones({1'000'003}, at::device(device_).dtype(at::kDouble)); }

  at::Device const device_ = model::choose_device(model::DeviceChoice::automatic, 0);
  std::unique_ptr<comm::Communicator> const host_ = comm::make_local();
  std::unique_ptr<comm::Communicator> gpus_;
  std::vector<std::size_t> const counts_ = {1'000'003};
};

TEST_F(TensorsOnGpu, TravelDirectlyAndAfterLibTorchsWork) {
  at::Tensor const data = ones() * 3, shard = at::empty_like(data), whole = at::empty_like(data);
  ASSERT_EQ(route_of(*gpus_, data), Route::direct);
  reduce_scatter(*gpus_, data, shard, counts_, Route::direct).wait();
  EXPECT_TRUE(at::equal(shard, data));
  shard.add_(1);
  all_gather(*gpus_, shard, whole, counts_, Route::direct).wait();
  EXPECT_TRUE(at::equal(whole, data + 1));
  whole.add_(1);
  scatter(*gpus_, whole, shard, counts_, 0, Route::direct).wait();
  EXPECT_TRUE(at::equal(shard, data + 2));
}

TEST_F(TensorsOnGpu, TravelByWayOfHostMemoryWithoutNccl) {
  at::Tensor const data = ones() * 3, shard = at::empty_like(data);
  ASSERT_EQ(route_of(*host_, data), Route::host);
  reduce_scatter(*host_, data, shard, counts_, Route::host).wait();
  EXPECT_TRUE(at::equal(shard, data));
}

TEST(TensorComm, ACpuHasNoGpu) { EXPECT_FALSE(gpu_of(at::kCPU).has_value()); }

}  // namespace
}  // namespace tartan::train
