#!/bin/sh
# Mail what is overdue; no mail on a quiet night.
#
#   overdue-mail.sh DATABASE ADDRESS [OPTIONS OF ccu follow-up overdue, such as --new]
#
# Where ccu itself fails, its sentence goes to standard error and its exit code is ours.
set -eu

database=$1
address=$2
shift 2

late=$(ccu --db "$database" follow-up overdue "$@")
[ -z "$late" ] || printf '%s\n' "$late" | mail -s "Overdue follow-ups" "$address"
