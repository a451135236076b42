#!/bin/sh
# Mail what is overdue; no mail on a quiet night.
#
#   overdue-mail.sh ADDRESS [OPTIONS OF ccu follow-up overdue, such as --new]
#
# The file is the one ccu opens for this account: ccu.toml's, else CCU_DB's. Where ccu itself fails,
# its sentence goes to standard error and its exit code is ours.
set -eu

address=$1
shift

late=$(ccu follow-up overdue "$@")
[ -z "$late" ] || printf '%s\n' "$late" | mail -s "Overdue follow-ups" "$address"
