// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A mistake that cppcheck has to find: an element after the last one.
#include <vector>

int after_the_last()
{
	const std::vector<int> three = { 1, 2, 3 };

	return three[3];
}
