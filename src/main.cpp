#include <tartan/cli/command.hpp>

int main(int argc, char** argv) { return tartan::cli::main(argc, argv); }
