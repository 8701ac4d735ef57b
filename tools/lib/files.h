// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Small files: all of it at once, with the error that the kernel gave.
#ifndef SRP_TOOLS_FILES_H
#define SRP_TOOLS_FILES_H

#include <cstdio>
#include <filesystem>

#include "result.h"

namespace srp {

// Owns a file descriptor.
class Fd {
public:
	Fd() = default;
	explicit Fd(int fd) : fd_(fd) {}
	Fd(Fd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
	Fd &operator=(Fd &&other) noexcept
	{
		std::swap(fd_, other.fd_);
		return *this;
	}
	~Fd();

	int get() const { return fd_; }
	explicit operator bool() const { return fd_ >= 0; }

private:
	int fd_ = -1;
};

// "what: text of the current errno"
Error system_error(const std::string &what);

// Fails with EFBIG beyond max_bytes.
Result<std::string> read_file(const std::filesystem::path &path, size_t max_bytes);
// One write() to a file that exists. May block as long as the kernel likes.
Result<void> write_file(const std::filesystem::path &path, const std::string &text);

// A new file in place of the old one, whole or not at all; readable for all.
Result<void> replace_file(const std::filesystem::path &path, const std::string &text);

// Never fails; what went wrong is told by flush(), or does not matter to who asks.
void print(FILE *to, const std::string &text);
// An error if anything printed so far got lost. what: for the message.
Result<void> flush(FILE *file, const std::string &what);

} // namespace srp

#endif
