#!/bin/sh
# A service that takes and releases its update lock over and over, until the file that stops it
# is there or its parent has ended. Prints a line for each turn: "entered", or "violation" when another contender was inside at the same time.
# usage: contender.sh <way> <lock> <file that stops it>
way=$1 lock=$2 stop=$3
inside=${lock%/*}/inside
mine=${lock%/*}/$way.$$
: >"$mine"

turn() {
  case $way in
    mkdir) mkdir "$lock" ;;
    open) (set -C; : >"$lock") ;;
    link) ln -T "$mine" "$lock" ;;
    symlink) ln -sT nowhere "$lock" ;;
    lockfile) lockfile -r0 "$lock" ;;
    # A wrapper of flock(1) locks whatever file it finds, and makes one if there is none.
    flock) exec 9<>"$lock" && flock -n 9 && [ /proc/self/fd/9 -ef "$lock" ] ;;
  esac 2>/dev/null || return
  if mkdir "$inside" 2>/dev/null; then
    echo entered
    rmdir "$inside"
  else
    echo violation
  fi
  case $way in
    mkdir) rmdir "$lock" ;;
    *) rm -f "$lock" ;;
  esac
}

while [ ! -e "$stop" ] && kill -0 "$PPID" 2>/dev/null; do
  # In a shell of its own, which ends when it may not open the file: our lock may have come there a moment ago.
  (turn)
  # Work for which it needs no lock, so that the others get a chance.
  for _ in 1 2 3 4 5 6; do /bin/true; done
done
rm -f "$mine"
