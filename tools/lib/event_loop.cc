// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "event_loop.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace srp {

EventLoop::Watch::~Watch()
{
	if (!loop_)
		return;
	epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
	loop_->watches_.erase(fd_);
}

Result<std::unique_ptr<EventLoop>> EventLoop::create()
{
	Fd epoll(epoll_create1(EPOLL_CLOEXEC));

	if (!epoll)
		return system_error("epoll_create1");
	return std::unique_ptr<EventLoop>(new EventLoop(std::move(epoll)));
}

Result<EventLoop::Watch> EventLoop::watch(int fd, Ready ready)
{
	epoll_event event = {};

	event.events = EPOLLIN;
	event.data.fd = fd;
	if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0)
		return system_error("epoll_ctl");
	watches_[fd] = std::make_shared<Ready>(std::move(ready));
	return Watch(this, fd);
}

Result<void> EventLoop::on_signals(const std::vector<int> &signals, std::function<void(int)> handler)
{
	sigset_t set;

	sigemptyset(&set);
	for (const int number : signals)
		sigaddset(&set, number);
	errno = pthread_sigmask(SIG_BLOCK, &set, nullptr);
	if (errno)
		return system_error("pthread_sigmask");
	signals_ = Fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
	if (!signals_)
		return system_error("signalfd");
	auto watch = this->watch(signals_.get(), [this, handler = std::move(handler)] {
		signalfd_siginfo info = {};
		while (read(signals_.get(), &info, sizeof(info)) == sizeof(info))
			handler(static_cast<int>(info.ssi_signo));
	});
	if (!watch)
		return watch.error();
	signal_watch_ = std::move(*watch);
	return {};
}

void EventLoop::run()
{
	stopping_ = false;
	while (!stopping_) {
		int timeout_ms = -1;
		if (const auto next = next_deadline()) {
			// Rounded up, or the loop would spin through the last millisecond.
			const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - now()).count();
			timeout_ms = static_cast<int>(std::clamp<int64_t>(wait, 0, INT_MAX));
		}
		epoll_event events[16];
		const int n = epoll_wait(epoll_.get(), events, 16, timeout_ms);
		for (int i = 0; i < n && !stopping_; i++) {
			const auto found = watches_.find(events[i].data.fd);	// an earlier event may have ended it
			if (found == watches_.end())
				continue;
			const std::shared_ptr<Ready> ready = found->second;
			(*ready)();
		}
		if (!stopping_)
			run_due();
	}
}

} // namespace srp
