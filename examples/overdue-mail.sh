#!/bin/sh
# Mail what is overdue; no mail when nothing is.
#
#   overdue-mail.sh ADDRESS [OPTIONS OF ccu follow-up overdue, such as --new]
#
# The file is the one ccu opens for this account: ccu.toml's, otherwise CCU_DB's. If ccu fails, its
# message goes to standard error and its exit code is returned.
set -eu

address=$1
shift

late=$(ccu follow-up overdue "$@")
[ -z "$late" ] || printf '%s\n' "$late" | mail -s "Overdue follow-ups" "$address"
