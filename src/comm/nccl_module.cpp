#include "nccl_module.hpp"

#include <dlfcn.h>
#include <filesystem>

namespace tartan::comm {

NcclModule const* load_nccl_module(std::string& problem) {
  auto const path = std::filesystem::read_symlink("/proc/self/exe").replace_filename(nccl_module_file);
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // stays until the process ends
  void const* const module = library == nullptr ? nullptr : dlsym(library, nccl_module_symbol);
  if (module == nullptr) problem = dlerror();
  return static_cast<NcclModule const*>(module);
}

}  // namespace tartan::comm
