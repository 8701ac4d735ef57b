// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "service.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace srp {

namespace {

std::string lock_file(const std::filesystem::path &directory, const PortName &name)
{
	return directory / fmt::format("srp_daemon_{}_{}", name.device, name.number);
}

} // namespace

Result<Fd> lock_port(const std::filesystem::path &directory, const PortName &name)
{
	const std::string path = lock_file(directory, name);
	Fd fd(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644));

	if (!fd)
		return Error { fmt::format("failed to open {} (errno: {})", path, errno), Cause::System, errno };
	if (lockf(fd.get(), F_TLOCK, 0) < 0)
		return Error { fmt::format("failed to lock {} (errno: {}); another srp_daemon serves this port", path, errno), Cause::System, errno };
	return fd;
}

std::optional<int> lock_holder(const std::filesystem::path &directory, const PortName &name)
{
	const Fd fd(open(lock_file(directory, name).c_str(), O_RDONLY | O_CLOEXEC));
	struct flock lock = {};

	lock.l_type = F_WRLCK;
	lock.l_whence = SEEK_SET;
	if (!fd || fcntl(fd.get(), F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return std::nullopt;
	return lock.l_pid;
}

std::filesystem::path state_file(const std::filesystem::path &directory, const PortName &name)
{
	return lock_file(directory, name) + ".json";
}

namespace {

bool is_this_process(std::string_view pid)
{
	const auto number = parse_decimal(pid, 1, INT32_MAX);

	return number && *number == static_cast<uint64_t>(getpid());
}

} // namespace

ServiceManager ServiceManager::from_environment()
{
	ServiceManager manager;

	if (const char *socket = getenv("NOTIFY_SOCKET"))
		manager.socket_ = socket;
	const char *watchdog = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	if (watchdog && (!pid || is_this_process(pid)))
		if (const auto us = parse_decimal(watchdog, 1, INT64_MAX / 1000))
			manager.watchdog_period_ = std::chrono::microseconds(*us / 2);
	return manager;
}

void ServiceManager::notify_reloading() const
{
	const auto now = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch());

	announce(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()));
}

void ServiceManager::notify(const std::string &state) const { send(state, false); }
void ServiceManager::announce(const std::string &state) const { send(state, true); }

void ServiceManager::send(const std::string &state, bool wait) const
{
	const timeval patience = { .tv_sec = 1, .tv_usec = 0 };
	sockaddr_un address = {};

	if (socket_.empty() || socket_.size() >= sizeof(address.sun_path))
		return;
	const Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	address.sun_family = AF_UNIX;
	memcpy(address.sun_path, socket_.data(), socket_.size());
	if (address.sun_path[0] == '@')	// abstract
		address.sun_path[0] = '\0';
	const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
	if (!fd)
		return;
	setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT), reinterpret_cast<const sockaddr *>(&address), length);
}

} // namespace srp
