#!/usr/bin/env bash
# Checks the Debian packages: makes one on Debian 12 and one on Debian 13, as somebody without root's rights; installs each
# into a fresh Debian of the kind, without Swift, and restores pictures there with GIMP, the command and a C program.
#
#   Tests/Packages/checks.sh FOLDER [bookworm | trixie]...     as root; some 6 GB
#
# FOLDER keeps, for the next run: each Debian as it is installed first, another to build in, and the downloaded packages.
# The Swift toolchain of this system is mounted for as long as something is built (Tests/Debian/debian.sh).
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
package=$(cd -- "$here/../.." && pwd)

# shellcheck source=Tests/Debian/debian.sh
. "$package/Tests/Debian/debian.sh"

(($# >= 1)) || die 'one folder is needed: Tests/Packages/checks.sh FOLDER'
mkdir -p -- "$1"
folder=$(realpath -- "$1")
prepare_debians "$folder"
shift
releases=("$@")
((${#releases[@]})) || releases=(bookworm trixie)

# Packages that apt has downloaded, for the next time.
archives() { # RELEASE
  mkdir -p -- "$folder/$1-archives/partial"
  printf '/var/cache/apt/archives=%s' "$folder/$1-archives"
}

# Makes the package in a Debian with the development files, which stays, with what is built, for the next time.
make_package() { # RELEASE
  local root=$folder/$1-build source
  source=$root/home/somebody/resshift
  [[ -d $root ]] || cp -a -- "$folder/$1" "$root"
  mkdir -p -- "$source" "$root/checks"
  find "$source" -mindepth 1 -maxdepth 1 ! -name .build -exec rm -rf -- {} +
  copy_sources "$package" "$source"
  cp -- "$here/make.sh" "$root/checks/"
  within "$root" "$(archives "$1")" "$toolchain" "${repositories[@]}" -- \
    bash /checks/make.sh "$(git -C "$package" log -1 --format=%ct)" >"$folder/$1-build.log" 2>&1 ||
    die "no package for $1: $(tail -n 5 "$folder/$1-build.log")"
}

failures=0
for release in "${releases[@]}"; do
  make_debian "$release" "$folder/$release"
  printf 'Making the package on %s ...\n' "$release"
  make_package "$release"
  fresh=$folder/$release-fresh
  rm -rf -- "$fresh"
  cp -a -- "$folder/$release" "$fresh"
  mkdir -- "$fresh/checks"
  cp -- "$folder/$release-build"/home/somebody/made/*.deb "$here/inside.sh" "$here/program.c" "$package/demo/boats.jpg" "$fresh/checks/"
  printf 'Installing %s into a fresh %s ...\n' "$(cd "$fresh/checks" && ls -- *.deb)" "$release"
  within "$fresh" "$(archives "$release")" -- bash /checks/inside.sh || failures=$((failures + 1))
  rm -rf -- "$fresh"
done
((failures == 0)) || die "$failures of ${#releases[@]} packages failed"
