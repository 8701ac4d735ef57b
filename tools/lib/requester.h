// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Questions and answers on a MadPort: many at once, each asked again until it is answered or its time is over.
#ifndef SRP_TOOLS_REQUESTER_H
#define SRP_TOOLS_REQUESTER_H

#include <deque>
#include <memory>
#include <unordered_map>

#include "mad_port.h"

namespace srp {

struct RequestPolicy {
	// A question is given up after that time. It is asked `tries` times in it, with growing gaps (1 : 2 : 4 ...); an answer to
	// any of them counts.
	Duration timeout = std::chrono::seconds(5);
	unsigned int tries = 3;
	// So many questions may be on their way through the port, and unanswered at one destination.
	unsigned int per_port = 64;
	unsigned int per_destination = 4;
	// After that time a question counts as not on its way any more: silence of some costs the others no more than this. Less where
	// answers come quickly.
	Duration on_the_way = std::chrono::milliseconds(50);
	// Ask an I/O unit again, and give it up, as soon as the answers of the others suggest: the first gap is some times the slowest
	// answer so far, and at least 34 ms. Never later than without, and not before anybody answered. Whoever waits for the end of a
	// scan wants this; who can use what came in meanwhile has time. Questions to the SA are not given up sooner: one SA answers all.
	bool adaptive = false;
};

class Requester : private MadPort::Receiver {
public:
	using Reply = std::function<void(Result<Message>)>;
	using ReportHandler = std::function<void(const MadAddress &from, const Message &report)>;
	using GoneHandler = std::function<void(const Error &why)>;
	struct Counters {
		uint64_t sent = 0;		// all that went out, repetitions included
		uint64_t repeated = 0;
		uint64_t answered = 0;
		uint64_t unanswered = 0;	// given up
		uint64_t unexpected = 0;	// late, duplicate or unknown answers, and those of somebody else
		uint64_t busy = 0;
		uint64_t redirected = 0;
		Duration slowest {};		// time of an answer, from the try that it belongs to
	};

	Requester(Scheduler &scheduler, MadPort &port, RequestPolicy policy);
	// Drops all questions. Nobody is called.
	~Requester() override;

	// reply is called once, later, from the event loop: with the answer, whatever its status (but neither busy nor redirection),
	// or with an error: Cause::Timeout, Cause::System, or Cause::Invalid after a redirection that cannot be followed.
	// asker: whose question it is, for drop().
	void request(const MadAddress &to, const Mad &mad, Reply reply, const void *asker = nullptr);
	// All open questions of that asker; or those of them that went to one address. Nobody is called.
	void drop(const void *asker);
	void drop(const void *asker, const MadAddress &to);
	// For a destination that can do more than others.
	void set_destination_limit(Lid lid, unsigned int questions) { limits_[lid] = questions; }
	// The local P_Key table; redirections name P_Keys.
	void set_pkeys(std::vector<Pkey> pkeys) { pkeys_ = std::move(pkeys); }
	// What destinations said of other ones. They are asked at their own address again.
	void forget_redirections() { redirections_.clear(); }
	// Reports that arrive are acknowledged and handed on.
	Result<void> receive_reports(ReportHandler handler);
	void on_gone(GoneHandler handler) { gone_ = std::move(handler); }

	const Counters &counters() const { return counters_; }
	const RequestPolicy &policy() const { return policy_; }
	Scheduler &scheduler() { return scheduler_; }

private:
	struct Request;
	using RequestPtr = std::unique_ptr<Request>;
	struct Destination {
		unsigned int unanswered = 0;
		bool listed = false;	// in ready_
		std::deque<RequestPtr> waiting;

		bool is_idle() const { return unanswered == 0 && waiting.empty() && !listed; }
	};

	void on_mad(const MadAddress &from, Message message) override;
	void on_gone(const Error &why) override;

	void drop_waiting(Destination &destination, const void *asker, const MadAddress *to);
	void drop_started(const void *asker, const MadAddress *to);
	unsigned int limit_of(Lid lid) const;
	Duration first_gap(MgmtClass mgmt_class) const;
	Duration gap_after(const Request &request, unsigned int tries_done) const;
	Duration patience(const Request &request) const;
	Duration on_the_way() const;
	void list_if_ready(Lid lid, Destination &destination);
	void pump();
	void start(RequestPtr owned);
	void send_once(Request &request);
	void release_slot(Request &request);
	void wait_for_answer(Request &request);
	void wait_until_due(Request &request);
	void give_up(Request &request, const char *why);
	void learn(const Request &request, uint32_t transaction);
	void ask_again_later(Request &request);
	Result<void> redirect(Request &request, const Message &message);
	void finish(Request &request, Result<Message> result);
	RequestPtr end(Request &request);

	Scheduler &scheduler_;
	MadPort &port_;
	const RequestPolicy policy_;
	Counters counters_;
	std::vector<Pkey> pkeys_;
	std::map<Lid, unsigned int> limits_;
	std::map<Lid, Destination> destinations_;
	std::deque<Lid> ready_;		// destinations with something to send and room for it
	unsigned int slots_used_ = 0;
	uint32_t last_transaction_;
	std::unordered_map<const Request *, RequestPtr> started_;
	std::unordered_map<uint32_t, Request *> transactions_;	// of those in started_
	std::map<std::pair<Lid, MgmtClass>, MadAddress> redirections_;
	ReportHandler report_;
	GoneHandler gone_;
};

} // namespace srp

#endif
