// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A line on the terminal for whoever waits longer than a second.
#ifndef SRP_TOOLS_PROGRESS_H
#define SRP_TOOLS_PROGRESS_H

#include <string>

#include "scheduler.h"

namespace srp {

class Progress {
public:
	using Sink = std::function<void(const std::string &)>;
	using Text = std::function<std::string()>;

	// No sink: nobody looks. The line is replaced several times a second and gone after this is destroyed.
	Progress(Scheduler &scheduler, Sink sink, Text text);
	Progress(const Progress &) = delete;
	~Progress();

	// stderr, if it is a terminal; else none.
	static Sink terminal();

private:
	void show();

	Scheduler &scheduler_;
	const Sink sink_;
	const Text text_;
	bool shown_ = false;
	Timer timer_;
};

} // namespace srp

#endif
