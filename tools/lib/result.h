// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Failure that can happen is a value. The text is composed where the cause is known and printed in one place, by a main.
#ifndef SRP_TOOLS_RESULT_H
#define SRP_TOOLS_RESULT_H

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace srp {

enum class Cause {
	Invalid,	// what somebody wrote or sent makes no sense
	System,		// a system call; Error::code is errno
	Timeout,	// no answer
	Status,		// an answer with a MAD status; Error::code is the status
	Stopped,	// given up by ourselves
};

struct Error {
	std::string text;
	Cause cause = Cause::Invalid;
	int code = 0;
};

template <class T> class [[nodiscard]] Result {
public:
	// NOLINTBEGIN(google-explicit-constructor): `return value;` and `return error;` are what this class is for.
	Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
	Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
	// NOLINTEND(google-explicit-constructor)

	explicit operator bool() const { return state_.index() == 0; }
	const T &operator*() const { return value(); }
	T &operator*() { return const_cast<T &>(value()); }
	const T *operator->() const { return &value(); }
	T *operator->() { return &**this; }
	const Error &error() const
	{
		assert(!*this);
		return std::get<1>(state_);
	}

private:
	const T &value() const
	{
		assert(*this);
		return std::get<0>(state_);
	}

	std::variant<T, Error> state_;
};

template <> class [[nodiscard]] Result<void> {
public:
	Result() = default;
	// NOLINTNEXTLINE(google-explicit-constructor): see above
	Result(Error error) : error_(std::move(error)) {}

	explicit operator bool() const { return !error_; }
	const Error &error() const
	{
		assert(error_);
		return *error_;
	}

private:
	std::optional<Error> error_;
};

} // namespace srp

#endif
