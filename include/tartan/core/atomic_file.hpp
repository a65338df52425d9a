#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string_view>

namespace tartan {

//! Writes a whole file beside its place, syncs it and renames it: a reader sees the old content or the new, never a
//! part. A device, a pipe or an open file of a process (/dev/stdout) is written into; a symbolic link stays one.
void write_file_atomically(std::filesystem::path const& path, std::string_view content);
//! The same for what `fill` writes, piece by piece.
void write_file_atomically(std::filesystem::path const& path, std::function<void(std::ostream&)> const& fill);

//! Throws ExitStatus::io where write_file_atomically may not write `path`: asked before the work that it is for.
void check_writable(std::filesystem::path const& path);

//! `path` itself, or the lowest directory above it that is there.
std::filesystem::path nearest_existing(std::filesystem::path const& path);

//! Throws ExitStatus::usage, naming `key`, where a directory `path` neither is nor can be made and written into. Makes
//! nothing.
void check_can_make(std::filesystem::path const& path, std::string_view key);

//! Writes a whole file where none is; false where one is, whoever wrote it at the same time.
bool create_file(std::filesystem::path const& path, std::string_view content);

//! Fills a new directory through `fill(temporary)`, syncs every file in it and renames it to `path`, which must not
//! exist or be an older version of the same (then it is replaced).
void write_directory_atomically(std::filesystem::path const& path,
                                std::function<void(std::filesystem::path const&)> const& fill);

//! Undoes or finishes what the functions above left in `directory` when their process was killed.
void recover_directory(std::filesystem::path const& directory);

//! Creates a directory where there is none, lastingly. Throws ExitStatus::io.
void make_directory(std::filesystem::path const& path);

//! Points the relative symbolic link `link` at `target` by a rename.
void swap_symlink(std::filesystem::path const& link, std::filesystem::path const& target);

//! fsync of a file or directory. Throws ExitStatus::io.
void sync_path(std::filesystem::path const& path);

}  // namespace tartan
