# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Makes one manual page. IN, OUT: files; PROGRAM: command whose --man-options fill in @OPTIONS@, or empty; variables of the page.

if(PROGRAM)
  execute_process(COMMAND ${PROGRAM} --man-options OUTPUT_VARIABLE OPTIONS OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
  if(NOT status EQUAL 0 OR OPTIONS STREQUAL "")
    message(FATAL_ERROR "${PROGRAM} --man-options: ${status}")
  endif()
endif()
configure_file(${IN} ${OUT} @ONLY)
