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

# shellcheck source=Tests/Debian/debian.sh
. "$package/Tests/Debian/debian.sh"

[[ $# == 1 ]] || die 'one folder is needed: Tests/Gimp3/checks.sh FOLDER'
mkdir -p -- "$1"
root=$(realpath -- "$1")
prepare_debians "$root"

tests=$package/.build/testing
(cd "$package" && swift build --build-tests -c release -Xswiftc -enable-testing --scratch-path "$tests" </dev/null \
  >"$root.log" 2>&1) || die "the tests cannot be built: see $root.log"
bundle=$(cd "$tests/release" && echo ./*.xctest)
[[ -e $tests/release/$bundle ]] || die "there are no tests in $tests/release"

make_debian trixie "$root"
source=/srv/resshift-under-test
rm -rf -- "${root:?}$source"
copy_sources "$package" "$root$source"
# The tests find their files where they are here.
within "$root" "$toolchain" "$package:ro" "${repositories[@]}" -- \
  bash "$source/Tests/Gimp3/inside.sh" "$tests/release/${bundle#./}"
