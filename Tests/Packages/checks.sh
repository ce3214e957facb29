#!/usr/bin/env bash
# Checks the Debian packages: makes one on Debian 12 and one on Debian 13, as somebody without root's rights; installs each
# into a fresh Debian of the kind, without Swift, and restores pictures there with GIMP, the command and a C program.
#
#   Tests/Packages/checks.sh FOLDER [bookworm | trixie]...     as root; some 6 GB
#
# FOLDER keeps, for the next run: each Debian as it is installed first, another to build in, and the downloaded packages.
# Needs debootstrap, and the Swift toolchain of this system, which is mounted for as long as something is built.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
package=$(cd -- "$here/../.." && pwd)

die() {
  printf 'checks.sh: %s\n' "$*" >&2
  exit 1
}

(($# >= 1)) || die 'one folder is needed: Tests/Packages/checks.sh FOLDER'
[[ $(id -u) == 0 ]] || die 'only root can install a Debian into a folder'
command -v debootstrap >/dev/null || die 'debootstrap is missing: apt-get install debootstrap'
swift=$(realpath -- "$(command -v swift)") || die 'Swift is missing'
toolchain=${swift%/usr/bin/*} # the folder with usr/bin in it
mkdir -p -- "$1"
folder=$(realpath -- "$1")
shift
releases=("$@")
((${#releases[@]})) || releases=(bookworm trixie)

# Repositories of Swift packages that this system has on its disk instead of on the net.
repositories=()
while read -r repository; do
  [[ ! -d $repository ]] || repositories+=("$repository")
done < <(git config --get-regexp 'url\..*\.insteadof' 2>/dev/null | sed -n 's/^url\.\(\/.*\)\.insteadof .*/\1/p' | sort -u)

# Runs a command in a Debian; FOLDER... of this system are at the same place there, ARCHIVES has the packages of apt.
# Mounts are of a namespace of their own and go with it.
within() { # ROOT ARCHIVES FOLDER... -- COMMAND...
  local root=$1 archives=$2 folders=()
  shift 2
  while [[ $1 != -- ]]; do folders+=("$1") && shift; done
  shift
  mkdir -p -- "$archives/partial" "$root/var/cache/apt/archives"
  cp /etc/resolv.conf "$root/etc/"
  # shellcheck disable=SC2016 # the shell inside replaces them
  root=$root archives=$archives folders="${folders[*]}" unshare --mount bash -euc '
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$archives" "$root/var/cache/apt/archives"
    for folder in $folders; do mkdir -p "$root$folder"; mount --bind "$folder" "$root$folder"; done
    exec chroot "$root" env -i HOME=/root PATH="$toolchain/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 TERM=dumb \
      DEBIAN_FRONTEND=noninteractive "$@"
  ' bash "$@"
}
export toolchain

# Installs a Debian of RELEASE as small as it goes, once.
make_debian() { # RELEASE
  [[ ! -e $folder/$1/.complete ]] || return 0
  printf 'Installing Debian %s into %s ...\n' "$1" "$folder/$1"
  rm -rf -- "${folder:?}/$1"
  debootstrap --variant=minbase "$1" "$folder/$1" http://deb.debian.org/debian >"$folder/$1.log" 2>&1 ||
    die "debootstrap failed: see $folder/$1.log"
  touch "$folder/$1/.complete"
}

# Makes the package in a Debian with the development files, which stays, with what is built, for the next time.
make_package() { # RELEASE
  local root=$folder/$1-build source
  source=$root/home/somebody/resshift
  [[ -d $root ]] || cp -a -- "$folder/$1" "$root"
  mkdir -p -- "$source" "$root/checks"
  find "$source" -mindepth 1 -maxdepth 1 ! -name .build -exec rm -rf -- {} +
  # What is committed and what is not, without what was built.
  (cd "$package" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T -) | tar -x -C "$source"
  [[ ! -e /etc/gitconfig ]] || cp /etc/gitconfig "$root/etc/"
  cp -- "$here/make.sh" "$root/checks/"
  within "$root" "$folder/$1-archives" "$toolchain" "${repositories[@]}" -- \
    bash /checks/make.sh "$(git -C "$package" log -1 --format=%ct)" >"$folder/$1-build.log" 2>&1 ||
    die "no package for $1: $(tail -n 5 "$folder/$1-build.log")"
}

failures=0
for release in "${releases[@]}"; do
  make_debian "$release"
  printf 'Making the package on %s ...\n' "$release"
  make_package "$release"
  fresh=$folder/$release-fresh
  rm -rf -- "$fresh"
  cp -a -- "$folder/$release" "$fresh"
  mkdir -- "$fresh/checks"
  cp -- "$folder/$release-build"/home/somebody/made/*.deb "$here/inside.sh" "$here/program.c" "$package/demo/boats.jpg" "$fresh/checks/"
  printf 'Installing %s into a fresh %s ...\n' "$(cd "$fresh/checks" && ls -- *.deb)" "$release"
  within "$fresh" "$folder/$release-archives" -- bash /checks/inside.sh || failures=$((failures + 1))
  rm -rf -- "$fresh"
done
((failures == 0)) || die "$failures of ${#releases[@]} packages failed"
