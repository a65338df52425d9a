#define TARTAN_ISA base
#include "kernels.inl"
