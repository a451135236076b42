#!/bin/sh
# Every night: check the file, back it up, and keep the newest backups. Prints nothing if all is well.
#
#   nightly.sh BACKUP-FOLDER [HOW-MANY-TO-KEEP]
#
# It backs up the file that ccu opens for this account: the one in ccu.toml, otherwise CCU_DB. It lists
# each backup it makes in BACKUP-FOLDER/nightly.list, with checksum and size. It deletes only backups on
# that list, oldest first. After a failed check or backup it deletes nothing, because you may need the
# old backups.
set -eu
umask 077
LC_ALL=C
export LC_ALL

folder=$1
keep=${2-30}
case $keep in
'' | *[!0-9]* | 0* | [1-6] | ?????*)
  echo "nightly.sh: the number of backups to keep must be 7 to 9999" >&2
  exit 2
  ;;
esac

today=$(date +%Y-%m-%d)
new=ccu-$today-$(date +%H%M%S).db
list=$folder/nightly.list

ccu check --quiet
touch "$list"
made=$(sed -n "s/^[0-9]* [0-9]* \(ccu-$today-[0-9]*\.db\)\$/\1/p" "$list" | tail -n 1)
if [ -z "$made" ] || [ ! -e "$folder/$made" ]; then # a second run on the same day keeps the first backup
  ccu backup "$folder/$new" >/dev/null
  (cd "$folder" && cksum "$new") >>"$list"
fi

for found in "$folder"/ccu-[0-9]*.db; do
  name=${found##*/}
  if expr "$name" \> "$new" >/dev/null && ! grep -q " $name\$" "$list"; then
    echo "nightly.sh: $found has a future date and was not made here; it was left alone" >&2
  fi
done

# Missing or altered backups do not count toward the number to keep.
sound=
while read -r sum size name; do
  case $name in *[!A-Za-z0-9.-]* | '' | [!c]*) continue ;; esac
  [ -e "$folder/$name" ] || continue
  if [ "$(cd "$folder" && cksum "$name")" = "$sum $size $name" ]; then
    sound="$sound $name"
  else
    echo "nightly.sh: $folder/$name changed after it was made; it was left alone" >&2
  fi
done <"$list"

set -- $sound # names without spaces, one word each
while [ $# -gt "$keep" ]; do
  rm -- "$folder/$1"
  shift
done
