// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "files.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace srp {

Fd::~Fd()
{
	if (fd_ >= 0)
		close(fd_);
}

Error system_error(const std::string &what)
{
	const int code = errno;

	return { what + ": " + strerror(code), Cause::System, code };
}

Result<std::string> read_file(const std::filesystem::path &path, size_t max_bytes)
{
	const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
	std::string text;
	char buffer[4096];

	if (!fd)
		return system_error(path.string());
	for (;;) {
		const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return system_error(path.string());
		if (n == 0)
			return text;
		text.append(buffer, static_cast<size_t>(n));
		if (text.size() > max_bytes) {
			errno = EFBIG;
			return system_error(path.string());
		}
	}
}

namespace {

Result<void> write_all(int fd, const std::string &text, const std::filesystem::path &path)
{
	for (size_t done = 0; done < text.size();) {
		const ssize_t n = write(fd, text.data() + done, text.size() - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return system_error(path.string());
		done += static_cast<size_t>(n);
	}
	return {};
}

} // namespace

Result<void> replace_file(const std::filesystem::path &path, const std::string &text)
{
	const std::filesystem::path next = path.string() + ".new";
	Result<void> done;
	{
		const Fd fd(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
		done = fd ? write_all(fd.get(), text, next) : Result<void>(system_error(next.string()));
	}
	if (done && rename(next.c_str(), path.c_str()) < 0)
		done = system_error(path.string());
	if (!done)
		unlink(next.c_str());
	return done;
}

Result<void> write_file(const std::filesystem::path &path, const std::string &text)
{
	const Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));

	if (!fd)
		return system_error(path.string());
	ssize_t n = 0;
	do
		n = write(fd.get(), text.data(), text.size());
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return system_error(path.string());
	if (static_cast<size_t>(n) != text.size()) {
		errno = EIO;
		return system_error(path.string());
	}
	return {};
}

void print(FILE *to, const std::string &text) { (void)!fwrite(text.data(), 1, text.size(), to); }

Result<void> flush(FILE *file, const std::string &what)
{
	errno = EIO;	// if it was an earlier write
	if (!fflush(file) && !ferror(file))
		return {};
	return system_error("cannot write " + what);
}

} // namespace srp
