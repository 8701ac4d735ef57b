// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Writing to add_target. The write takes as long as the login and the scan for LUNs, so it happens beside the event loop.
#ifndef SRP_TOOLS_LOGINS_H
#define SRP_TOOLS_LOGINS_H

#include <filesystem>
#include <memory>

#include "event_loop.h"

namespace srp {

class Logins {
public:
	using Done = std::function<void(Result<void>)>;

	virtual ~Logins() = default;
	// done is called once, later, from the event loop; not any more after this was destroyed.
	virtual void submit(const std::string &login, Done done) = 0;
};

// One thread per port, because the kernel takes one login per port at a time.
class LoginThread : public Logins {
public:
	static Result<std::unique_ptr<Logins>> create(EventLoop &loop, std::filesystem::path add_target);
	// Does not wait for a login on its way: the kernel ends that with the process.
	~LoginThread() override;

	void submit(const std::string &login, Done done) override;

private:
	struct Shared;
	explicit LoginThread(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
	void collect();

	std::shared_ptr<Shared> shared_;
	std::map<uint64_t, Done> waiting_;
	uint64_t count_ = 0;
	EventLoop::Watch watch_;
};

// What a failed write to add_target means and what can be done.
std::string login_error_text(const Error &error);

} // namespace srp

#endif
