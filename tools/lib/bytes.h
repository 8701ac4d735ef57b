// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Big-endian fields at fixed offsets of records whose size is part of their type: an offset out of range does not compile.
#ifndef SRP_TOOLS_BYTES_H
#define SRP_TOOLS_BYTES_H

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace srp {

using Bytes = std::span<const uint8_t>;
template <size_t N> using Record = std::span<const uint8_t, N>;
template <size_t N> using MutableRecord = std::span<uint8_t, N>;

template <size_t Offset, std::unsigned_integral T, size_t N> constexpr T load(Record<N> from)
{
	static_assert(Offset + sizeof(T) <= N);
	T value = 0;

	for (size_t i = 0; i < sizeof(T); i++)
		value = static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0) | from[Offset + i]);
	return value;
}

template <size_t Offset, size_t N> constexpr uint32_t load24(Record<N> from)
{
	static_assert(Offset + 3 <= N);
	return static_cast<uint32_t>(from[Offset] << 16 | from[Offset + 1] << 8 | from[Offset + 2]);
}

template <size_t Offset, size_t N, std::unsigned_integral T> constexpr void store(MutableRecord<N> to, T value)
{
	static_assert(Offset + sizeof(T) <= N);

	for (size_t i = 0; i < sizeof(T); i++)
		to[Offset + i] = static_cast<uint8_t>(value >> 8 * (sizeof(T) - 1 - i));
}

template <size_t Offset, size_t N> constexpr void store24(MutableRecord<N> to, uint32_t value)
{
	static_assert(Offset + 3 <= N);
	to[Offset] = static_cast<uint8_t>(value >> 16);
	to[Offset + 1] = static_cast<uint8_t>(value >> 8);
	to[Offset + 2] = static_cast<uint8_t>(value);
}

// Text of a fixed field: up to the first NUL, or all of it. It may hold anything; see printable().
template <size_t Offset, size_t Size, size_t N> std::string load_text(Record<N> from)
{
	static_assert(Offset + Size <= N);
	std::string text;

	for (size_t i = 0; i < Size && from[Offset + i]; i++)
		text += static_cast<char>(from[Offset + i]);
	return text;
}

// The rest of the field is left as it is, zero in a new record.
template <size_t Offset, size_t Size, size_t N> void store_text(MutableRecord<N> to, const std::string &text)
{
	static_assert(Offset + Size <= N);

	for (size_t i = 0; i < Size && i < text.size(); i++)
		to[Offset + i] = static_cast<uint8_t>(text[i]);
}

} // namespace srp

#endif
