#include <tartan/core/error.hpp>
#include <tartan/model/precision.hpp>

#include <ATen/Context.h>
#include <ATen/cpu/Utils.h>

namespace tartan::model {
namespace {

bool has_bf16_products() {
  auto const found = at::cpu::get_cpu_capabilities();
  auto const has = [&](char const* name) { return found.contains(name) && found.at(name).toBool(); };
  return has("avx512_bf16") || has("amx_bf16");
}

void check_bf16(at::Device device) {
  if (!device.is_cpu())
    fail_usage("model.precision = bf16 is for CPUs so far; set model.precision = fp32, or model.device = cpu");
  if (!has_bf16_products())
    fail_usage(
        "model.precision = bf16, but this CPU has no bfloat16 products (AVX512-BF16 or AMX); set "
        "model.precision = fp32");
}

}  // namespace

void choose_products(Precision precision, at::Device device) {
  if (precision == Precision::bf16) check_bf16(device);
  at::globalContext().setFloat32Precision(
      at::Float32Backend::MKLDNN, at::Float32Op::MATMUL,
      precision == Precision::bf16 ? at::Float32Precision::BF16 : at::Float32Precision::IEEE);
}

}  // namespace tartan::model
