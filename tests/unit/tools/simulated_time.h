// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Time that passes only when nothing is left to do: minutes of timeouts take no time at all, and every run is the same.
#ifndef SRP_TESTS_SIMULATED_TIME_H
#define SRP_TESTS_SIMULATED_TIME_H

#include "scheduler.h"

class SimulatedTime : public srp::Scheduler {
public:
	srp::TimePoint now() const override { return now_; }

	// Until nothing is planned any more.
	void run()
	{
		while (step(srp::TimePoint::max()))
			;
	}
	void run_for(srp::Duration time)
	{
		const srp::TimePoint end = now_ + time;

		while (step(end))
			;
		now_ = end;
	}
	// From the beginning of the test.
	std::chrono::milliseconds elapsed() const { return std::chrono::duration_cast<std::chrono::milliseconds>(now_ - srp::TimePoint()); }

private:
	bool step(srp::TimePoint end)
	{
		const auto next = next_deadline();

		if (!next || *next > end)
			return false;
		now_ = std::max(now_, *next);
		run_due();
		return true;
	}

	srp::TimePoint now_;
};

#endif
