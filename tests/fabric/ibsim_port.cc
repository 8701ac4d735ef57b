// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "ibsim_port.h"

#include <cerrno>
#include <cstring>

#include <endian.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

using namespace srp;

namespace {

constexpr uint32_t kMagic = 0xdeadbeef;
constexpr uint32_t kConnect = 1, kDisconnect = 2;

// In the byte order of the machine.
struct Control {
	uint32_t magic = kMagic;
	uint32_t client = 0;
	uint32_t type = 0;
	uint32_t length = 0;
	uint8_t data[64] = {};
};

struct ConnectData {
	uint32_t id = 0;
	uint32_t qpn = 0;
	uint32_t serves = 0;
	char node[32] = {};
};

// In that of the network; of a LID's four bytes the first two count.
struct Packet {
	uint32_t dlid, slid, dqp, sqp, status, pad;
	uint64_t length;
	uint8_t mad[kMadSize];
};
static_assert(sizeof(Packet) == 288);

// Abstract names: a zero byte in front, and ibsim counts the one at the end.
std::pair<sockaddr_un, socklen_t> address_of(const std::string &name)
{
	sockaddr_un address = {};

	address.sun_family = AF_UNIX;
	memcpy(address.sun_path + 1, name.c_str(), std::min(name.size() + 1, sizeof(address.sun_path) - 1));
	return { address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size() + 1) };
}

Result<Fd> bound_socket(const std::string &name)
{
	Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	const auto [address, length] = address_of(name);

	if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), length) < 0)
		return system_error("socket " + name);
	return fd;
}

Result<void> connect_to(const Fd &fd, const std::string &name)
{
	const auto [address, length] = address_of(name);

	if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), length) < 0)
		return system_error("connect to " + name);
	return {};
}

} // namespace

Result<std::unique_ptr<IbsimPort>> IbsimPort::connect(EventLoop &loop, const std::string &simulator, const std::string &node, unsigned int id,
						      bool serves)
{
	auto control = bound_socket(fmt::format("{}:ctl{}", simulator, id));
	auto data = bound_socket(fmt::format("{}:in{}", simulator, id));
	if (!control || !data)
		return control ? data.error() : control.error();
	if (auto done = connect_to(*control, simulator + ":ctl"); !done)
		return done.error();

	Control message = { .type = kConnect, .length = sizeof(ConnectData) };
	ConnectData wish = { .id = id, .qpn = serves ? 1u : 0u, .serves = serves ? 1u : 0u };
	node.copy(wish.node, sizeof(wish.node) - 1);
	memcpy(message.data, &wish, sizeof(wish));
	Control answer;
	pollfd ready = { control->get(), POLLIN, 0 };
	if (::send(control->get(), &message, sizeof(message), 0) < 0 || poll(&ready, 1, 5000) != 1 ||
	    recv(control->get(), &answer, sizeof(answer), 0) != sizeof(answer) || answer.magic != kMagic || answer.type != kConnect)
		return Error { fmt::format("ibsim does not accept a client for node {}", node) };
	// The number that the simulator gave us is in the data.
	memcpy(&wish, answer.data, sizeof(wish));
	if (auto done = connect_to(*data, fmt::format("{}:out{}", simulator, wish.id)); !done)
		return done.error();
	fcntl(data->get(), F_SETFL, O_NONBLOCK);
	std::unique_ptr<IbsimPort> port(new IbsimPort(std::move(*control), std::move(*data), wish.id));
	auto watch = loop.watch(port->data_.get(), [p = port.get()] { p->receive_all(); });
	if (!watch)
		return watch.error();
	port->watch_ = std::move(*watch);
	return port;
}

IbsimPort::~IbsimPort()
{
	const Control message = { .client = client_, .type = kDisconnect };

	watch_ = {};
	(void)!::send(control_.get(), &message, sizeof(message), 0);
}

Result<void> IbsimPort::send(const MadAddress &to, const Mad &mad, Duration)
{
	Packet packet = { .dlid = htobe32(uint32_t(to.lid.value()) << 16), .slid = 0, .dqp = htobe32(to.qpn), .sqp = htobe32(kGsiQpn), .status = 0, .pad = 0,
			  .length = htobe64(kMadSize), .mad = {} };

	memcpy(packet.mad, mad.data(), mad.size());
	if (::send(data_.get(), &packet, sizeof(packet), 0) < 0)
		return system_error("ibsim");
	return {};
}

void IbsimPort::receive_all()
{
	Packet packet;

	while (recv(data_.get(), &packet, sizeof(packet), 0) == sizeof(packet)) {
		if (packet.status || !receiver_)	// came back: nobody is there
			continue;
		receiver_->on_mad({ .lid = Lid(static_cast<uint16_t>(be32toh(packet.slid) >> 16)), .qpn = be32toh(packet.sqp) },
				  Message(packet.mad, packet.mad + kMadSize));
	}
}
