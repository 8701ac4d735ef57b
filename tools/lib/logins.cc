// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "logins.h"

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace srp {

namespace {

struct Meaning {
	int error;
	const char *text;
};

constexpr Meaning kMeanings[] = {
	{ ENOENT, "the port has no add_target, maybe ib_srp is not loaded (modprobe ib_srp)" },
	{ EACCES, "no permission; only root may log in" },
	{ EEXIST, "already connected" },
	{ EINVAL, "the kernel does not accept the login string; its log says which key" },
	{ ECONNRESET, "the target refused the login; the kernel's log has its reason" },
	{ ECONNREFUSED, "nobody listens there" },
	{ ETIMEDOUT, "the target does not answer" },
	{ EHOSTUNREACH, "there is no path to the target" },
	{ ENETUNREACH, "there is no path to the target" },
	{ ENODEV, "the device is gone" },
	{ ENOMEM, "the kernel has no memory for it" },
	{ EINTR, "interrupted" },
};

} // namespace

// Everything that both threads touch; lives until the last of them has let it go.
struct LoginThread::Shared {
	std::filesystem::path path;
	Fd event;	// set when something is in done
	std::mutex lock;
	std::condition_variable wake;
	// With the lock held:
	std::deque<std::pair<uint64_t, std::string>> todo;
	std::deque<std::pair<uint64_t, Result<void>>> done;
	bool stop = false;
};

Result<std::unique_ptr<Logins>> LoginThread::create(EventLoop &loop, std::filesystem::path add_target)
{
	auto shared = std::make_shared<Shared>();

	shared->path = std::move(add_target);
	shared->event = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (!shared->event)
		return system_error("eventfd");
	std::unique_ptr<LoginThread> logins(new LoginThread(shared));
	auto watch = loop.watch(shared->event.get(), [l = logins.get()] { l->collect(); });
	if (!watch)
		return watch.error();
	logins->watch_ = std::move(*watch);
	// A signal must find the thread that reads them, never this one, where its default action would end the process.
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	std::thread([shared] {
		std::unique_lock lock(shared->lock);
		for (;;) {
			shared->wake.wait(lock, [&] { return shared->stop || !shared->todo.empty(); });
			if (shared->stop)
				return;
			auto [number, login] = std::move(shared->todo.front());
			shared->todo.pop_front();
			lock.unlock();
			Result<void> result = write_file(shared->path, login);
			lock.lock();
			shared->done.emplace_back(number, std::move(result));
			eventfd_write(shared->event.get(), 1);
		}
	}).detach();
	pthread_sigmask(SIG_SETMASK, &before, nullptr);
	return std::unique_ptr<Logins>(std::move(logins));
}

LoginThread::~LoginThread()
{
	const std::lock_guard lock(shared_->lock);

	shared_->stop = true;
	shared_->wake.notify_one();
}

void LoginThread::submit(const std::string &login, Done done)
{
	const std::lock_guard lock(shared_->lock);

	waiting_[++count_] = std::move(done);
	shared_->todo.emplace_back(count_, login);
	shared_->wake.notify_one();
}

void LoginThread::collect()
{
	std::deque<std::pair<uint64_t, Result<void>>> done;
	eventfd_t ignored;

	eventfd_read(shared_->event.get(), &ignored);
	{
		const std::lock_guard lock(shared_->lock);
		done.swap(shared_->done);
	}
	for (auto &[number, result] : done) {
		const auto found = waiting_.find(number);
		const Done call = std::move(found->second);
		waiting_.erase(found);
		call(std::move(result));
	}
}

std::string login_error_text(const Error &error)
{
	for (const Meaning &meaning : kMeanings)
		if (error.cause == Cause::System && meaning.error == error.code)
			return meaning.text;
	return error.text;
}

} // namespace srp
