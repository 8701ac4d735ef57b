// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Time and timers. Real time is in EventLoop; tests bring simulated time.
#ifndef SRP_TOOLS_SCHEDULER_H
#define SRP_TOOLS_SCHEDULER_H

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace srp {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;
using Task = std::function<void()>;

class Scheduler;

// A task that will run unless this is destroyed before. Must not outlive its scheduler.
class [[nodiscard]] Timer {
public:
	Timer() = default;
	Timer(Timer &&other) noexcept : scheduler_(std::exchange(other.scheduler_, nullptr)), key_(std::move(other.key_)) {}
	Timer &operator=(Timer &&other) noexcept
	{
		std::swap(scheduler_, other.scheduler_);
		std::swap(key_, other.key_);
		return *this;
	}
	~Timer() { cancel(); }
	void cancel();

private:
	friend class Scheduler;
	using Key = std::pair<TimePoint, uint64_t>;
	Timer(Scheduler *scheduler, Key key) : scheduler_(scheduler), key_(key) {}

	Scheduler *scheduler_ = nullptr;
	Key key_;
};

class Scheduler {
public:
	virtual ~Scheduler() = default;
	virtual TimePoint now() const = 0;
	// Tasks run one after the other, never inside after(); those of one moment in the order they were given.
	Timer after(Duration delay, Task task);

protected:
	std::optional<TimePoint> next_deadline() const;
	// Runs the tasks whose time has come. Tasks they add wait for the next call.
	void run_due();

private:
	friend class Timer;
	std::map<Timer::Key, Task> tasks_;
	uint64_t count_ = 0;
};

} // namespace srp

#endif
