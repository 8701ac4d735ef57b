// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "requester.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "dm.h"
#include "sa.h"

namespace srp {

namespace {

// Time for the kernel to notice that nobody waits any more; it must not give up before we do.
constexpr Duration kGrace = std::chrono::milliseconds(100);
constexpr Duration kFirstBusyWait = std::chrono::milliseconds(50), kLongestBusyWait = std::chrono::seconds(1);
constexpr unsigned int kMaxRedirections = 2;
// Of adaptive waiting. Three tries with gaps of 1 : 2 : 4 times the shortest are 238 ms.
constexpr Duration kShortestGap = std::chrono::milliseconds(34), kShortestOnTheWay = std::chrono::milliseconds(5);
constexpr unsigned int kGapOfSlowest = 8;

size_t data_offset(MgmtClass mgmt_class) { return mgmt_class == MgmtClass::SubnAdm ? kSaDataOffset : kDmDataOffset; }

bool is_answer(Method method) { return static_cast<uint8_t>(method) & 0x80; }

// Some adapters say LID 0 of a message that never left them; from elsewhere none has it. What was routed has the LID of the router, but
// nothing is asked beyond one.
bool is_from(const MadAddress &from, const MadAddress &asked) { return from.lid == asked.lid || from.lid == Lid(0); }

} // namespace

struct Requester::Request {
	MadAddress to;
	MadAddress asked;		// where it was to go; redirections do not change it
	MgmtClass mgmt_class = {};
	Mad mad = {};
	Reply reply;
	const void *asker = nullptr;
	TimePoint started, deadline;	// the deadline is the last moment; adaptive waiting ends sooner
	TimePoint sent;			// the last try
	unsigned int tries = 0, busy = 0, redirections = 0;
	bool holds_slot = false;
	struct Try {
		uint32_t transaction;
		TimePoint sent;
	};
	std::vector<Try> sent_tries;
	Timer slot_timer, step_timer;
};

Requester::Requester(Scheduler &scheduler, MadPort &port, RequestPolicy policy)
	: scheduler_(scheduler), port_(port), policy_(policy), last_transaction_(std::random_device()())
{
	port_.set_receiver(this);
}

Requester::~Requester()
{
	port_.set_receiver(nullptr);
}

void Requester::request(const MadAddress &to, const Mad &mad, Reply reply, const void *asker)
{
	auto request = std::make_unique<Request>();
	Destination &destination = destinations_[to.lid];

	request->to = to;
	request->asked = to;
	request->mad = mad;
	request->mgmt_class = decode_header(Record<kMadSize>(mad).first<24>()).mgmt_class;
	request->reply = std::move(reply);
	request->asker = asker;
	destination.waiting.push_back(std::move(request));
	list_if_ready(to.lid, destination);
	pump();
}

void Requester::drop(const void *asker)
{
	for (auto &[lid, destination] : destinations_)
		drop_waiting(destination, asker, nullptr);
	drop_started(asker, nullptr);
	std::erase_if(destinations_, [](const auto &entry) { return entry.second.is_idle(); });
	pump();
}

void Requester::drop(const void *asker, const MadAddress &to)
{
	const auto found = destinations_.find(to.lid);

	if (found == destinations_.end())
		return;
	drop_waiting(found->second, asker, &to);
	drop_started(asker, &to);
	if (found->second.is_idle())
		destinations_.erase(found);
	pump();
}

void Requester::drop_waiting(Destination &destination, const void *asker, const MadAddress *to)
{
	std::erase_if(destination.waiting,
		      [&](const RequestPtr &request) { return request->asker == asker && (!to || request->asked == *to); });
}

void Requester::drop_started(const void *asker, const MadAddress *to)
{
	std::vector<Request *> all;

	for (const auto &[request, owned] : started_)
		if (owned->asker == asker && (!to || owned->asked == *to))
			all.push_back(owned.get());
	for (Request *request : all)
		end(*request);
}

Result<void> Requester::receive_reports(ReportHandler handler)
{
	report_ = std::move(handler);
	return port_.receive_reports();
}

unsigned int Requester::limit_of(Lid lid) const
{
	const auto found = limits_.find(lid);

	return found != limits_.end() ? found->second : policy_.per_destination;
}

// So that 1 + 2 + 4 ... of them are the timeout, or less if experience says so.
Duration Requester::first_gap(MgmtClass mgmt_class) const
{
	const Duration longest = policy_.timeout / ((1u << std::min(policy_.tries, 16u)) - 1);

	if (!policy_.adaptive || mgmt_class == MgmtClass::SubnAdm || counters_.slowest == Duration(0))
		return longest;
	return std::min(longest, std::max(kShortestGap, counters_.slowest * kGapOfSlowest));
}

Duration Requester::gap_after(const Request &request, unsigned int tries_done) const
{
	return first_gap(request.mgmt_class) * (1u << std::min(tries_done - 1, 15u));
}

// Who is busy is there: no reason to give up sooner.
Duration Requester::patience(const Request &request) const
{
	if (!policy_.adaptive || request.busy)
		return policy_.timeout;
	return std::min(policy_.timeout, first_gap(request.mgmt_class) * ((1u << std::min(policy_.tries, 16u)) - 1));
}

Duration Requester::on_the_way() const
{
	if (counters_.slowest == Duration(0))
		return policy_.on_the_way;
	return std::min(policy_.on_the_way, std::max(kShortestOnTheWay, counters_.slowest * kGapOfSlowest));
}

void Requester::list_if_ready(Lid lid, Destination &destination)
{
	if (destination.listed || destination.waiting.empty() || destination.unanswered >= limit_of(lid))
		return;
	destination.listed = true;
	ready_.push_back(lid);
}

// One question per destination in turn, so that none has to wait for the many questions of another.
void Requester::pump()
{
	while (slots_used_ < policy_.per_port && !ready_.empty()) {
		const Lid lid = ready_.front();
		ready_.pop_front();
		Destination &destination = destinations_[lid];
		destination.listed = false;
		if (destination.waiting.empty()) {	// dropped
			if (destination.is_idle())
				destinations_.erase(lid);
			continue;
		}
		RequestPtr request = std::move(destination.waiting.front());
		destination.waiting.pop_front();
		destination.unanswered++;
		list_if_ready(lid, destination);
		start(std::move(request));
	}
}

void Requester::start(RequestPtr owned)
{
	Request &request = *owned;

	started_.emplace(&request, std::move(owned));
	request.started = scheduler_.now();
	request.deadline = request.started + policy_.timeout;
	request.holds_slot = true;
	slots_used_++;
	request.slot_timer = scheduler_.after(on_the_way(), [this, &request] {
		release_slot(request);
		pump();
	});
	const auto moved = redirections_.find({ request.asked.lid, request.mgmt_class });
	if (moved != redirections_.end()) {
		request.to = moved->second;
		request.redirections++;
	}
	send_once(request);
}

void Requester::release_slot(Request &request)
{
	if (request.holds_slot)
		slots_used_--;
	request.holds_slot = false;
}

void Requester::send_once(Request &request)
{
	// Each try has an ID of its own, and all of them stay valid: a slow answer to the first is as good as one to the last.
	do
		last_transaction_++;	// 0 is ignored by opensm
	while (!last_transaction_ || transactions_.contains(last_transaction_));
	set_transaction(request.mad, last_transaction_);
	request.sent = scheduler_.now();
	request.sent_tries.push_back({ last_transaction_, request.sent });
	transactions_.emplace(last_transaction_, &request);

	counters_.sent++;
	const Result<void> sent = port_.send(request.to, request.mad, request.deadline - scheduler_.now() + kGrace);
	if (sent) {
		wait_for_answer(request);
		return;
	}
	request.step_timer = scheduler_.after(Duration(0), [this, &request, error = sent.error()] { finish(request, error); });
}

void Requester::wait_for_answer(Request &request)
{
	request.tries++;
	wait_until_due(request);
}

// What others answer meanwhile may shorten or lengthen the wait, so the time is looked at in steps.
void Requester::wait_until_due(Request &request)
{
	const auto due = [this, &request] {
		const TimePoint end = std::min(request.deadline, request.started + patience(request));
		return request.tries >= policy_.tries ? end : std::min(request.sent + gap_after(request, request.tries), end);
	};
	Duration wait = due() - scheduler_.now();

	if (policy_.adaptive && request.mgmt_class != MgmtClass::SubnAdm)
		wait = std::min(wait, kShortestGap);
	request.step_timer = scheduler_.after(std::max(wait, Duration(0)), [this, &request, due] {
		if (scheduler_.now() < due()) {
			wait_until_due(request);
		} else if (request.tries >= policy_.tries || scheduler_.now() >= request.deadline) {
			// Maybe because it went where a redirection once pointed.
			redirections_.erase({ request.asked.lid, request.mgmt_class });
			give_up(request, request.busy ? "always busy" : "no answer");
		} else {
			counters_.repeated++;
			send_once(request);
		}
	});
}

void Requester::give_up(Request &request, const char *why)
{
	const auto waited = std::chrono::ceil<std::chrono::milliseconds>(scheduler_.now() - request.started);

	counters_.unanswered++;
	finish(request, Error { fmt::format("{} within {} ms", why, waited.count()), Cause::Timeout });
}

void Requester::learn(const Request &request, uint32_t transaction)
{
	for (const Request::Try &one : request.sent_tries)
		if (one.transaction == transaction)
			counters_.slowest = std::max(counters_.slowest, scheduler_.now() - one.sent);
}

// Busy is an answer: it does not use up a try, only time.
void Requester::ask_again_later(Request &request)
{
	const Duration wait = std::min(kFirstBusyWait * (1 << std::min(request.busy, 8u)), kLongestBusyWait);

	counters_.busy++;
	request.busy++;
	if (request.tries > 0)	// after a redirection an older try may be answered as well
		request.tries--;
	const Duration left = request.deadline - scheduler_.now();
	request.step_timer = scheduler_.after(std::min(wait, left), [this, &request] {
		if (scheduler_.now() >= request.deadline) {
			give_up(request, "always busy");
			return;
		}
		counters_.repeated++;
		send_once(request);
	});
}

// IBA 13.4.7 and 13.5.2: the answer says where to ask instead.
Result<void> Requester::redirect(Request &request, const Message &message)
{
	const size_t offset = data_offset(request.mgmt_class);

	if (request.redirections >= kMaxRedirections) {
		redirections_.erase({ request.asked.lid, request.mgmt_class });
		return Error { "redirected too often" };
	}
	if (message.size() < offset + ClassPortInfo::kSize)
		return Error { "redirected, but not told where" };
	const ClassPortInfo info = decode_class_port_info(Bytes(message).subspan(offset).first<ClassPortInfo::kSize>());
	const auto pkey = std::find(pkeys_.begin(), pkeys_.end(), info.redirect_pkey);
	if (!info.redirect_lid.is_unicast())
		return Error { fmt::format("redirected to GID {} without a LID, which is not supported", info.redirect_gid.text()) };
	if (info.redirect_pkey.valid() && pkey == pkeys_.end())
		return Error { fmt::format("redirected to P_Key {}, which this port does not have", info.redirect_pkey.text()) };
	request.to.lid = info.redirect_lid;
	request.to.sl = info.redirect_sl;
	if (info.redirect_pkey.valid())
		request.to.pkey_index = static_cast<uint16_t>(pkey - pkeys_.begin());
	request.to.qpn = info.redirect_qpn ? info.redirect_qpn : kGsiQpn;
	request.to.qkey = info.redirect_qkey ? info.redirect_qkey : kGsiQkey;
	request.redirections++;
	counters_.redirected++;
	redirections_[{ request.asked.lid, request.mgmt_class }] = request.to;
	return {};
}

void Requester::on_mad(const MadAddress &from, Message message)
{
	const auto header = decode_header(message);

	if (!header)
		return;
	if (header->method == Method::Report) {
		if (message.size() >= kMadSize && report_) {
			// Unanswered reports are repeated by the SM.
			(void)port_.send(from, sa_answer_report(Bytes(message).first<kMadSize>()), Duration(0));
			report_(from, message);
		}
		return;
	}
	const auto found = transactions_.find(static_cast<uint32_t>(header->transaction));
	if (found == transactions_.end() || !is_answer(header->method) || header->mgmt_class != found->second->mgmt_class ||
	    !is_from(from, found->second->to)) {
		counters_.unexpected++;
		return;
	}
	Request &request = *found->second;
	if (request.mgmt_class != MgmtClass::SubnAdm)
		learn(request, found->first);
	if (header->status & kStatusBusy) {
		transactions_.erase(found);
		ask_again_later(request);
		return;
	}
	if (header->status & kStatusRedirect) {
		transactions_.erase(found);
		if (const auto done = redirect(request, message); !done) {
			finish(request, done.error());
		} else {
			request.tries = 0;
			request.started = scheduler_.now();
			request.deadline = request.started + policy_.timeout;
			send_once(request);
		}
		return;
	}
	counters_.answered++;
	finish(request, std::move(message));
}

void Requester::on_gone(const Error &why)
{
	// The replies may ask new questions, whose sending fails.
	std::vector<Request *> all;

	for (const auto &[request, owned] : started_)
		all.push_back(owned.get());
	for (auto &[lid, destination] : destinations_) {
		for (RequestPtr &request : destination.waiting) {
			destination.unanswered++;	// finish() counts it off
			all.push_back(request.get());
			started_.emplace(request.get(), std::move(request));
		}
		destination.waiting.clear();
	}
	for (Request *request : all)
		if (started_.contains(request))	// a reply may have dropped it
			finish(*request, why);
	if (gone_)
		gone_(why);
}

void Requester::finish(Request &request, Result<Message> result)
{
	const Lid lid = request.asked.lid;
	const RequestPtr owned = end(request);

	if (destinations_[lid].is_idle())
		destinations_.erase(lid);
	owned->reply(std::move(result));
	pump();
}

// It is nobody's question any more, and whatever it held is free.
Requester::RequestPtr Requester::end(Request &request)
{
	const auto found = started_.find(&request);
	RequestPtr owned = std::move(found->second);
	Destination &destination = destinations_[request.asked.lid];

	started_.erase(found);
	for (const Request::Try &one : request.sent_tries)
		transactions_.erase(one.transaction);
	release_slot(request);
	destination.unanswered--;
	list_if_ready(request.asked.lid, destination);
	return owned;
}

} // namespace srp
