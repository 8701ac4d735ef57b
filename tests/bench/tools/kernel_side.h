// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What the kernel does between a program and the fabric: MADs that a program sends through umad_preload.c reach a simulated fabric,
// answers come back, and a question without one comes back with a status when its time is over.
#ifndef SRP_BENCH_KERNEL_SIDE_H
#define SRP_BENCH_KERNEL_SIDE_H

#include <map>

#include "fake_fabric.h"
#include "files.h"

// Real time with the resolution of the kernel: answers that take 100 us do not take a millisecond.
class PromptTime : public srp::Scheduler {
public:
	srp::TimePoint now() const override { return srp::Clock::now(); }
	// Runs due tasks, and ready() whenever fd is readable, until ready() says false or the time is over. True: ready() said it.
	bool run(int fd, const std::function<bool()> &ready, srp::Duration at_most);
};

class KernelSide : private srp::MadPort::Receiver {
public:
	struct Counters {
		uint64_t mads = 0;		// sent by the program
		uint64_t timed_out = 0;		// told to it
		unsigned int peak_kib = 0;	// what the program said at its end; 0: nothing
	};

	// socket: our end of the stream. port: of the host on which the program runs.
	KernelSide(srp::Scheduler &time, srp::Fd socket, std::unique_ptr<srp::MadPort> port);

	int fd() const { return socket_.get(); }
	// Takes what the program sent. False: it has ended.
	bool receive();
	const Counters &counters() const { return counters_; }

private:
	struct Pending {
		uint32_t agent;
		srp::Message question;
		srp::Timer timer;
	};

	void on_mad(const srp::MadAddress &from, srp::Message message) override;
	void on_gone(const srp::Error &) override {}
	void deliver(uint32_t agent, uint32_t status, const srp::MadAddress &from, const srp::Message &message);

	srp::Scheduler &time_;
	srp::Fd socket_;
	std::unique_ptr<srp::MadPort> port_;
	std::vector<uint8_t> input_;
	std::map<uint32_t, Pending> pending_;	// by transaction
	Counters counters_;
};

#endif
