// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include "files.h"

namespace srp {

namespace {

constexpr Duration kPatience = std::chrono::seconds(1), kPeriod = std::chrono::milliseconds(200);
constexpr const char *kEmptyLine = "\r\x1b[K";	// ECMA-48: erase to the end of the line

} // namespace

Progress::Progress(Scheduler &scheduler, Sink sink, Text text) : scheduler_(scheduler), sink_(std::move(sink)), text_(std::move(text))
{
	if (sink_)
		timer_ = scheduler_.after(kPatience, [this] { show(); });
}

Progress::~Progress()
{
	if (shown_)
		sink_(kEmptyLine);
}

void Progress::show()
{
	shown_ = true;
	sink_(kEmptyLine + text_());
	timer_ = scheduler_.after(kPeriod, [this] { show(); });
}

Progress::Sink Progress::terminal()
{
	if (!isatty(STDERR_FILENO))
		return {};
	return [](const std::string &text) {
		print(stderr, text);
		fflush(stderr);
	};
}

} // namespace srp
