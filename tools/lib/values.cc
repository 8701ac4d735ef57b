// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "values.h"

#include <charconv>

#include <fmt/format.h>

namespace srp {

namespace {

Error bad_number(std::string_view text, std::string_view wanted)
{
	return { fmt::format("'{}' is not {}", printable(text), wanted) };
}

} // namespace

std::string printable(std::string_view text)
{
	std::string out;

	for (unsigned char c : text) {
		if (c >= ' ' && c < 0x7f)
			out += static_cast<char>(c);
		else
			out += fmt::format("\\x{:02x}", c);
	}
	return out;
}

Result<uint64_t> parse_hex(std::string_view text, unsigned int max_digits)
{
	uint64_t value = 0;
	const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, 16);

	// from_chars takes a minus for signed types only, and neither blanks nor 0x.
	if (text.empty() || text.size() > max_digits || ec != std::errc() || end != text.data() + text.size())
		return bad_number(text, fmt::format("1 to {} hexadecimal digits", max_digits));
	return value;
}

Result<uint64_t> parse_decimal(std::string_view text, uint64_t min, uint64_t max)
{
	uint64_t value = 0;
	const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, 10);

	if (text.empty() || ec != std::errc() || end != text.data() + text.size() || value < min || value > max)
		return bad_number(text, max == UINT64_MAX ? fmt::format("a number of at least {}", min) :
							    fmt::format("a number from {} to {}", min, max));
	return value;
}

Result<Guid> Guid::parse(std::string_view text)
{
	const auto value = parse_hex(text);

	if (!value)
		return value.error();
	return Guid(*value);
}

std::string Guid::text() const { return fmt::format("{:016x}", value_); }
std::string ServiceId::text() const { return fmt::format("{:016x}", value_); }
std::string Gid::text() const { return fmt::format("{:016x}{:016x}", prefix_, guid_.value()); }
std::string Lid::text() const { return fmt::format("{:04x}", value_); }
std::string Pkey::text() const { return fmt::format("{:04x}", value_); }

Result<Gid> Gid::parse(std::string_view text)
{
	std::string digits;

	if (text.size() == 39) {
		for (size_t i = 0; i < text.size(); i++) {
			if ((i % 5 == 4) != (text[i] == ':'))
				return bad_number(text, "a GID");
			if (text[i] != ':')
				digits += text[i];
		}
	} else {
		digits = text;
	}
	if (digits.size() != 32)
		return bad_number(text, "a GID of 32 hexadecimal digits");
	const auto prefix = parse_hex(std::string_view(digits).substr(0, 16));
	const auto guid = Guid::parse(std::string_view(digits).substr(16));
	if (!prefix || !guid)
		return bad_number(text, "a GID of 32 hexadecimal digits");
	return Gid(*prefix, *guid);
}

Result<Pkey> Pkey::parse(std::string_view text)
{
	const bool prefixed = text.starts_with("0x") || text.starts_with("0X");
	const auto value = parse_hex(prefixed ? text.substr(2) : text, 4);

	if (!value || !Pkey(static_cast<uint16_t>(*value)).valid())
		return bad_number(text, "a P_Key (1 to 4 hexadecimal digits, not 0 and not 8000)");
	return Pkey(static_cast<uint16_t>(*value));
}

} // namespace srp
