// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Messages of the daemon: to the journal with priorities, to a terminal, or to syslog; none more often than it helps.
#ifndef SRP_TOOLS_LOG_H
#define SRP_TOOLS_LOG_H

#include "scheduler.h"

namespace srp {

// As in syslog(3).
enum class Priority { Error = 3, Warning = 4, Info = 6, Debug = 7 };

class Log {
public:
	using Sink = std::function<void(Priority, const std::string &)>;

	// Messages above the highest priority are dropped.
	Log(const Scheduler &clock, Sink sink, Priority highest) : clock_(clock), sink_(std::move(sink)), highest_(highest) {}

	void error(const std::string &text) { write(Priority::Error, text); }
	void warning(const std::string &text) { write(Priority::Warning, text); }
	void info(const std::string &text) { write(Priority::Info, text); }
	void debug(const std::string &text) { write(Priority::Debug, text); }

private:
	struct Repeated {
		TimePoint written;
		unsigned int held_back = 0;
	};
	void write(Priority priority, const std::string &text);

	const Scheduler &clock_;
	Sink sink_;
	const Priority highest_;
	std::map<std::string, Repeated> errors_;	// written lately
};

// Where messages of this process belong: the journal, if it reads our stderr; a terminal; else syslog and stderr.
Log::Sink default_sink(const std::string &program);

} // namespace srp

#endif
