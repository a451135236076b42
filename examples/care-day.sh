#!/bin/sh
# One man's case over eight days, command by command in a new file: call, referral, two attempts,
# accepted, service received, closed. The output is in care-day.txt; as shown at a terminal of 100
# columns, in care-day-terminal.txt.
set -eu

folder=$(mktemp -d)
trap 'cd / && rm -rf "$folder"' EXIT
cd "$folder"
export CCU_DB=day.db

at() { # set the time, to print the same on any day
  export CCU_TODAY="$1"
  printf '\n# %s\n' "$1"
}

ccu() { # print the command, then run it
  printf '\n$ ccu'
  for word; do
    case $word in *[!A-Za-z0-9._/:=+-]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  command ccu "$@"
}

# Set up the town, the clinician and a provider.
at 2026-01-19T09:00
ccu init --town Westport --state CT --timezone America/New_York
ccu staff add dlee --role clinician --agency human_services --name "Dana Lee" --phone 203-555-0142
ccu provider add "Harbor House" --need shelter --need housing --capacity open --phone 203-555-0110

# Monday night: an officer meets an unsheltered man and calls the shelter with him.
at 2026-01-19T23:30
ccu log-call --when 22:30 --address "1 Railroad Plz" --nature unsheltered \
  --person "described: man of about 50, gray coat" --hazard none --disposition referred \
  --minutes 40 --no-input
ccu refer 1 --to "harbor house" --need shelter --handoff warm_by_phone --handoff-minutes 10 \
  --owner dlee --no-input

# Tuesday: the clinician checks the inbox, tries to reach him, and leaves a message.
at 2026-01-20T10:00
ccu referral list --inbox
ccu follow-up done 1 --result left_message --minutes 5 --next "tomorrow 10:00"

# Wednesday: no attempt. On Thursday morning cron lists the follow-up as overdue.
at 2026-01-22T06:30
ccu follow-up overdue --no-record

# Thursday: the second attempt reaches him, and the shelter accepts him.
at 2026-01-22T11:00
ccu follow-up done 1 --result reached --minutes 20
ccu referral edit 1 --status accepted
ccu worker assign --person 1 --staff dlee

# That night an officer is sent to the plaza and sees who is working with him.
at 2026-01-22T23:50
ccu history --address "1 Railroad Plaza"

# The next week he has a bed. Closing the referral closes its follow-ups.
at 2026-01-26T15:00
ccu referral edit 1 --status service_received
ccu worker end --person 1
ccu follow-up list
ccu referral list

# The officer who took the call sees the outcome.
ccu history --call 1
