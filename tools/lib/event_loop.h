// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The one loop: timers, file descriptors and signals, nothing else ever blocks. Single thread.
#ifndef SRP_TOOLS_EVENT_LOOP_H
#define SRP_TOOLS_EVENT_LOOP_H

#include <memory>
#include <vector>

#include "files.h"
#include "scheduler.h"

namespace srp {

class EventLoop : public Scheduler {
public:
	// Readable, or in an error state.
	using Ready = std::function<void()>;
	// Watches as long as it lives. Destroy it before the file descriptor is closed and before the loop.
	class [[nodiscard]] Watch {
	public:
		Watch() = default;
		Watch(Watch &&other) noexcept : loop_(std::exchange(other.loop_, nullptr)), fd_(other.fd_) {}
		Watch &operator=(Watch &&other) noexcept
		{
			std::swap(loop_, other.loop_);
			std::swap(fd_, other.fd_);
			return *this;
		}
		~Watch();

	private:
		friend class EventLoop;
		Watch(EventLoop *loop, int fd) : loop_(loop), fd_(fd) {}
		EventLoop *loop_ = nullptr;
		int fd_ = -1;
	};

	static Result<std::unique_ptr<EventLoop>> create();

	TimePoint now() const override { return Clock::now(); }
	Result<Watch> watch(int fd, Ready ready);
	// The signals are blocked from now on and arrive here, in this thread.
	Result<void> on_signals(const std::vector<int> &signals, std::function<void(int)> handler);
	// Until stop().
	void run();
	void stop() { stopping_ = true; }

private:
	explicit EventLoop(Fd epoll) : epoll_(std::move(epoll)) {}

	Fd epoll_;
	Fd signals_;
	// Shared, so that a callback may end its own watch.
	std::map<int, std::shared_ptr<Ready>> watches_;
	Watch signal_watch_;
	bool stopping_ = false;
};

} // namespace srp

#endif
