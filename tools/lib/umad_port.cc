// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "umad_port.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <infiniband/umad.h>

namespace srp {

namespace {

constexpr size_t kFirstBuffer = 1 << 16, kLargestBuffer = size_t(1) << 28;
// Other things of the event loop have their turn in between.
constexpr unsigned int kMessagesAtOnce = 64;
constexpr uint8_t kSaClassVersion = 2, kRmppVersion = 1;

Error umad_error(const PortName &name, const char *what, int error)
{
	return { fmt::format("{}: {}: {}", name.text(), what, strerror(error)), Cause::System, error };
}

} // namespace

Result<std::unique_ptr<MadPort>> UmadPort::open(EventLoop &loop, const PortName &name)
{
	if (umad_init() < 0)
		return Error { "the kernel module ib_umad is not loaded (modprobe ib_umad)", Cause::System, ENODEV };
	const int port = umad_open_port(name.device.c_str(), static_cast<int>(name.number));
	if (port < 0)
		return umad_error(name, "cannot open its umad device", -port);
	// Device management answers come back to this agent as well: the kernel goes by the transaction ID.
	const int agent = umad_register(port, static_cast<int>(MgmtClass::SubnAdm), kSaClassVersion, kRmppVersion, nullptr);
	if (agent < 0) {
		umad_close_port(port);
		return umad_error(name, "cannot register for management datagrams", -agent);
	}
	std::unique_ptr<UmadPort> umad(new UmadPort(loop, name, port, agent));
	auto watch = loop.watch(umad_get_fd(port), [u = umad.get()] { u->receive_some(); });
	if (!watch)
		return watch.error();
	umad->watch_ = std::move(*watch);
	return std::unique_ptr<MadPort>(std::move(umad));
}

UmadPort::UmadPort(EventLoop &loop, PortName name, int port, int agent)
	: loop_(loop), name_(std::move(name)), port_(port), agent_(agent), buffer_(umad_size() + kFirstBuffer)
{
}

UmadPort::~UmadPort()
{
	watch_ = {};	// before the file descriptor is closed
	umad_unregister(port_, agent_);
	if (reports_agent_ >= 0)
		umad_unregister(port_, reports_agent_);
	umad_close_port(port_);
}

Result<void> UmadPort::send(const MadAddress &to, const Mad &mad, Duration keep)
{
	std::vector<uint8_t> umad(umad_size() + kMadSize);
	const auto keep_ms = std::chrono::ceil<std::chrono::milliseconds>(keep).count();
	const bool is_answer = keep_ms == 0;

	std::copy(mad.begin(), mad.end(), umad.begin() + static_cast<ptrdiff_t>(umad_size()));
	umad_set_grh(umad.data(), nullptr);
	umad_set_pkey(umad.data(), to.pkey_index);
	umad_set_addr(umad.data(), to.lid.value(), static_cast<int>(to.qpn), to.sl, static_cast<int>(to.qkey));
	const int done = umad_send(port_, is_answer && reports_agent_ >= 0 ? reports_agent_ : agent_, umad.data(), kMadSize,
				   static_cast<int>(std::clamp<int64_t>(keep_ms, 0, INT32_MAX)), 0);
	if (done < 0)
		return umad_error(name_, fmt::format("cannot send to LID 0x{}", to.lid.text()).c_str(), errno ? errno : EIO);
	return {};
}

Result<void> UmadPort::receive_reports()
{
	long methods[16 / sizeof(long)] = {};
	const unsigned int report = static_cast<unsigned int>(Method::Report);

	methods[report / (8 * sizeof(long))] |= 1L << report % (8 * sizeof(long));
	const int agent = umad_register(port_, static_cast<int>(MgmtClass::SubnAdm), kSaClassVersion, 0, methods);
	if (agent < 0)
		return umad_error(name_, "cannot register for reports of traps; maybe another program does", -agent);
	reports_agent_ = agent;
	return {};
}

void UmadPort::receive_some()
{
	for (unsigned int i = 0; i < kMessagesAtOnce; i++) {
		int length = static_cast<int>(buffer_.size() - umad_size());

		errno = 0;	// libibumad keeps an old value
		const int agent = umad_recv(port_, buffer_.data(), &length, 0);
		if (agent == -EAGAIN || agent == -EWOULDBLOCK || agent == -EINTR)
			return;
		if (agent == -ENOSPC && length > 0 && static_cast<size_t>(length) < kLargestBuffer &&
		    static_cast<size_t>(length) > buffer_.size() - umad_size()) {
			// The kernel keeps it until there is room.
			buffer_.resize(umad_size() + static_cast<size_t>(length));
			continue;
		}
		if (agent < 0) {
			gone(-agent);
			return;
		}
		// A question of ours that nobody answered. The requester has its own clock.
		if (umad_status(buffer_.data()) || length < 0)
			continue;
		const ib_mad_addr_t *from = umad_get_mad_addr(buffer_.data());
		const uint8_t *mad = static_cast<const uint8_t *>(umad_get_mad(buffer_.data()));
		const MadAddress address = { .lid = Lid(ntohs(from->lid)), .pkey_index = from->pkey_index, .sl = from->sl, .qpn = ntohl(from->qpn) };
		if (receiver_)
			receiver_->on_mad(address, Message(mad, mad + std::min(static_cast<size_t>(length), buffer_.size() - umad_size())));
	}
}

void UmadPort::gone(int error)
{
	watch_ = {};
	if (receiver_)
		receiver_->on_gone(umad_error(name_, "the device is gone", error));
}

} // namespace srp
