/**
 * The script that a board runs: what of a running system is packed, and under which name. snapshot.ts reads what it writes.
 *
 * A POSIX shell with its builtins, and of other programs cat, dd, find, ls, uname, wc, dmesg and gzip, for others than root also tar: busybox
 * has them all. sysfs files
 * say 4096 for a size and have another, which no tar program likes, and a board may have no writable place: so the script writes the
 * archive itself, straight to its output.
 */

// `$\{` stands for what would be a substitution of TypeScript.
const SCRIPT = String.raw`#!/bin/sh
# Packs what devgraph asks of a running Linux board into one .tar.gz.
#
#   sh snapshot.sh board.tar.gz                        on the board
#   ssh root@board sh < snapshot.sh > board.tar.gz     from elsewhere; nothing is written on the board
#
# Reads only; writes nothing but its output. Run it as root: others cannot read debugfs and often the kernel log.
# What could not be read is listed in the archive, and on standard error.
#
# LOOK BEFORE YOU PUBLISH. Packed are: the device tree (which may hold MAC addresses and serial numbers), the kernel's command line and
# log (which may hold whatever somebody put there, also secrets), names of all devices with driver and power state, device links, lists
# of drivers and modules, and the kernel's configuration. Not packed: the host's name, files of users, other attributes of devices.

format=1
set -u
LC_ALL=C
export LC_ALL
umask 077
program='devgraph snapshot'
root=$\{DEVGRAPH_ROOT:-}
newline='
'
unread=''

say() {
  if test -t 2; then printf '%s: %s\n' "$program" "$1" >&2; fi
}

fail() {
  printf '%s: %s\n' "$program" "$1" >&2
  exit 2
}

# --- the archive: entries of tar (ustar), one after another on standard output

nul() {
  if test "$1" -gt 0; then dd if=/dev/zero bs="$1" count=1 2>/dev/null; fi
}

# NAME SIZE CHECKSUM, the last as a format of printf
header() {
  printf '%s' "$1"
  nul $((100 - $\{#1}))
  printf '0000644\0000000000\0000000000\000%011o\000%011o\000' "$2" "$now"
  printf "$3"
  printf '0'
  nul 100
  printf 'ustar\00000'
  nul 247
}

digits() {
  rest=$1
  while test -n "$rest"; do
    after=$\{rest#?}
    sum=$((sum + 48 + $\{rest%"$after"}))
    rest=$after
  done
}

# From + to ~ as ASCII has them (the second + stands in for a backquote): all that a name is made of.
letters='+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_+abcdefghijklmnopqrstuvwxyz{|}~'

# NAME SIZE: the header, with the sum of its bytes
entry() {
  # 8 blanks, the type, 'ustar' and its version, and the fields that are always the same
  sum=$((256 + 48 + 559 + 96 + 7 * 48 + 14 + 14 * 48))
  rest=$1
  while test -n "$rest"; do
    after=$\{rest#?}
    before=$\{letters%%"$\{rest%"$after"}"*}
    sum=$((sum + 43 + $\{#before}))
    rest=$after
  done
  digits "$(printf '%011o%011o' "$2" "$now")"
  header "$1" "$2" "$(printf '%06o' "$sum")\\000 "
}

pad() {
  nul $(((512 - $1 % 512) % 512))
}

# NAME TEXT
text() {
  if test -z "$2"; then return 0; fi
  size=$(printf '%s\n' "$2" | wc -c)
  size=$((size))
  entry "devgraph-snapshot/$1" "$size"
  printf '%s\n' "$2"
  pad "$size"
}

# PATH WHY: notes what could not be read
missing() {
  unread="$unread$1: $2$newline"
}

# PATH: notes why it cannot be read; true if it can
readable() {
  if ! test -e "$root$1"; then
    missing "$1" 'does not exist'
    return 1
  fi
  if cat "$root$1" >/dev/null 2>&1; then return 0; fi
  missing "$1" 'not readable for you'
  return 1
}

# PATH: a file that does not change, as it is
file() {
  if ! readable "$1"; then return 1; fi
  size=$(wc -c <"$root$1")
  size=$((size))
  entry "devgraph-snapshot$1" "$size"
  cat "$root$1"
  pad "$size"
}

# PATH: a text that may change while it is read
volatile() {
  if ! readable "$1"; then return 1; fi
  text "$\{1#/}" "$(cat "$root$1" 2>/dev/null)"
}

# The device tree as folders, for whom the blob cannot be read
tree() {
  base=/sys/firmware/devicetree/base
  if ! test -d "$root$base"; then
    missing "$base" 'does not exist'
  elif ! command -v tar >/dev/null 2>&1; then
    missing "$base" 'there is no tar to pack it'
  else
    size=$(cd "$root$base/.." && tar -cf - base 2>/dev/null | wc -c)
    size=$((size))
    entry devgraph-snapshot/devicetree.tar "$size"
    (cd "$root$base/.." && tar -cf - base 2>/dev/null)
    pad "$size"
    text devicetree-numbers.txt "$(cd "$root$base/.." && find base -exec ls -id {} + 2>/dev/null)"
  fi
}

# --- tables

# FOLDER NAME: where a symbolic link leads
link() {
  if cd -P "$1/$2" 2>/dev/null; then printf '%s %s\n' "$2" "$\{PWD#"$root"}"; fi
}

# FOLDER NAME...: first lines of attributes
attributes() {
  folder=$1
  shift
  for name; do
    if test -e "$folder/$name"; then
      value=''
      { IFS= read -r value <"$folder/$name"; } 2>/dev/null
      if test -n "$value"; then printf '%s %s\n' "$name" "$value"; fi
    fi
  done
}

devices() {
  find "$root/sys/devices" -name uevent 2>/dev/null | while IFS= read -r path; do
    device=$\{path%/uevent}
    printf 'device %s\n' "$\{device#"$root"/sys/devices/}"
    link "$device" subsystem
    link "$device" driver
    link "$device" of_node
    attributes "$device" waiting_for_supplier state_synced power/control power/runtime_status power/runtime_usage \
      power/runtime_active_kids power/runtime_enabled power/runtime_active_time power/runtime_suspended_time \
      power/autosuspend_delay_ms power/async power/wakeup power/pm_qos_resume_latency_us
  done
}

devlinks() {
  for path in "$root"/sys/class/devlink/*; do
    if test -e "$path/status"; then
      printf 'link %s\n' "$\{path##*/}"
      link "$path" supplier
      link "$path" consumer
      attributes "$path" status auto_remove_on runtime_pm sync_state_only
    fi
  done
}

drivers() {
  for path in "$root"/sys/bus/*/drivers/*; do
    if test -d "$path"; then
      printf 'driver %s\n' "$\{path#"$root"}"
      link "$path" module
    fi
  done
}

# Numbers of files in sysfs grow in the order in which the kernel makes them: the order of registration and of binding.
numbers() {
  find "$root/sys/devices" -name uevent -exec ls -id {} + 2>/dev/null
  find "$root/sys/devices" -name driver -type l -exec ls -id {} + 2>/dev/null
  ls -id "$root"/sys/bus/*/drivers/* 2>/dev/null
}

power() {
  attributes "$root/sys/power" state mem_sleep pm_async pm_test pm_print_times pm_debug_messages pm_freeze_timeout sync_on_suspend
  attributes "$root/sys/power/suspend_stats" success fail failed_freeze failed_prepare failed_suspend failed_suspend_late \
    failed_suspend_noirq failed_resume failed_resume_early failed_resume_noirq last_failed_dev last_failed_errno last_failed_step
}

# --- everything

pack() {
  now=$(date +%s 2>/dev/null)
  now=$\{now:-0}
  release=$(uname -r)
  case $release in *[!a-zA-Z0-9.+_~-]*) release=unknown ;; esac
  text snapshot.txt "devgraph-snapshot $format
release $release
machine $(uname -m)
version $(uname -sv)
user $(id -u 2>/dev/null)"
  if ! file /sys/firmware/fdt; then tree; fi
  volatile /proc/cmdline
  volatile /proc/uptime
  say 'devices ...'
  text devices.txt "$(devices)"
  if test -d "$root/sys/class/devlink"; then text devlinks.txt "$(devlinks)"; else missing /sys/class/devlink 'does not exist'; fi
  text drivers.txt "$(drivers)"
  text numbers.txt "$(numbers)"
  text power.txt "$(power)"
  say 'kernel ...'
  for path in devices_deferred pm_genpd/pm_genpd_summary dmaengine/summary; do volatile "/sys/kernel/debug/$path"; done
  volatile /proc/modules
  for name in alias builtin builtin.modinfo dep softdep order; do file "/lib/modules/$release/modules.$name"; done
  if test -r "$root/proc/config.gz"; then
    file /proc/config.gz
  else
    file "/boot/config-$release"
  fi
  if log=$(dmesg 2>/dev/null) && test -n "$log"; then text dmesg "$log"; else missing dmesg 'not readable for you'; fi
  text unread.txt "$unread"
  nul 1024
  if test -n "$unread"; then printf '%s: not in the archive:\n%s' "$program" "$unread" >&2; fi
}

compress() {
  if command -v gzip >/dev/null 2>&1; then gzip -c; else cat; fi
}

main() {
  if test -n "$root"; then root=$(cd -P "$root" && pwd -P) || fail "$root: no such folder"; fi
  if ! test -d "$root/sys/devices"; then fail '/sys is not mounted'; fi
  if test $# -eq 0; then
    if test -t 1; then fail 'name a file: sh snapshot.sh board.tar.gz'; fi
    pack | compress
    exit
  fi
  case $1 in -*) fail "unknown option $1: sh snapshot.sh board.tar.gz" ;; esac
  output=$1
  if test -e "$output"; then fail "$output exists"; fi
  if ! : >"$output.part"; then exit 2; fi
  trap 'rm -f "$output.part"' EXIT
  trap 'exit 2' HUP INT TERM
  if pack | compress >"$output.part" && mv "$output.part" "$output"; then
    say "wrote $output; look at what is in it before you publish it"
  else
    fail "$output could not be written"
  fi
}

main "$@"
`;

/** The script as a board's shell reads it. */
export const SNAPSHOT_SCRIPT = SCRIPT.replaceAll('$\\{', '${');
