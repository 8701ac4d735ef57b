// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The numbers that name things on an InfiniBand fabric, each with a type of its own.
#ifndef SRP_TOOLS_VALUES_H
#define SRP_TOOLS_VALUES_H

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "result.h"

namespace srp {

// 1 to max_digits hexadecimal digits and nothing else; no 0x, no sign, no blanks.
Result<uint64_t> parse_hex(std::string_view text, unsigned int max_digits = 16);
// Decimal digits and nothing else.
Result<uint64_t> parse_decimal(std::string_view text, uint64_t min, uint64_t max);
// Copies what can be printed; every other byte becomes \xNN. For text that came from the fabric or from a file.
std::string printable(std::string_view text);

class Guid {
public:
	constexpr Guid() = default;
	constexpr explicit Guid(uint64_t value) : value_(value) {}
	static Result<Guid> parse(std::string_view text);

	constexpr uint64_t value() const { return value_; }
	// The company that made it: the upper 24 bits.
	constexpr uint32_t oui() const { return static_cast<uint32_t>(value_ >> 40); }
	std::string text() const;	// 16 digits
	auto operator<=>(const Guid &) const = default;

private:
	uint64_t value_ = 0;
};

class ServiceId {
public:
	constexpr ServiceId() = default;
	constexpr explicit ServiceId(uint64_t value) : value_(value) {}

	constexpr uint64_t value() const { return value_; }
	std::string text() const;	// 16 digits
	auto operator<=>(const ServiceId &) const = default;

private:
	uint64_t value_ = 0;
};

class Gid {
public:
	constexpr Gid() = default;
	constexpr Gid(uint64_t prefix, Guid guid) : prefix_(prefix), guid_(guid) {}
	// 32 digits, or the eight groups of four that sysfs shows.
	static Result<Gid> parse(std::string_view text);

	constexpr uint64_t prefix() const { return prefix_; }
	constexpr Guid guid() const { return guid_; }
	std::string text() const;	// 32 digits
	auto operator<=>(const Gid &) const = default;

private:
	uint64_t prefix_ = 0;
	Guid guid_;
};

class Lid {
public:
	constexpr Lid() = default;
	constexpr explicit Lid(uint16_t value) : value_(value) {}

	constexpr uint16_t value() const { return value_; }
	// IBA 4.1.3: 0 is reserved, from 0xc000 on they are multicast.
	constexpr bool is_unicast() const { return value_ >= 1 && value_ <= 0xbfff; }
	std::string text() const;	// 4 digits
	auto operator<=>(const Lid &) const = default;

private:
	uint16_t value_ = 0;
};

// IBA 10.9.1.1: 15 bits name the partition, the uppermost bit says full member.
class Pkey {
public:
	constexpr Pkey() = default;
	constexpr explicit Pkey(uint16_t value) : value_(value) {}
	// 1 to 4 digits, 0x allowed; 0 and 8000 are no partition.
	static Result<Pkey> parse(std::string_view text);

	constexpr uint16_t value() const { return value_; }
	constexpr uint16_t partition() const { return value_ & 0x7fff; }
	constexpr bool full_member() const { return value_ & 0x8000; }
	constexpr bool valid() const { return partition() != 0; }
	std::string text() const;	// 4 digits
	auto operator<=>(const Pkey &) const = default;

private:
	uint16_t value_ = 0;
};

// Two ports can talk: same partition and not both limited members (IBA 10.9.3).
constexpr bool can_talk(Pkey a, Pkey b)
{
	return a.valid() && a.partition() == b.partition() && (a.full_member() || b.full_member());
}

} // namespace srp

#endif
