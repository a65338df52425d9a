#define TARTAN_ISA avx2
#include "kernels.inl"
