// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The end of systemd: what a service tells its manager.
#ifndef SRP_TESTS_NOTIFY_SOCKET_H
#define SRP_TESTS_NOTIFY_SOCKET_H

#include <stdexcept>

#include <sys/socket.h>
#include <sys/un.h>

#include "files.h"

class NotifySocket {
public:
	explicit NotifySocket(const std::string &path) : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
	{
		sockaddr_un address = {};

		address.sun_family = AF_UNIX;
		path.copy(address.sun_path, sizeof(address.sun_path) - 1);
		if (bind(fd_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) < 0)
			throw std::runtime_error("bind");
	}

	// Everything told so far, a line each.
	const std::string &told()
	{
		char buffer[1000];

		for (ssize_t n; (n = recv(fd_.get(), buffer, sizeof(buffer), 0)) > 0;)
			told_ += std::string(buffer, static_cast<size_t>(n)) + "\n";
		return told_;
	}

private:
	srp::Fd fd_;
	std::string told_;
};

#endif
