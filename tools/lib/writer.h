// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Writing to files of sysfs that take their time: the write to add_target lasts as long as the login and the scan for LUNs. So it
// happens beside the event loop.
#ifndef SRP_TOOLS_WRITER_H
#define SRP_TOOLS_WRITER_H

#include <filesystem>
#include <memory>

#include "event_loop.h"

namespace srp {

class Writer {
public:
	using Done = std::function<void(Result<void>)>;

	virtual ~Writer() = default;
	// One write() of text. done is called once, later, from the event loop; not any more after this was destroyed.
	virtual void submit(const std::filesystem::path &file, const std::string &text, Done done) = 0;
};

// Begins the writes in the order they were given, and does as many at once as it has threads.
class WriterThreads : public Writer {
public:
	static Result<std::unique_ptr<Writer>> create(EventLoop &loop, unsigned int threads);
	// Does not wait for writes on their way: the kernel ends them with the process.
	~WriterThreads() override;

	void submit(const std::filesystem::path &file, const std::string &text, Done done) override;

private:
	struct Shared;
	explicit WriterThreads(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
	static void work(const std::shared_ptr<Shared> &shared);
	void collect();

	std::shared_ptr<Shared> shared_;
	std::map<uint64_t, Done> waiting_;
	uint64_t count_ = 0;
	EventLoop::Watch watch_;
};

} // namespace srp

#endif
