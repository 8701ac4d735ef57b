// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel_side.h"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <infiniband/umad.h>
#include <poll.h>
#include <sys/socket.h>

using namespace srp;

namespace {

constexpr uint32_t kNobody = 0xffffffff;	// the number of the agent for reports; at the end of a program: its peak of memory
constexpr size_t kHeader = sizeof(ib_user_mad_t);

} // namespace

bool PromptTime::run(int fd, const std::function<bool()> &ready, Duration at_most)
{
	const TimePoint end = now() + at_most;

	while (now() < end) {
		const auto next = next_deadline();
		const auto wait = std::chrono::nanoseconds(std::max(Duration(0), std::min(next.value_or(end), end) - now()));
		const timespec timeout = { wait.count() / 1000000000, wait.count() % 1000000000 };
		pollfd readable = { fd, POLLIN, 0 };

		if (ppoll(&readable, 1, &timeout, nullptr) > 0 && !ready())
			return true;
		run_due();
	}
	return false;
}

KernelSide::KernelSide(Scheduler &time, Fd socket, std::unique_ptr<MadPort> port)
	: time_(time), socket_(std::move(socket)), port_(std::move(port))
{
	port_->set_receiver(this);
	(void)!port_->receive_reports();
}

bool KernelSide::receive()
{
	uint8_t buffer[1 << 16];
	const ssize_t n = recv(socket_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return false;
	input_.insert(input_.end(), buffer, buffer + n);
	size_t done = 0;
	while (input_.size() - done >= kHeader) {
		ib_user_mad_t header;
		memcpy(&header, input_.data() + done, kHeader);
		if (input_.size() - done < kHeader + header.length)
			break;
		const uint8_t *bytes = input_.data() + done + kHeader;
		done += kHeader + header.length;
		if (header.agent_id == kNobody) {
			counters_.peak_kib = header.status;
			continue;
		}
		Mad mad {};
		std::copy(bytes, bytes + std::min<size_t>(header.length, mad.size()), mad.begin());
		const MadAddress to = { .lid = Lid(ntohs(header.addr.lid)), .pkey_index = header.addr.pkey_index, .sl = header.addr.sl,
					.qpn = ntohl(header.addr.qpn), .qkey = ntohl(header.addr.qkey) };
		counters_.mads++;
		if (header.timeout_ms) {
			const uint32_t transaction = static_cast<uint32_t>(decode_header(Bytes(mad))->transaction);
			const auto patience = std::chrono::milliseconds(header.timeout_ms) * (header.retries + 1);
			pending_[transaction] = { header.agent_id, Message(mad.begin(), mad.end()), time_.after(patience, [this, transaction, to] {
				const auto found = pending_.find(transaction);
				const Pending pending = std::move(found->second);
				pending_.erase(found);
				counters_.timed_out++;
				deliver(pending.agent, ETIMEDOUT, to, pending.question);
			}) };
		}
		(void)!port_->send(to, mad, Duration(0));
	}
	input_.erase(input_.begin(), input_.begin() + static_cast<ptrdiff_t>(done));
	return true;
}

void KernelSide::on_mad(const MadAddress &from, Message message)
{
	const auto header = decode_header(message);
	const auto found = pending_.find(static_cast<uint32_t>(header->transaction));
	uint32_t agent = kNobody;

	if (header->method != Method::Report) {
		if (found == pending_.end())	// nobody waits any more
			return;
		agent = found->second.agent;
		pending_.erase(found);
	}
	deliver(agent, 0, from, message);
}

void KernelSide::deliver(uint32_t agent, uint32_t status, const MadAddress &from, const Message &message)
{
	ib_user_mad_t header = {};
	std::vector<uint8_t> frame(kHeader + message.size());
	size_t sent = 0;

	header.agent_id = agent;
	header.status = status;
	header.length = static_cast<uint32_t>(message.size());
	header.addr.lid = htons(from.lid.value());
	header.addr.qpn = htonl(from.qpn);
	header.addr.pkey_index = from.pkey_index;
	memcpy(frame.data(), &header, kHeader);
	std::copy(message.begin(), message.end(), frame.begin() + kHeader);
	while (sent < frame.size()) {
		const ssize_t n = send(socket_.get(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
		if (n <= 0)
			return;		// receive() will find out
		sent += static_cast<size_t>(n);
	}
}
