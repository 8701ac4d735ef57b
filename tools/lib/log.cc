// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "log.h"

#include <cstdlib>

#include <fmt/format.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "files.h"
#include "values.h"

namespace srp {

namespace {

// What is wrong at every scan need not be said at every scan.
constexpr Duration kSameError = std::chrono::minutes(10);
constexpr size_t kErrorsRemembered = 10000;

// systemd.exec(5): device and inode of the stream, which a child may have replaced.
bool stderr_is_journal()
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat status = {};

	return stream && !fstat(STDERR_FILENO, &status) && stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

} // namespace

void Log::write(Priority priority, const std::string &text)
{
	std::string line = printable(text);

	if (priority > highest_)
		return;
	if (priority <= Priority::Warning) {
		if (errors_.size() > kErrorsRemembered)
			errors_.clear();
		const auto [found, is_new] = errors_.try_emplace(line, Repeated { clock_.now() });
		if (!is_new && clock_.now() - found->second.written < kSameError) {
			found->second.held_back++;
			return;
		}
		if (found->second.held_back)
			line += fmt::format(" ({} more of these)", found->second.held_back);
		found->second = { clock_.now() };
	}
	sink_(priority, line);
}

Log::Sink default_sink(const std::string &program)
{
	if (stderr_is_journal())
		return [](Priority priority, const std::string &text) { print(stderr, fmt::format("<{}>{}\n", static_cast<int>(priority), text)); };
	if (isatty(STDERR_FILENO))
		return [program](Priority, const std::string &text) { print(stderr, fmt::format("{}: {}\n", program, text)); };
	openlog("srp_daemon", LOG_PID, LOG_DAEMON);
	return [program](Priority priority, const std::string &text) {
		syslog(static_cast<int>(priority), "%s", text.c_str());
		print(stderr, fmt::format("{}: {}\n", program, text));
	};
}

} // namespace srp
