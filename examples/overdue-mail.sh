#!/bin/sh
# Mail the list of overdue work; send no mail if there is none.
#
#   overdue-mail.sh ADDRESS [OPTIONS OF ccu follow-up overdue, such as --new]
#
# It reads the file that ccu opens for this account: the one in ccu.toml, otherwise CCU_DB. If ccu fails,
# its message goes to standard error and the script ends with its exit code.
set -eu

address=$1
shift

late=$(ccu follow-up overdue "$@")
[ -z "$late" ] || printf '%s\n' "$late" | mail -s "Overdue follow-ups" "$address"
