// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "scheduler.h"

namespace srp {

void Timer::cancel()
{
	if (scheduler_)
		scheduler_->tasks_.erase(key_);
	scheduler_ = nullptr;
}

Timer Scheduler::after(Duration delay, Task task)
{
	const Timer::Key key(now() + delay, count_++);

	tasks_.emplace(key, std::move(task));
	return Timer(this, key);
}

std::optional<TimePoint> Scheduler::next_deadline() const
{
	if (tasks_.empty())
		return std::nullopt;
	return tasks_.begin()->first.first;
}

void Scheduler::run_due()
{
	const TimePoint time = now();
	const uint64_t count = count_;

	for (;;) {
		const auto first = tasks_.begin();
		if (first == tasks_.end() || first->first.first > time || first->first.second >= count)
			return;
		// Out of the map first: the task may cancel its own timer.
		const Task task = std::move(first->second);
		tasks_.erase(first);
		task();
	}
}

} // namespace srp
