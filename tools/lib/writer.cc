// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "writer.h"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace srp {

// Everything that several threads touch; lives until the last of them has let it go.
struct WriterThreads::Shared {
	struct Job {
		uint64_t number;
		std::filesystem::path file;
		std::string text;
	};
	Fd event;	// set when something is in done
	std::mutex lock;
	std::condition_variable wake;
	// With the lock held:
	std::deque<Job> todo;
	std::deque<std::pair<uint64_t, Result<void>>> done;
	bool stop = false;
};

// One thread takes what is to do until it is told to stop.
void WriterThreads::work(const std::shared_ptr<Shared> &shared)
{
	std::unique_lock lock(shared->lock);

	for (;;) {
		shared->wake.wait(lock, [&] { return shared->stop || !shared->todo.empty(); });
		if (shared->stop)
			return;
		const Shared::Job job = std::move(shared->todo.front());
		shared->todo.pop_front();
		lock.unlock();
		Result<void> result = write_file(job.file, job.text);
		lock.lock();
		shared->done.emplace_back(job.number, std::move(result));
		eventfd_write(shared->event.get(), 1);
	}
}

Result<std::unique_ptr<Writer>> WriterThreads::create(EventLoop &loop, unsigned int threads)
{
	auto shared = std::make_shared<Shared>();

	shared->event = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (!shared->event)
		return system_error("eventfd");
	std::unique_ptr<WriterThreads> writer(new WriterThreads(shared));
	auto watch = loop.watch(shared->event.get(), [w = writer.get()] { w->collect(); });
	if (!watch)
		return watch.error();
	writer->watch_ = std::move(*watch);
	// A signal must find the thread that reads them, never one of these, where its default action would end the process.
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	std::optional<Error> failed;
	try {
		for (unsigned int i = 0; i < threads; i++)
			std::thread([shared] { work(shared); }).detach();
	} catch (const std::system_error &error) {
		failed = { fmt::format("cannot start a thread for logins: {}", error.what()), Cause::System, error.code().value() };
	}
	pthread_sigmask(SIG_SETMASK, &before, nullptr);
	if (failed)
		return *failed;	// the writer ends the threads there are
	return std::unique_ptr<Writer>(std::move(writer));
}

WriterThreads::~WriterThreads()
{
	const std::lock_guard lock(shared_->lock);

	shared_->stop = true;
	shared_->wake.notify_all();
}

void WriterThreads::submit(const std::filesystem::path &file, const std::string &text, Done done)
{
	const std::lock_guard lock(shared_->lock);

	waiting_[++count_] = std::move(done);
	shared_->todo.push_back({ count_, file, text });
	shared_->wake.notify_one();
}

void WriterThreads::collect()
{
	std::deque<std::pair<uint64_t, Result<void>>> done;
	eventfd_t ignored = 0;

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

} // namespace srp
