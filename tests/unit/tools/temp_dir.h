// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A directory that is gone after the test, and files in it.
#ifndef SRP_TESTS_TEMP_DIR_H
#define SRP_TESTS_TEMP_DIR_H

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

class TempDir {
public:
	TempDir()
	{
		static unsigned int count = 0;

		do
			path_ = std::filesystem::temp_directory_path() / ("srp-test-" + std::to_string(getpid()) + "-" + std::to_string(count++));
		while (!std::filesystem::create_directory(path_));
	}
	~TempDir()
	{
		std::error_code ignored;
		std::filesystem::remove_all(path_, ignored);
	}
	TempDir(const TempDir &) = delete;
	TempDir &operator=(const TempDir &) = delete;

	const std::filesystem::path &path() const { return path_; }

	void write(const std::filesystem::path &relative, const std::string &text) const
	{
		std::filesystem::create_directories((path_ / relative).parent_path());
		std::ofstream(path_ / relative, std::ios::binary) << text;
	}
	std::string read(const std::filesystem::path &relative) const
	{
		std::ostringstream text;
		text << std::ifstream(path_ / relative, std::ios::binary).rdbuf();
		return text.str();
	}
	void remove(const std::filesystem::path &relative) const { std::filesystem::remove_all(path_ / relative); }

private:
	std::filesystem::path path_;
};

#endif
