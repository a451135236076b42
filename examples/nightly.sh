#!/bin/sh
# Every night: check the file, then copy it and keep the newest copies. Silent when all is well.
#
#   nightly.sh DATABASE BACKUP-FOLDER [HOW-MANY-TO-KEEP]
#
# A failed check ends here, before any old copy is deleted: those may be the ones you need.
set -eu

database=$1
folder=$2
keep=${3:-30}
copy="$folder/ccu-$(date +%Y-%m-%d).db"

ccu --db "$database" check --quiet
if [ ! -e "$copy" ]; then # run twice in one day: the first copy stays
  ccu --db "$database" backup "$copy" >/dev/null
fi

# The names sort by day. Only files of this very form are ever deleted; the anchors stay, one line
# each, because they are what proves the audit whole.
find "$folder" -maxdepth 1 -name 'ccu-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].db' |
  sort -r | tail -n "+$((keep + 1))" |
  while IFS= read -r old; do rm -- "$old"; done
