#!/usr/bin/env bash
# Checks the plug-in in GIMP 3: installs Debian 13 into a folder, ResShift in it as a user would, and runs the cases.
#
#   Tests/Gimp3/checks.sh FOLDER     as root; FOLDER is used again if it holds a Debian already (some 2 GB)
#
# Needs debootstrap, and the Swift toolchain of this system, which is mounted into the folder for as long as this runs.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
package=$(cd -- "$here/../.." && pwd)

die() {
  printf 'checks.sh: %s\n' "$*" >&2
  exit 1
}

[[ $# == 1 ]] || die 'one folder is needed: Tests/Gimp3/checks.sh FOLDER'
[[ $(id -u) == 0 ]] || die 'only root can install a Debian into a folder'
command -v debootstrap >/dev/null || die 'debootstrap is missing: apt-get install debootstrap'
# The toolchain's folder, with usr/bin in it.
swift=$(realpath -- "$(command -v swift)") || die 'Swift is missing'
toolchain=${swift%/usr/bin/*}
mkdir -p -- "$1"
root=$(realpath -- "$1")

if [[ ! -e $root/etc/debian_version ]]; then
  printf 'Installing Debian 13 into %s ...\n' "$root"
  debootstrap --variant=minbase trixie "$root" http://deb.debian.org/debian >"$root.log" 2>&1 ||
    die "debootstrap failed: see $root.log"
fi
# What is committed and what is not, without what was built.
rm -rf -- "$root/root/resshift"
mkdir -p -- "$root/root/resshift" "$root/swift"
(cd "$package" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T -) |
  tar -x -C "$root/root/resshift"
cp /etc/resolv.conf "$root/etc/"
[[ ! -e /etc/gitconfig ]] || cp /etc/gitconfig "$root/etc/"
# Repositories of packages that this system has on its disk.
sources=()
while read -r folder; do
  [[ ! -d $folder ]] || sources+=("$folder")
done < <(git config --get-regexp 'url\..*\.insteadof' 2>/dev/null | sed -n 's/^url\.\(\/.*\)\.insteadof .*/\1/p' | sort -u)

# Mounts of a namespace of their own go with it.
export root toolchain
# shellcheck disable=SC2016 # the shell inside replaces them
unshare --mount bash -euc '
  mount --bind "$toolchain" "$root/swift"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  for folder in "$@"; do mkdir -p "$root$folder"; mount --bind "$folder" "$root$folder"; done
  exec chroot "$root" env -i HOME=/root PATH=/swift/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TERM=dumb \
    bash /root/resshift/Tests/Gimp3/inside.sh
' bash "${sources[@]}"
