#!/bin/sh
# How one man was helped: call, referral, two tries, accepted, service received, closed; command by
# command, over eight days, in a file of its own. What it prints is in care-day.txt, and at a terminal
# of 100 columns in care-day-terminal.txt.
set -eu

folder=$(mktemp -d)
trap 'cd / && rm -rf "$folder"' EXIT
cd "$folder"
export CCU_DB=day.db

at() { # take this as now, so that it prints the same on any day
  export CCU_TODAY="$1"
  printf '\n# %s\n' "$1"
}

ccu() { # say the command, then run it
  printf '\n$ ccu'
  for word; do
    case $word in *[!A-Za-z0-9._/:=+-]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  command ccu "$@"
}

# Once: the town, the clinician, and whom the unit refers to.
at 2026-01-19T09:00
ccu init --town Westport --state CT --timezone America/New_York
ccu staff add dlee --role clinician --agency human_services --name "Dana Lee" --phone 203-555-0142
ccu provider add "Harbor House" --need shelter --need housing --capacity open --phone 203-555-0110

# Monday night: the officer meets a man without a bed, and brings him and the shelter together.
at 2026-01-19T23:30
ccu log-call --when 22:30 --address "1 Railroad Plz" --nature unsheltered \
  --person "described: man of about 50, grey coat" --danger none --disposition referred \
  --minutes 40 --no-input
ccu refer 1 --to "harbor house" --need shelter --handoff warm_by_phone --handoff-minutes 10 \
  --owner dlee --no-input

# Tuesday: the clinician looks at what waits, tries to reach him, and leaves word at the desk.
at 2026-01-20T10:00
ccu referral list --inbox
ccu follow-up done 1 --result left_message --minutes 5 --next "tomorrow 10:00"

# Wednesday: nobody had time. Cron says so early on Thursday.
at 2026-01-22T06:30
ccu follow-up overdue --no-record

# Thursday: the second try reaches him, and the shelter takes him.
at 2026-01-22T11:00
ccu follow-up done 1 --result reached --minutes 20
ccu referral update 1 --status accepted
ccu worker assign --person 1 --staff dlee

# In the night an officer is sent to the plaza, and sees whom to call.
at 2026-01-22T23:50
ccu history --address "1 Railroad Plaza"

# The next week he has his bed. The referral ends, and with it what was still due of it.
at 2026-01-26T15:00
ccu referral update 1 --status service_received
ccu worker end --person 1
ccu follow-up list
ccu referral list

# The officer of that Monday sees what came of it.
ccu history --call 1
