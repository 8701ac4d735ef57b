// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A subnet in the process of the test: an SM with its SA, I/O units with SRP targets, P_Keys that are enforced, and whatever can go
// wrong on the way. It plays by the standard; the tools under test see it through MadPort only.
#ifndef SRP_TESTS_FAKE_FABRIC_H
#define SRP_TESTS_FAKE_FABRIC_H

#include <climits>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "mad_port.h"
#include "dm.h"
#include "sa.h"
#include "target.h"

class FakeFabric {
public:
	using Milliseconds = std::chrono::milliseconds;

	// How the messages to and from one port fare.
	struct Faults {
		bool dead = false;		// nothing is answered
		double loss = 0;		// of each message, both ways
		double duplicate = 0;		// of each answer
		srp::Duration delay = std::chrono::microseconds(100);	// until the answer arrives
		unsigned int busy = 0;		// so many questions are answered with "busy"
		unsigned int ignore = 0;	// so many questions are not answered at all
		srp::Lid redirect;		// I/O unit or SA: questions are sent on to that LID
		std::optional<srp::Lid> sender;	// answers come from there
	};

	// An end port. Without controllers it is an ordinary host.
	struct EndPort {
		srp::Lid lid;
		srp::Gid gid;
		std::vector<srp::Pkey> pkeys { srp::Pkey(0xffff) };
		bool device_management = false;
		srp::IoUnitInfo info;
		std::vector<srp::Controller> controllers;
		uint16_t dm_status = 0;		// of all answers of the I/O unit, if not 0
		bool needs_trap_address = false;	// answers nothing before it was set
		bool is_switch = false;
		unsigned int answers = UINT_MAX;	// of the I/O unit, and then silence
		Faults faults;
		unsigned int questions = 0;	// that arrived at its I/O unit
	};

	struct Sa {
		bool matches_capability_mask = true;
		bool sends_attribute_offset = true;	// in answers that are no table
		size_t max_message = SIZE_MAX;		// longer answers are cut off
		unsigned int questions = 0;
		uint8_t sl = 0;				// questions with another one get lost
		unsigned int ignore_informs = 0;	// so many subscriptions are not answered
		uint16_t inform_status = 0;		// of the answers to them
		unsigned int ignore_paths = 0;		// so many path queries are not answered
		unsigned int ignore_ports = 0;		// nor so many questions for ports
		unsigned int most_at_once = 0;		// of questions not yet answered
		bool empty_is_an_error = false;		// an empty table is answered with "no records"
	};

	explicit FakeFabric(srp::Scheduler &time) : time_(time) {}

	// The port of the SM is EndPort number one; its P_Keys decide who can ask the SA.
	EndPort &add_host(srp::Lid lid, std::vector<srp::Pkey> pkeys = { srp::Pkey(0xffff) });
	// A target as the kernel's: one controller, one service. All GUIDs follow from the LID.
	EndPort &add_target(srp::Lid lid, std::vector<srp::Pkey> pkeys = { srp::Pkey(0xffff) });
	EndPort &at(srp::Lid lid) { return ports_.at(lid); }
	void remove(srp::Lid lid) { ports_.erase(lid); }
	void set_sm(srp::Lid lid) { sm_ = lid; }
	// The SM gives the port another LID; who is attached stays so.
	void change_lid(srp::Lid from, srp::Lid to);

	// The way of one host into the fabric. Must not outlive the fabric.
	std::unique_ptr<srp::MadPort> attach(srp::Lid lid);
	// Another program has registered for reports, on every host.
	void refuse_reports() { reports_refused_ = true; }
	// The SM tells the subscribers; or somebody else pretends to.
	void trap(const srp::Notice &notice, srp::Lid from = {});
	// The adapter of that host is pulled out.
	void unplug(srp::Lid lid);

	Sa sa;
	// Trap -> LIDs of its subscribers.
	std::map<uint16_t, std::vector<srp::Lid>> subscribers;
	unsigned int reports_acknowledged = 0;
	uint64_t messages = 0;
	unsigned int most_at_one_target = 0;
	uint32_t last_transaction = 0;		// of the questions that were sent

private:
	class Port;
	struct Question {
		srp::Lid from;
		srp::MadAddress to;
		srp::Mad mad;
	};

	void arrive(const Question &question);
	void arrive_at_sa(const Question &question, EndPort &sm);
	void arrive_at_unit(const Question &question, EndPort &port);
	srp::Message answer_of_sa(const Question &question);
	srp::Message answer_of_unit(const Question &question, EndPort &port);
	void answer(const Question &question, EndPort &port, srp::Message message, std::function<void()> then);
	void deliver(srp::Lid to, const srp::MadAddress &from, const srp::Message &message);
	bool chance(double probability) { return probability > 0 && std::uniform_real_distribution<>()(random_) < probability; }
	void later(srp::Duration delay, srp::Task task);
	std::optional<srp::Pkey> sending_pkey(const Question &question) const;
	std::optional<srp::Pkey> common_pkey(srp::Lid a, srp::Lid b, srp::Pkey pkey) const;

	srp::Scheduler &time_;
	std::map<srp::Lid, EndPort> ports_;
	std::map<srp::Lid, Port *> attached_;
	srp::Lid sm_;
	bool reports_refused_ = false;
	std::mt19937 random_ { 1 };
	uint64_t timer_count_ = 0;
	std::map<uint64_t, srp::Timer> timers_;
	unsigned int at_sa_ = 0;
	std::map<srp::Lid, unsigned int> at_target_;
};

#endif
