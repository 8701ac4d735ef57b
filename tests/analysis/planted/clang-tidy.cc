// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A mistake that clang-tidy has to find: a value is used after it was given away.
#include <string>
#include <utility>

std::string twice(std::string text)
{
	const std::string first = std::move(text);

	return first + text;
}
