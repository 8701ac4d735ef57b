// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fake_fabric.h"

#include <algorithm>

#include <fmt/format.h>

using namespace srp;

namespace {

constexpr uint64_t kPrefix = 0xfe80000000000000;
constexpr uint16_t kSaTooManyRecords = 0x0400;

template <class T, size_t Offset> void put(Message &message, const T &value)
{
	if (message.size() < Offset + T::kSize)
		message.resize(Offset + T::kSize);
	encode(value, MutableRecord<T::kSize>(message.data() + Offset, T::kSize));
}

// A table: the header is that of the answer, the records follow each other.
template <class T> Message table(const MadHeader &header, const std::vector<T> &records)
{
	const size_t stride = (T::kSize + 7) / 8 * 8;
	Message message(std::max(kMadSize, kSaDataOffset + records.size() * stride));

	encode(SaHeader { .mad = header, .rmpp_version = 1, .rmpp_type = 1, .rmpp_flags = 7,
			  .attribute_offset = static_cast<uint16_t>(records.empty() ? 0 : stride / 8) },
	       MutableRecord<kSaDataOffset>(message.data(), kSaDataOffset));
	for (size_t i = 0; i < records.size(); i++)
		encode(records[i], MutableRecord<T::kSize>(message.data() + kSaDataOffset + i * stride, T::kSize));
	return message;
}

MadHeader answer_header(MadHeader header, uint16_t status = 0)
{
	header.method = header.method == Method::GetTable ? Method::GetTableResp : Method::GetResp;
	header.status = status;
	return header;
}

Message redirection(const MadHeader &header, Lid to)
{
	Message message(kMadSize);
	const ClassPortInfo info = { .redirect_lid = to, .redirect_pkey = Pkey(0xffff), .redirect_qpn = 1, .redirect_qkey = kGsiQkey };

	encode(answer_header(header, kStatusRedirect), MutableRecord<24>(message.data(), 24));
	if (header.mgmt_class == MgmtClass::SubnAdm)
		put<ClassPortInfo, kSaDataOffset>(message, info);
	else
		put<ClassPortInfo, kDmDataOffset>(message, info);
	return message;
}

} // namespace

class FakeFabric::Port : public MadPort {
public:
	Port(FakeFabric &fabric, Lid lid) : lid_(lid), fabric_(fabric) { fabric_.attached_[lid] = this; }
	~Port() override { fabric_.attached_.erase(lid_); }

	void set_receiver(Receiver *receiver) override { receiver_ = receiver; }
	Result<void> send(const MadAddress &to, const Mad &mad, Duration) override
	{
		if (gone_)
			return Error { "no such device", Cause::System, ENODEV };
		const auto header = decode_header(Bytes(mad));
		if (!static_cast<uint32_t>(header->transaction) && header->method != Method::ReportResp)
			return {};	// opensm ignores it
		if (header->method == Method::ReportResp) {
			fabric_.reports_acknowledged++;
			return {};
		}
		fabric_.messages++;
		fabric_.last_transaction = static_cast<uint32_t>(header->transaction);
		fabric_.later(std::chrono::microseconds(1), [&fabric = fabric_, question = Question { lid_, to, mad }] { fabric.arrive(question); });
		return {};
	}
	Result<void> receive_reports() override
	{
		if (fabric_.reports_refused_)
			return Error { "another program receives them", Cause::System, EBUSY };
		reports_ = true;
		return {};
	}

	Receiver *receiver_ = nullptr;
	bool reports_ = false;
	bool gone_ = false;
	Lid lid_;

private:
	FakeFabric &fabric_;
};

FakeFabric::EndPort &FakeFabric::add_host(Lid lid, std::vector<Pkey> pkeys)
{
	EndPort &port = ports_[lid];

	port.lid = lid;
	port.gid = Gid(kPrefix, Guid(0x100000u + lid.value()));
	port.pkeys = std::move(pkeys);
	if (ports_.size() == 1)
		sm_ = lid;
	return port;
}

FakeFabric::EndPort &FakeFabric::add_target(Lid lid, std::vector<Pkey> pkeys)
{
	EndPort &port = add_host(lid, std::move(pkeys));
	Controller controller = { .slot = 1 };
	const uint64_t guid = 0x200000u + lid.value();

	port.device_management = true;
	port.info.change_id = 1;
	port.info.max_controllers = 1;
	port.info.set_slot(1, Slot::Present);
	controller.profile = { .guid = Guid(guid), .vendor_id = 0x2c9, .device_id = 0x1003, .io_class = kIoClassRev16a, .subclass = 0x609e,
			       .protocol = 0x108, .protocol_version = 1, .send_message_size = 2116, .service_entries = 1, .id = "Fake target" };
	controller.services.push_back({ fmt::format("SRP.T10:{:016x}", guid), ServiceId(guid) });
	port.controllers.push_back(controller);
	return port;
}

void FakeFabric::change_lid(Lid from, Lid to)
{
	auto port = ports_.extract(from);

	port.key() = port.mapped().lid = to;
	ports_.insert(std::move(port));
	if (auto attached = attached_.extract(from)) {
		attached.key() = attached.mapped()->lid_ = to;
		attached_.insert(std::move(attached));
	}
}

std::unique_ptr<MadPort> FakeFabric::attach(Lid lid) { return std::make_unique<Port>(*this, lid); }

void FakeFabric::later(Duration delay, Task task)
{
	const uint64_t number = timer_count_++;

	timers_[number] = time_.after(delay, [this, number, task = std::move(task)] {
		task();
		timers_.erase(number);
	});
}

std::optional<Pkey> FakeFabric::sending_pkey(const Question &question) const
{
	const auto port = ports_.find(question.from);

	if (port == ports_.end() || question.to.pkey_index >= port->second.pkeys.size())
		return std::nullopt;
	return port->second.pkeys[question.to.pkey_index];
}

// What an SA says: both ports are members of that partition and one of them a full one.
std::optional<Pkey> FakeFabric::common_pkey(Lid a, Lid b, Pkey pkey) const
{
	const auto port_a = ports_.find(a), port_b = ports_.find(b);

	if (port_a == ports_.end() || port_b == ports_.end())
		return std::nullopt;
	for (const Pkey one : port_a->second.pkeys)
		for (const Pkey other : port_b->second.pkeys)
			if (one.partition() == pkey.partition() && can_talk(one, other))
				return one;
	return std::nullopt;
}

void FakeFabric::arrive(const Question &question)
{
	const auto found = ports_.find(question.to.lid);
	const auto pkey = sending_pkey(question);

	if (found == ports_.end() || !pkey || question.to.qkey != kGsiQkey)
		return;
	EndPort &port = found->second;
	const bool accepted = std::any_of(port.pkeys.begin(), port.pkeys.end(), [&](Pkey p) { return can_talk(p, *pkey); });
	if (!accepted || port.faults.dead || chance(port.faults.loss))
		return;
	if (port.faults.ignore) {
		port.faults.ignore--;
		return;
	}
	const MgmtClass mgmt_class = decode_header(Bytes(question.mad))->mgmt_class;
	if (mgmt_class == MgmtClass::SubnAdm && port.lid == sm_)
		arrive_at_sa(question, port);
	else if (mgmt_class == MgmtClass::DeviceMgmt && port.device_management)
		arrive_at_unit(question, port);
}

void FakeFabric::arrive_at_sa(const Question &question, EndPort &sm)
{
	sa.questions++;
	const auto header = decode_header(Bytes(question.mad));
	if (question.to.sl != sa.sl)
		return;
	if (header->attribute == Attribute::InformInfo && sa.ignore_informs) {
		sa.ignore_informs--;
		return;
	}
	if (header->attribute == Attribute::PathRecord && sa.ignore_paths) {
		sa.ignore_paths--;
		return;
	}
	if (header->attribute == Attribute::PortInfoRecord && sa.ignore_ports) {
		sa.ignore_ports--;
		return;
	}
	at_sa_++;
	sa.most_at_once = std::max(sa.most_at_once, at_sa_);
	answer(question, sm, answer_of_sa(question), [this] { at_sa_--; });
}

void FakeFabric::arrive_at_unit(const Question &question, EndPort &port)
{
	const Lid lid = port.lid;

	port.questions++;
	if (port.needs_trap_address) {
		if (decode_header(Bytes(question.mad))->method != Method::Set)
			return;
		port.needs_trap_address = false;
	}
	if (!port.answers)
		return;
	port.answers--;
	at_target_[lid]++;
	most_at_one_target = std::max(most_at_one_target, at_target_[lid]);
	answer(question, port, answer_of_unit(question, port), [this, lid] { at_target_[lid]--; });
}

void FakeFabric::answer(const Question &question, EndPort &port, Message message, std::function<void()> then)
{
	MadHeader header = *decode_header(message);

	if (port.faults.busy) {
		port.faults.busy--;
		header.status |= kStatusBusy;
		encode(header, MutableRecord<24>(message.data(), 24));
	} else if (port.faults.redirect.is_unicast()) {
		message = redirection(*decode_header(Bytes(question.mad)), port.faults.redirect);
	}
	const unsigned int copies = chance(port.faults.loss) ? 0 : chance(port.faults.duplicate) ? 2 : 1;
	const MadAddress from = { .lid = port.faults.sender.value_or(port.lid), .pkey_index = question.to.pkey_index };
	later(port.faults.delay, [this, to = question.from, from, copies, message = std::move(message), then = std::move(then)] {
		then();
		for (unsigned int i = 0; i < copies; i++)
			deliver(to, from, message);
	});
}

void FakeFabric::deliver(Lid to, const MadAddress &from, const Message &message)
{
	const auto found = attached_.find(to);

	if (found != attached_.end() && found->second->receiver_ && !found->second->gone_)
		found->second->receiver_->on_mad(from, message);
}

Message FakeFabric::answer_of_sa(const Question &question)
{
	const SaHeader asked = *decode_sa_header(Bytes(question.mad));
	const Bytes data = Bytes(question.mad).subspan(kSaDataOffset);
	Message message(kMadSize);
	const auto head = [&](uint16_t status = 0) {
		encode(SaHeader { .mad = answer_header(asked.mad, status), .attribute_offset = sa.sends_attribute_offset ? uint16_t(8) : uint16_t(0) },
		       MutableRecord<kSaDataOffset>(message.data(), kSaDataOffset));
	};
	const auto port_record = [](const EndPort &port) {
		return PortInfoRecord { .lid = port.lid, .port = 1, .gid_prefix = port.gid.prefix(),
					.capability_mask = 0x02014868 | (port.device_management ? kIsDeviceManagement : 0) };
	};

	switch (asked.mad.attribute) {
	case Attribute::ClassPortInfo:
		head();
		put<ClassPortInfo, kSaDataOffset>(message, { .class_version = 2,
							     .capability_mask = sa.matches_capability_mask ? uint16_t(0x2602) : uint16_t(0x0602) });
		break;
	case Attribute::PortInfoRecord:
		if (asked.mad.method == Method::GetTable) {
			const uint32_t mask = decode_port_info_record(data.first<PortInfoRecord::kSize>()).capability_mask;
			std::vector<PortInfoRecord> records;
			for (const auto &[lid, port] : ports_)
				if ((port_record(port).capability_mask & mask) == mask)
					records.push_back(port_record(port));
			message = table(answer_header(asked.mad, records.empty() && sa.empty_is_an_error ? kSaNoRecords : 0), records);
		} else {
			const auto port = ports_.find(Lid(load<0, uint16_t>(data.first<2>())));
			const bool several = port != ports_.end() && port->second.is_switch;
			head(port == ports_.end() ? kSaNoRecords : several ? kSaTooManyRecords : uint16_t(0));
			if (port != ports_.end() && !several)
				put<PortInfoRecord, kSaDataOffset>(message, port_record(port->second));
		}
		break;
	case Attribute::NodeRecord: {
		std::vector<NodeRecord> records;
		const Lid one(load<0, uint16_t>(data.first<2>()));
		const bool all = asked.mad.method == Method::GetTable;
		for (const auto &[lid, port] : ports_) {
			if (!all && lid != one)
				continue;
			records.push_back({ .lid = lid, .type = uint8_t(port.is_switch ? 2 : 1), .ports = 1, .node_guid = port.gid.guid(), .port_guid = port.gid.guid(),
					    .local_port = 1, .description = "fake" });
		}
		if (all) {
			message = table(answer_header(asked.mad), records);
		} else {
			head(records.empty() ? kSaNoRecords : uint16_t(0));
			if (!records.empty())
				put<NodeRecord, kSaDataOffset>(message, records.front());
		}
		break;
	}
	case Attribute::PathRecord: {
		PathRecord record = decode_path_record(data.first<PathRecord::kSize>());
		Lid to = record.dlid, from = record.slid;
		const auto lid_of = [this](const Gid &gid) {
			for (const auto &[lid, port] : ports_)
				if (port.gid == gid)
					return lid;
			return Lid();
		};
		if (!to.is_unicast())
			to = lid_of(record.dgid);
		if (!from.is_unicast())
			from = lid_of(record.sgid);
		std::optional<Pkey> pkey;
		if (record.pkey.valid()) {
			pkey = common_pkey(from, to, record.pkey);
		} else if (ports_.contains(from)) {
			for (const Pkey one : ports_.at(from).pkeys)
				if (!pkey)
					pkey = common_pkey(from, to, one);
		}
		head(pkey ? uint16_t(0) : kSaNoRecords);
		if (pkey)
			put<PathRecord, kSaDataOffset>(message, { .dgid = ports_.at(to).gid, .sgid = ports_.at(from).gid, .dlid = to, .slid = from,
								  .reversible = true, .count = 1, .pkey = *pkey });
		break;
	}
	case Attribute::InformInfo: {
		const InformInfo info = decode_inform_info_record(data.first<InformInfo::kSize>());
		auto &list = subscribers[info.trap];
		std::erase(list, question.from);
		if (info.subscribe && !sa.inform_status)
			list.push_back(question.from);
		head(sa.inform_status);
		put<InformInfo, kSaDataOffset>(message, info);
		break;
	}
	default:
		head(0x000c);
	}
	if (message.size() > sa.max_message)
		message.resize(sa.max_message);
	return message;
}

Message FakeFabric::answer_of_unit(const Question &question, EndPort &port)
{
	const MadHeader asked = *decode_header(Bytes(question.mad));
	Message message(kMadSize);
	const auto head = [&](uint16_t status) { encode(answer_header(asked, status), MutableRecord<24>(message.data(), 24)); };
	const unsigned int slot = asked.attribute == Attribute::ServiceEntries ? asked.modifier >> 16 : asked.modifier;
	const auto controller = std::find_if(port.controllers.begin(), port.controllers.end(), [&](const auto &c) { return c.slot == slot; });

	head(port.dm_status);
	if (port.dm_status)
		return message;
	switch (asked.attribute) {
	case Attribute::ClassPortInfo:
		break;
	case Attribute::IoUnitInfo:
		put<IoUnitInfo, kDmDataOffset>(message, port.info);
		break;
	case Attribute::IoControllerProfile:
		if (controller == port.controllers.end())
			head(0x0100);
		else
			put<IoControllerProfile, kDmDataOffset>(message, controller->profile);
		break;
	case Attribute::ServiceEntries: {
		const unsigned int first = asked.modifier & 0xff, last = asked.modifier >> 8 & 0xff;
		if (controller == port.controllers.end() || last < first || last - first > 3 || last >= controller->services.size()) {
			head(0x0100);
			break;
		}
		for (unsigned int i = first; i <= last; i++)
			encode(controller->services[i], MutableRecord<ServiceEntry::kSize>(
								message.data() + kDmDataOffset + (i - first) * ServiceEntry::kSize, ServiceEntry::kSize));
		break;
	}
	default:
		head(0x000c);
	}
	return message;
}

void FakeFabric::trap(const Notice &notice, Lid from)
{
	Message message(kMadSize);

	encode(SaHeader { .mad = { .mgmt_class = MgmtClass::SubnAdm, .class_version = 2, .method = Method::Report, .transaction = 0x1234,
				   .attribute = Attribute::Notice } }, MutableRecord<kSaDataOffset>(message.data(), kSaDataOffset));
	put<Notice, kSaDataOffset>(message, notice);
	for (const Lid lid : subscribers[notice.trap]) {
		const auto found = attached_.find(lid);
		if (found != attached_.end() && found->second->reports_)
			later(std::chrono::microseconds(1), [this, lid, message, from] { deliver(lid, { .lid = from.is_unicast() ? from : sm_ }, message); });
	}
}

void FakeFabric::unplug(Lid lid)
{
	attached_.at(lid)->gone_ = true;
	later(Duration(0), [this, lid] {
		const auto port = attached_.find(lid);	// whoever had it open may have closed it
		if (port != attached_.end() && port->second->gone_ && port->second->receiver_)
			port->second->receiver_->on_gone({ "no such device", Cause::System, ENODEV });
	});
}
