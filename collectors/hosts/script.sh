# What this host says of itself, for a monitor. It reads and writes nothing: no file is made,
# nothing is changed, nothing needs more rights than any user has. It runs in any POSIX shell
# (dash, bash 3, BusyBox ash). Sections begin with "#extranet <name>" and stand in a fixed order;
# what users of the host can influence comes last, so that nobody's process name speaks for the
# kernel. What is absent is left out. A hung network filesystem is never touched.
main() {
LC_ALL=C LANG=C LANGUAGE=C TERM=dumb
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANG LANGUAGE TERM PATH
unset POSIXLY_CORRECT CDPATH ENV GREP_OPTIONS PS_FORMAT PS_PERSONALITY BLOCK_SIZE DF_BLOCK_SIZE
have() { command -v "$1" >/dev/null 2>&1; }
section() { printf '\n#extranet %s\n' "$1"; }
soon=
timeout 5 true >/dev/null 2>&1 && soon='timeout 5'

section clock
date '+%s %N'

section kernel
uname -s -r -m
uname -n

section os
if [ -r /etc/os-release ]; then
  sed -n -e '/^ID=/p' -e '/^NAME=/p' -e '/^VERSION=/p' -e '/^VERSION_ID=/p' \
    -e '/^PRETTY_NAME=/p' /etc/os-release | head -n 8 | cut -c 1-200
else
  head -n 1 /etc/redhat-release | cut -c 1-200
fi

section stat
sed -n -e '/^cpu /p' -e '/^btime /p' -e '/^processes /p' -e '/^procs_/p' /proc/stat
printf 'cpus '
grep -c '^cpu[0-9]' /proc/stat

section uptime
cat /proc/uptime

section load
cat /proc/loadavg

section memory
grep -E '^(Mem(Total|Free|Available)|Buffers|Cached|SReclaimable|Shmem|Swap(Total|Free)):' \
  /proc/meminfo

section mounts
set --
while read -r device folder type options; do
  case $type in
    ext[234] | xfs | btrfs | zfs | f2fs | jfs | reiserfs | vfat | exfat | ntfs3 | ubifs | bcachefs) ;;
    overlay) [ "$folder" = / ] || continue ;;
    *) continue ;;
  esac
  if [ $# -ge 64 ]; then
    echo more
    break
  fi
  printf '%s %s %s %s\n' "$device" "$folder" "$type" "${options%%[, ]*}"
  case $folder in
    *\\*) folder=$(printf '%b.' "$folder") folder=${folder%.} ;;
  esac
  set -- "$@" "$folder"
done </proc/mounts

section space
[ $# -eq 0 ] || $soon df -P -k "$@"

section inodes
[ $# -eq 0 ] || $soon df -P -i "$@"
set --

section disks
grep -v -E '^ *[0-9]+ +[0-9]+ (loop|ram|zram|sr|fd)[0-9]' /proc/diskstats | head -n 128

section network
sed 1,2d /proc/net/dev |
  grep -v -E '^ *(lo|veth[^:]*|cali[^:]*|tap[^:]*|vnet[^:]*|docker[0-9]*|br-[^:]*|virbr[^:]*|cni[^:]*):' |
  head -n 128

section time
told=
if have chronyc; then
  told=$($soon chronyc -n -c tracking | head -n 1 | cut -c 1-300)
  case $told in
    *,*) printf 'chrony\n%s\n' "$told" ;;
    *) told= ;;
  esac
fi
if [ -z "$told" ] && have ntpq; then
  told=$($soon ntpq -c rv | head -n 20 | cut -c 1-300)
  case $told in
    *offset=*) printf 'ntp\n%s\n' "$told" ;;
    *) told= ;;
  esac
fi
if [ -n "$told" ]; then
  :
elif [ -d /run/systemd/system ] && have timedatectl; then
  echo timedatectl
  $soon timedatectl show -p NTPSynchronized || $soon timedatectl status | head -n 20
elif have adjtimex; then
  echo adjtimex
  adjtimex | head -n 16
fi

section units
if [ -d /run/systemd/system ] && have systemctl; then
  echo systemd
  $soon systemctl list-units --full --plain --no-legend --no-pager --type=service |
    head -n 300 | cut -c 1-200
elif have rc-status; then
  echo openrc
  $soon rc-status -a -C | head -n 300 | cut -c 1-200
else
  echo processes
  cat /proc/[0-9]*/comm | tr '#' '?' | sort | uniq -c | sort -rn | head -n 300 | cut -c 1-80
fi

section failed
if [ -d /run/systemd/system ] && have systemctl; then
  if list=$($soon systemctl list-units --full --plain --no-legend --no-pager --state=failed); then
    echo systemd
    printf '%s\n' "$list" | head -n 100 | cut -c 1-200
  fi
fi

section backups
states=/var/lib/extranet/backups.d
if [ -d "$states" ]; then
  echo folder
  number=0 hung=
  for file in "$states"/*; do
    kind=file said= times=
    if [ -L "$file" ]; then
      kind=link
      if [ -z "$hung" ]; then
        times=$($soon stat -L -c '%Y %s' "$file") || [ $? -lt 124 ] || hung=1
      fi
      [ -n "$times" ] || kind=lost times=$(stat -c '%Y -' "$file")
    else
      [ -e "$file" ] || continue
      [ -f "$file" ] || kind=other
      if [ -d "$file" ]; then kind=folder; fi
      times=$(stat -c '%Y %s' "$file")
    fi
    number=$((number + 1))
    [ "$number" -le 64 ] || break
    if [ "$kind" = file ]; then said=$(head -c 400 "$file" | head -n 1 | cut -c 1-200); fi
    printf '%s %s %s\t%s\n' "$kind" "$times" "${file##*/}" "$said"
  done | tr '#' '?'
fi

section users
if [ -e /run/utmp ] || [ -e /var/run/utmp ]; then
  if have who && ! [ -e /lib/ld-musl-"$(uname -m)".so.1 ]; then
    echo who
    who | tr '#' '?' | head -n 100 | cut -c 1-120
  fi
elif [ -d /run/systemd/system ] && have loginctl; then
  echo loginctl
  $soon loginctl list-sessions --no-legend --no-pager | head -n 100 | cut -c 1-120
fi

section processes
list=$(ps -A -o pcpu= -o rss= -o pid= -o user= -o stat= -o comm=)
shape=full
if [ -z "$list" ]; then
  shape=short
  list=$(ps -o rss,pid,user,stat,comm | sed -e 1d -e 's/^/- /')
fi
if [ -n "$list" ]; then
  echo "$shape"
  printf '%s\n' "$list" | sed 's/^ *[^ ]* *[^ ]* *[^ ]* *[^ ]* *\(.\).*$/state \1/' |
    sort | uniq -c | sort -rn | head -n 20
  if [ "$shape" = full ]; then
    printf '%s\n' "$list" | sort -k 1,1nr | head -n 6 | cut -c 1-120 | sed 's/^/cpu /'
    printf '%s\n' "$list" | sort -k 2,2nr | head -n 6 | cut -c 1-120 | sed 's/^/memory /'
  fi
fi

section end
}
main </dev/null 2>/dev/null
