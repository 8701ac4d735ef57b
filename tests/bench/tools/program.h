// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A srp_daemon that runs on a simulated fabric, as a process of its own.
#ifndef SRP_BENCH_PROGRAM_H
#define SRP_BENCH_PROGRAM_H

#include <optional>

#include <sys/wait.h>

#include "fake_sysfs.h"
#include "kernel_side.h"

struct FabricShape {
	unsigned int targets = 1;
	unsigned int dead = 0;		// so many of them have the device management bit and answer nothing
};

class Program {
public:
	// Starts it on a new fabric.
	Program(PromptTime &time, const FabricShape &shape, const std::string &path, const std::vector<std::string> &arguments);
	~Program();

	// Plays the fabric until the program ends by itself; false: it did not in that time.
	bool run(srp::Duration at_most);
	// Plays the fabric until the program has sent that many MADs and then nothing for that long; false: it did not come to that.
	bool run_until_quiet(uint64_t mads, srp::Duration quiet, srp::Duration at_most);
	// Plays the fabric for that long; what the program's threads used of the processor meanwhile.
	srp::Duration processor_time_of(srp::Duration time);
	// SIGTERM; how long it took to end, or nothing.
	std::optional<srp::Duration> stop(srp::Duration at_most);

	srp::Duration elapsed() const { return ended_ - started_; }
	// As the shell tells it.
	int exit_status() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_); }
	// Of the whole program, after its end.
	srp::Duration total_processor_time() const { return total_processor_time_; }
	const KernelSide::Counters &counters() const { return side_->counters(); }
	// Sorted lines of its output that are login strings, and all of what it said on stderr.
	std::vector<std::string> logins() const;
	std::string errors() const { return sysfs_.read("stderr"); }

private:
	srp::Duration processor_time() const;
	void collect();

	PromptTime &time_;
	FakeFabric fabric_;
	FakeSysfs sysfs_;
	std::unique_ptr<KernelSide> side_;
	pid_t pid_ = -1;
	int status_ = -1;	// as from wait()
	bool ended_by_itself_ = false;
	srp::TimePoint started_, ended_;
	srp::Duration total_processor_time_ {};
};

#endif
