#!/bin/sh
# A day at work, command by command, in a new file. The output is in worked-day.txt.
set -eu

folder=$(mktemp -d)
trap 'cd / && rm -rf "$folder"' EXIT
cd "$folder"
export CCU_DB=day.db
export CCU_TODAY=2026-01-31T23:00 # to print the same on any day

ccu() { # print the command, then run it
  printf '\n$ ccu'
  for word; do
    case $word in *[!A-Za-z0-9._/:=+-]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  command ccu "$@"
}

# Set up the town.
ccu init --town Westport --state CT --timezone America/New_York

# 10:30 AM: a caller is worried about the woman next door.
ccu log-call --when 10:30 --address "12 Main St Apt 3" --nature welfare_check \
  --hazard none --disposition resolved --minutes 20 --no-input

# In the evening: the same address, typed differently. The clinician came too. ccu reads the narrative
# from standard input, which keeps it out of the shell history.
echo "Talked for half an hour. Sister will stay the night." |
  ccu log-call --when 21:15 --address "12 main street #3" --nature crisis \
    --responder police --responder human_services+clinician --hazard none \
    --intervention de_escalation --disposition safety_plan --minutes 50 --note-file - --no-input

# They also left her a list of phone numbers: edit the call.
ccu call edit 2 --add-disposition resources_given --reason "left out by mistake"

# The night shift is sent there and checks the address first.
ccu history --address "12 Main Street, Apartment 3"

# Nothing is on file for the next apartment.
ccu history --address "12 Main St Apt 4"
