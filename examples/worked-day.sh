#!/bin/sh
# A day at work, command by command, in a file of its own. What it prints is in worked-day.txt.
set -eu

folder=$(mktemp -d)
trap 'cd / && rm -rf "$folder"' EXIT
cd "$folder"
export CCU_DB=day.db
export CCU_TODAY=2026-01-31T23:00 # so that it prints the same on any day

ccu() { # say the command, then run it
  printf '\n$ ccu'
  for word; do
    case $word in *[!A-Za-z0-9._/:=+-]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  command ccu "$@"
}

# Once: the town.
ccu init --town Westport --state CT --timezone America/New_York

# Half past ten in the morning: somebody is worried about a neighbour.
ccu log-call --when 10:30 --address "12 Main St Apt 3" --nature welfare_check \
  --danger none --disposition resolved --minutes 20 --no-input

# In the evening the same door again, written another way. This time the clinician came along, and
# what was seen is put down from standard input, so that it stays out of the shell's history.
echo "Talked for half an hour. Sister will stay the night." |
  ccu log-call --when 21:15 --address "12 main street #3" --nature crisis \
    --responder police --responder human_services+clinician --danger none \
    --intervention de_escalation --disposition safety_plan --minutes 50 --note-file - --no-input

# It turns out that they left her a list of numbers, too.
ccu call amend 2 --add-disposition resources_given --reason "left out by mistake"

# The night shift is sent there and looks first.
ccu history --address "12 Main Street, Apartment 3"

# And at the door next to it, nothing is known.
ccu history --address "12 Main St Apt 4"
