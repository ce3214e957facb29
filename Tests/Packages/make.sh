#!/usr/bin/env bash
# Makes a package for checks.sh, within a Debian, as somebody without root's rights: what is missing is told in one line,
# no password is asked for, an administrator runs that line, and then everything is there.
#
#   make.sh SOURCE_DATE_EPOCH     the program is in /home/somebody/resshift, the package goes to /home/somebody/made
set -euo pipefail
home=/home/somebody

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
# At a terminal, as who would be asked for a password.
make() {
  runuser -u somebody -- env HOME=$home SOURCE_DATE_EPOCH="$1" \
    script -qec "cd $home/made && $home/resshift/install.sh deb" /dev/null </dev/null
}

id somebody >/dev/null 2>&1 || useradd --shell /bin/bash somebody
rm -rf $home/made
mkdir $home/made
# Repositories that are mounted belong to somebody else.
printf '[safe]\n\tdirectory = *\n' >$home/.gitconfig
chown -R somebody: $home
command -v sudo >/dev/null || { apt-get update && apt-get install -y --no-install-recommends sudo; }

if ! make "$1" | tee /tmp/made; then
  ! grep -i 'password for' /tmp/made || fail 'a password was asked for in vain'
  line=$(tr -d '\r' </tmp/made | grep '^sudo apt-get update && sudo apt-get install ') || fail 'no line for an administrator'
  [[ $line == *gcc* && $line == *@(libgimp2.0-dev|libgimp-3.0-dev)* && $line == *dpkg-dev* ]] || fail "the line: $line"
  bash -c "$line"
  make "$1"
fi
