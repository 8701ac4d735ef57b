// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "uevents.h"

#include <cerrno>

#include <linux/netlink.h>
#include <sys/socket.h>

namespace srp {

namespace {

constexpr std::string_view kSubsystems[] = { "infiniband", "infiniband_mad", "infiniband_verbs", "infiniband_srp" };
constexpr unsigned int kKernelGroup = 1;	// the other one is udev's
constexpr size_t kMaxUevent = 16384;

} // namespace

bool is_about_rdma(std::string_view uevent)
{
	constexpr std::string_view key = "SUBSYSTEM=";

	while (!uevent.empty()) {
		const std::string_view line = uevent.substr(0, uevent.find('\0'));
		uevent.remove_prefix(std::min(line.size() + 1, uevent.size()));
		if (!line.starts_with(key))
			continue;
		for (const std::string_view subsystem : kSubsystems)
			if (line.substr(key.size()) == subsystem)
				return true;
	}
	return false;
}

Result<std::unique_ptr<Listener>> Uevents::open(EventLoop &loop, Task changed)
{
	Fd fd(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
	sockaddr_nl address = {};

	address.nl_family = AF_NETLINK;
	address.nl_groups = kKernelGroup;
	if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) < 0)
		return system_error("events of devices");
	std::unique_ptr<Uevents> events(new Uevents(std::move(fd), std::move(changed)));
	auto watch = loop.watch(events->fd_.get(), [e = events.get()] { e->receive_all(); });
	if (!watch)
		return watch.error();
	events->watch_ = std::move(*watch);
	return std::unique_ptr<Listener>(std::move(events));
}

void Uevents::receive_all()
{
	char buffer[kMaxUevent];
	bool about_us = false;

	for (;;) {
		sockaddr_nl from = {};
		socklen_t length = sizeof(from);
		const ssize_t n = recvfrom(fd_.get(), buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr *>(&from), &length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) {	// some were lost
			about_us = true;
			continue;
		}
		if (n < 0)
			break;
		// Other processes may send as well, and are not believed.
		if (from.nl_pid == 0 && is_about_rdma(std::string_view(buffer, static_cast<size_t>(n))))
			about_us = true;
	}
	if (about_us)
		changed_();
}

} // namespace srp
