#!/usr/bin/env bash
# Checks the plug-in in GIMP 3: installs Debian 13 into a folder, ResShift in it as a user would, and runs there what needs
# GIMP 3, and the cases of Tests/PluginTests that run against GIMP 2.10 here.
#
#   Tests/Gimp3/checks.sh FOLDER     as root; FOLDER is used again if it holds a Debian already (some 2 GB)
#
# Needs debootstrap, and the Swift toolchain of this system, which is mounted into the folder for as long as this runs. The tests are
# built here and run there: glibc and the libraries of Debian 13 run what was built on 12 or 13.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
package=$(cd -- "$here/../.." && pwd)

die() {
  printf 'checks.sh: %s\n' "$*" >&2
  exit 1
}
# What cannot run here: said, and told apart from a failure by its status.
left_out() {
  printf 'checks.sh: LEFT OUT, as %s\n' "$*" >&2
  exit 77
}

[[ $# == 1 ]] || die 'one folder is needed: Tests/Gimp3/checks.sh FOLDER'
[[ $(id -u) == 0 ]] || left_out 'only root can install a Debian into a folder'
command -v debootstrap >/dev/null || left_out 'debootstrap is missing: apt-get install debootstrap'
command -v swift >/dev/null || die 'Swift is missing'
mkdir -p -- "$1"
root=$(realpath -- "$1")
# shellcheck disable=SC2016 # the shell inside replaces it
root=$root unshare --mount bash -c 'mount --bind "$root" "$root"' 2>/dev/null || left_out 'nothing can be mounted here'
# The toolchain's folder, with usr/bin in it; launchers of toolchains are elsewhere.
toolchain=$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": *"\(.*\)\/usr\/lib\/swift".*/\1/p')
[[ -d $toolchain/usr/bin ]] || left_out 'Swift is not in a folder of its own, which could be mounted into a Debian 13'

tests=$package/.build/testing
(cd "$package" && swift build --build-tests -c release -Xswiftc -enable-testing --scratch-path "$tests" </dev/null \
  >"$root.log" 2>&1) || die "the tests cannot be built: see $root.log"
bundle=$(cd "$tests/release" && echo ./*.xctest)
[[ -e $tests/release/$bundle ]] || die "there are no tests in $tests/release"

if [[ ! -e $root/.complete ]]; then
  if [[ -e $root/.unfinished ]]; then
    rm -rf -- "$root"
    mkdir -- "$root"
  elif [[ -n $(ls -A -- "$root") ]]; then
    die "$root holds something else: name a new folder"
  fi
  printf 'Installing Debian 13 into %s ...\n' "$root"
  touch "$root/.unfinished"
  debootstrap --variant=minbase trixie "$root" http://deb.debian.org/debian >"$root.log" 2>&1 ||
    die "debootstrap failed: see $root.log"
  mv -- "$root/.unfinished" "$root/.complete"
fi
# What is committed and what is not, without what was built.
source=/srv/resshift-under-test
rm -rf -- "${root:?}$source"
mkdir -p -- "$root$source" "$root$toolchain" "$root$package"
(cd "$package" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"; done |
  tar -c --null -T -) | tar -x -C "$root$source"
cp /etc/resolv.conf "$root/etc/"
[[ ! -e /etc/gitconfig ]] || cp /etc/gitconfig "$root/etc/"
# Repositories of packages that this system has on its disk.
sources=()
while read -r folder; do
  [[ ! -d $folder ]] || sources+=("$folder")
done < <(git config --get-regexp 'url\..*\.insteadof' 2>/dev/null | sed -n 's/^url\.\(\/.*\)\.insteadof .*/\1/p' | sort -u)

# Mounts of a namespace of their own go with it.
export root toolchain package source
bundle=$tests/release/${bundle#./}
export bundle
# shellcheck disable=SC2016 # the shell inside replaces them
unshare --mount bash -euc '
  # Where they are here, as the tests know them.
  mount --bind "$toolchain" "$root$toolchain"
  mount --bind "$package" "$root$package"
  mount -o remount,bind,ro "$root$package"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  for folder in "$@"; do mkdir -p "$root$folder"; mount --bind "$folder" "$root$folder"; done
  exec chroot "$root" env -i ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} HOME=/root \
    PATH="$toolchain/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 TERM=dumb bash "$source/Tests/Gimp3/inside.sh" "$bundle"
' bash "${sources[@]}"
