#define TARTAN_ISA avx512
#include "kernels.inl"
