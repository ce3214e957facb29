#!/usr/bin/env bash
# Builds ResShift for GIMP and installs it; `./install.sh --help` says how.
set -euo pipefail
umask 022
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here

usage() {
  cat <<'HELP'
usage: ./install.sh [demo | test | deb] [--system] [--prefix DIR] [--no-deps]
       ./install.sh --uninstall [--system] [--prefix DIR]

Builds ResShift for GIMP and installs the command, the C library, the models and the GIMP plug-in for you.

  demo          install, then restore two photographs with GIMP and say where the results are
  test          build, install into a folder of the build and run all tests; installs nothing else
  deb           build and write a package for this release of Debian into the current folder; installs nothing
  --system      install for all users: /usr/local and GIMP's own folder (asks for root's rights)
  --prefix DIR  where bin, lib, include and share go (default: ~/.local, with --system /usr/local)
  --stage DIR   everything below DIR, the plug-in in DIR/gimp or DIR/gimp3: for tests and packages
  --no-deps     do not look for missing Debian packages
  --uninstall   remove what was installed; models and weights that you added stay
  --help        this text

The plug-in is built for each GIMP whose development files are here, 2.10 and 3, and goes where that looks for those of
the user: $GIMP2_DIRECTORY, or ~/.config/GIMP/2.10; $GIMP3_DIRECTORY, or ~/.config/GIMP/3.0. Without GIMP there are the
command and the C library.
HELP
}

say() { printf '%s\n' "$*"; }
warn() { printf 'install.sh: %s\n' "$*" >&2; }
die() {
  warn "$@"
  exit 1
}
misused() {
  warn "$*; ./install.sh --help says what there is"
  exit 64
}

# --- What is needed to build ------------------------------------------------------------------------------------------

# Debian's names; of those with a | between them a release has one.
build_packages=(gcc g++ git pkg-config gettext gimp libglib2.0-dev libopenblas-dev
  libpng-dev zlib1g-dev libjpeg-dev libtiff-dev libwebp-dev libcurl4-openssl-dev libssl-dev)
gimp_packages=('libgimp2.0-dev|libgimp-3.0-dev')
test_packages=(xvfb xauth xdotool openbox x11-utils imagemagick fonts-dejavu-core shellcheck python3 openssl locales
  dpkg-dev debootstrap parallel slurm-client python3-kubernetes python3-yaml)
# The packages of what a Swift toolchain is linked to and does not come with.
declare -A packages_of=([libncurses.so]=libncurses6 [libtinfo.so]=libtinfo6 [libcurl.so]='libcurl4|libcurl4t64'
  [libxml2.so]=libxml2 [libsqlite3.so]=libsqlite3-0 [libz.so]=zlib1g [libuuid.so]=libuuid1 [libstdc++.so]=libstdc++6)
# The same as pkg-config names them, with what to look for where packages have other names.
libraries=(openblas libpng zlib libjpeg libtiff-4 libwebpmux libcurl libcrypto)
gimps=() # the major versions of GIMP that the plug-in is built for

readonly swift_advice='install it from https://www.swift.org/install/linux/ and put its usr/bin into your PATH'
swift_lacks=()    # libraries without which this toolchain does not run
swift_packages=() # that have them

# Finds a Swift that can build the package, or what keeps it from running; stops where there is none.
look_at_swift() {
  command -v swift >/dev/null || die "Swift is missing: version 6.3 or newer is needed; $swift_advice."
  local tools tool version library
  tools=$(dirname -- "$(realpath -- "$(command -v swift)")")
  # All that a build starts, as `swift --version` needs only some of it; the debugger's Python is not among it.
  mapfile -t swift_lacks < <(
    for tool in swift-driver swift-frontend swift-package clang; do
      [[ ! -e $tools/$tool ]] || ldd "$tools/$tool" 2>/dev/null || true
    done | sed -n 's/^[[:space:]]*\([^ ]*\) => not found.*/\1/p' | sort -u
  )
  if version=$(swift --version 2>"$work/swift" </dev/null); then
    [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || die "Swift does not tell its version: $swift_advice."
    ((BASH_REMATCH[1] > 6 || (BASH_REMATCH[1] == 6 && BASH_REMATCH[2] >= 3))) ||
      die "Swift ${BASH_REMATCH[1]}.${BASH_REMATCH[2]} is too old: version 6.3 or newer is needed; $swift_advice."
  elif ((!${#swift_lacks[@]})); then
    # Behind a program that starts the toolchain, which is elsewhere.
    mapfile -t swift_lacks < <(sed -n 's/.*loading shared libraries: \([^ :]*\):.*/\1/p' "$work/swift")
    ((${#swift_lacks[@]})) ||
      die "Swift does not run ($(head -n 1 "$work/swift")): try 'swift --version', or $swift_advice."
  fi
  for library in "${swift_lacks[@]}"; do
    library=${packages_of[${library%%.so*}.so]:-}
    [[ -z $library || " ${swift_packages[*]} " == *" $library "* ]] || swift_packages+=("$library")
  done
}

# Stops unless Swift runs, after what it lacked may have been installed.
require_swift() {
  ((${#swift_lacks[@]})) || return 0
  local packages=("${swift_packages[@]}")
  swift_lacks=() swift_packages=()
  look_at_swift
  ((!${#swift_lacks[@]})) || die "Swift still lacks ${swift_lacks[*]}." \
    "Debian has them in: ${packages[*]:-packages named alike}; or take the Swift that is made for this system," \
    'from https://www.swift.org/install/linux/.'
}

is_root() { [[ $(id -u) == 0 ]]; }

# Whether commands can be run as root, for PURPOSE. Asks for a password once at most, and only those who seem to be in
# sudo's list: sudo asks others, too, before it turns them down.
may_become_root() { # PURPOSE
  ! is_root || return 0
  command -v sudo >/dev/null || return 1
  ! sudo -n true 2>/dev/null || return 0
  [[ -t 0 && " $(id -Gn) " =~ \ (sudo|wheel|admin)\  ]] || return 1
  say "Your password, please: root's rights are needed $1."
  sudo -v
}

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# Whether this system's lists have such a package.
is_known() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep 'Candidate:' | grep -qv '(none)'; }

# Which of PACKAGE|PACKAGE the system's lists have; nothing where they have none.
choose() {
  local names=() name
  IFS='|' read -ra names <<<"$1"
  ((${#names[@]} > 1)) || { say "$1" && return; }
  for name in "${names[@]}"; do
    ! is_known "$name" || { say "$name" && return; }
  done
  # Lists that were never fetched have nothing, gcc neither: the later names are those since Debian 13.
  ! is_known gcc || return 0
  # shellcheck source=/dev/null
  (. /etc/os-release && [[ ${ID:-} == debian && ${VERSION_ID:-13} -lt 13 ]]) || names[0]=${names[1]}
  say "${names[0]}"
}

# Installs those of the named Debian packages that are missing, or says how and stops. Of alternatives one is enough,
# and none is fine where there is none.
require_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    return # not Debian: require_libraries tells what is missing
  fi
  local missing=() chosen=() package name found
  for package in "$@"; do
    found=no
    for name in ${package//|/ }; do ! is_installed "$name" || found=yes; done
    [[ $found == yes ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local install='apt-get install -y --no-install-recommends' as_root=() may=no
  if may_become_root 'to install Debian packages'; then
    may=yes
    is_root || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update ||
      warn 'apt-get update failed: trying with the package lists as they are'
  fi
  for package in "${missing[@]}"; do
    package=$(choose "$package")
    [[ -z $package ]] || chosen+=("$package")
  done
  ((${#chosen[@]})) || return 0
  if [[ $may == no ]]; then
    warn 'Debian packages are missing. An administrator of this computer can install them with the following line;' \
      'after that run ./install.sh again:'
    if command -v sudo >/dev/null; then
      say "sudo apt-get update && sudo $install ${chosen[*]}"
      [[ " $(id -Gn) " =~ \ (sudo|wheel|admin)\  ]] ||
        warn 'your account is not in the group sudo, so no password was asked for; if sudo knows you all the same, run' \
          'the line yourself.'
    else
      say "su -l -c 'apt-get update && $install ${chosen[*]}'"
    fi
    exit 1
  fi
  say "Installing Debian packages: ${chosen[*]}"
  # shellcheck disable=SC2086 # words of a command
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $install "${chosen[@]}" ||
    die "apt-get could not install ${chosen[*]}: see its messages above."
}

# Stops unless every library that is linked has its development files here.
require_libraries() {
  command -v pkg-config >/dev/null || die 'pkg-config is missing: install the package of that name.'
  command -v cc >/dev/null || die 'a C compiler is missing (cc): install gcc.'
  command -v msgfmt >/dev/null || die 'msgfmt is missing: install gettext.'
  local missing=() library
  for library in "${libraries[@]}"; do
    pkg-config --exists "$library" || missing+=("$library")
  done
  ((${#missing[@]})) || return 0
  die "development files are missing for (by their pkg-config names): ${missing[*]}." \
    "On Debian these packages have them: ${build_packages[*]}. Other distributions name them alike, as in gimp-devel," \
    "openblas-devel, libpng-devel, zlib-devel, libjpeg-turbo-devel, libtiff-devel, libwebp-devel, libcurl-devel," \
    "openssl-devel."
}

# Finds out for which versions of GIMP the plug-in can be built.
find_gimps() {
  ! pkg-config --exists gimpui-2.0 || gimps+=(2)
  ! pkg-config --exists gimpui-3.0 || gimps+=(3)
  # For Package.swift.
  export RESSHIFT_GIMPS="${gimps[*]}"
  ((${#gimps[@]})) || warn 'no development files of GIMP are here (libgimp2.0-dev or libgimp-3.0-dev; gimp-devel):' \
    'there will be the command and the C library, and no plug-in.'
}

# Says what to expect of the GIMPs that are here, or are not.
look_for_gimp() {
  local native=no program folders
  for program in gimp-2.10 gimp-3.0 gimp; do
    program=$(command -v "$program") || continue
    [[ $program == /snap/* || $program == */flatpak/* ]] || native=yes
  done
  folders=$(printf ', %s' "${gimp_folders[@]}")
  [[ $native == yes || ${#gimps[@]} == 0 ]] ||
    warn "no GIMP is in the PATH: the plug-in is installed for the day there is one, in ${folders:2}."
  # Their GIMPs have libraries of their own, without OpenBLAS and without those that the plug-in was linked to.
  local kind
  for kind in flatpak snap; do
    case $kind in
      flatpak) flatpak info org.gimp.GIMP >/dev/null 2>&1 || continue ;;
      snap) snap list gimp >/dev/null 2>&1 || continue ;;
    esac
    warn "the GIMP that came as a $kind cannot start the plug-in, since it does not see the libraries of this system." \
      "Use this system's own GIMP, which may be there beside it (on Debian: apt-get install gimp)," \
      "or the command resshift; README.md says more under Flatpak."
  done
}

# --- Build ------------------------------------------------------------------------------------------------------------

readonly built=$here/.build/release

library_of() { if [[ $1 == 3 ]]; then say ResShiftGIMP3; else say ResShiftGIMP; fi; } # MAJOR-VERSION
main_of() { if [[ $1 == 3 ]]; then say main3.c; else say main.c; fi; }                 # MAJOR-VERSION

# SwiftPM warns of flags in GIMP's pkg-config files that it leaves out, and nothing is wrong: that line goes, too.
build_product() { # PRODUCT
  {
    (cd "$here" && swift build -c release -Xswiftc -static-stdlib --disable-local-rpath --product "$1" \
      </dev/null 2>&1 >&3 3>&-) |
      sed -u -E '/^warning: .*prohibited flag\(s\): ((-pthread|-Wl,--export-dynamic)(, )?)+$/d' >&2
  } 3>&1
}

build() {
  say 'Building (some minutes the first time) ...'
  local product gimp products=(resshift ResShiftC)
  for gimp in "${gimps[@]}"; do products+=("$(library_of "$gimp")"); done
  # One by one, since together would be with the tests' helpers, which cannot have the Swift runtime linked in.
  for product in "${products[@]}"; do
    build_product "$product" || die 'the build failed: see the messages above. Nothing was installed.'
  done
  local flags
  for gimp in "${gimps[@]}"; do
    flags=()
    [[ $gimp == 3 ]] || read -ra flags <<<"$(pkg-config --cflags --libs gimp-2.0)"
    # shellcheck disable=SC2016 # the loader, not the shell, replaces $ORIGIN
    cc -O2 -Wall -s -o "$work/plug-in-$gimp" "$here/plugin/$(main_of "$gimp")" -L"$built" "-l$(library_of "$gimp")" \
      "${flags[@]}" '-Wl,-rpath,$ORIGIN' -Wl,--allow-shlib-undefined ||
      die "plugin/$(main_of "$gimp") does not compile. Nothing was installed."
  done
  # What command and plug-in say in other languages.
  local catalogue language
  for catalogue in "$here"/plugin/translations/*.po; do
    language=$(basename -- "$catalogue" .po)
    msgfmt -o "$work/$language.mo" "$catalogue" || die "$catalogue is damaged. Nothing was installed."
  done
  # Without the symbols that only debuggers read: a third less to install and to load.
  local file
  for file in resshift "${products[@]/#/lib}"; do
    [[ $file != libresshift ]] || continue
    [[ $file == resshift ]] || file+=.so
    strip --strip-unneeded -o "$work/$file" "$built/$file" || die "cannot strip $built/$file. Nothing was installed."
  done
  version=$(sed -n 's/^#define RESSHIFT_VERSION "\(.*\)"$/\1/p' "$here/Sources/CResShift/include/resshift.h")
  write_pc "\${pcfiledir}/../.." lib
}

write_pc() { # PREFIX LIBRARIES' FOLDER BELOW IT
  cat >"$work/resshift.pc" <<PC
prefix=$1

Name: resshift
Description: Restores photographs with the ResShift diffusion model
URL: https://arxiv.org/abs/2403.07319
Version: $version
Libs: -L\${prefix}/$2 -lresshift
Cflags: -I\${prefix}/include
PC
}

# --- Put into place ---------------------------------------------------------------------------------------------------
# Everything is first copied beside its target, then renamed: a running GIMP keeps the files that it has open, and a
# failure (no space, no rights) leaves things as they were.

gimp_folders=() scripts_folders=() # by the major version of GIMP
sources=() targets=() modes=()
readonly suffix=.resshift-new
manifest=       # the list of what is installed: files, and folders with a final /, in the order of their making
made_folders=() # by this run
copied=()       # by this run, not yet renamed

privileged() {
  if [[ $system == yes ]] && ! is_root; then sudo "$@"; else "$@"; fi
}

add() { # SOURCE TARGET MODE
  sources+=("$1") targets+=("$2") modes+=("$3")
}

add_models() { # FOLDER
  local file
  while IFS= read -r file; do
    add "$here/plugin/models/$file" "$1/$file" 644
  done < <(cd "$here/plugin/models" && find . -type f -printf '%P\n' | sort)
}

add_catalogues() { # FOLDER
  local catalogue
  for catalogue in "$work"/*.mo; do
    add "$catalogue" "$1/$(basename -- "$catalogue" .mo)/LC_MESSAGES/resshift.mo" 644
  done
}

# Pages of help and icons.
add_pages() { # PLUG-IN'S FOLDER
  local file
  while IFS= read -r file; do
    add "$here/plugin/$file" "$1/$file" 644
  done < <(cd "$here/plugin" && find help icons -type f ! -name '*.svg' | sort)
}

list_files() { # LIBRARIES' FOLDER BELOW THE PREFIX
  add "$work/libResShiftC.so" "$prefix/$1/libresshift.so.0" 755
  add "$here/Sources/CResShift/include/resshift.h" "$prefix/include/resshift.h" 644
  add "$work/resshift.pc" "$prefix/$1/pkgconfig/resshift.pc" 644
  add_models "$prefix/share/resshift/models"
  add_catalogues "$prefix/share/locale"
  add "$work/resshift" "$prefix/bin/resshift" 755
  local gimp script folder
  for gimp in "${gimps[@]}"; do
    folder=${gimp_folders[$gimp]}/plug-ins/resshift
    add "$work/lib$(library_of "$gimp").so" "$folder/lib$(library_of "$gimp").so" 755
    # A package has them once.
    if [[ $action == deb ]]; then
      add "$(realpath -m --relative-to="$folder" "$prefix/share/resshift/models")" "$folder/models" link
      add "$(realpath -m --relative-to="$folder" "$prefix/share/locale")" "$folder/locale" link
    else
      add_models "$folder/models"
      add_catalogues "$folder/locale"
    fi
    add_pages "$folder"
    for script in "$here/plugin/scripts$gimp"/*.scm; do
      [[ ! -e $script ]] || add "$script" "${scripts_folders[$gimp]}/${script##*/}" 644
    done
    # Last, since GIMP reads a plug-in anew when the time of its executable has changed.
    add "$work/plug-in-$gimp" "$folder/resshift" 755
  done
}

make_folder() { # with its parents, remembering those that were not there
  [[ ! -d $1 ]] || return 0
  [[ ! -e $1 ]] || die "$1 is in the way: it is no folder. Nothing was installed."
  make_folder "$(dirname -- "$1")"
  privileged mkdir -- "$1" || die "cannot make the folder $1. Nothing was installed."
  made_folders+=("$1")
}

beside() { printf '%s/.%s%s' "$(dirname -- "$1")" "$(basename -- "$1")" "$suffix"; }

take_back() {
  local i
  for i in "${copied[@]}"; do privileged rm -f -- "$i"; done
  for ((i = ${#made_folders[@]} - 1; i >= 0; i--)); do
    privileged rmdir -- "${made_folders[i]}" 2>/dev/null || true
  done
  copied=() made_folders=()
}

copy_beside() { # SOURCE TARGET MODE
  [[ ! -d $2 || -L $2 ]] || die "$2 is in the way: it is a folder. Nothing was installed."
  make_folder "$(dirname -- "$2")"
  local copy
  copy=$(beside "$2")
  copied+=("$copy")
  privileged rm -f -- "$copy"
  if [[ $3 == link ]]; then
    privileged ln -s -- "$1" "$copy"
  else
    privileged cp -- "$1" "$copy" && privileged chmod "$3" -- "$copy"
  fi || die "cannot write $copy. Nothing was installed."
}

# Whether a file is of a plug-in for a GIMP that this run has not built one for, as its development files have gone: it stays.
is_of_other_gimp() { # PATH
  [[ $1 == */plug-ins/resshift/* || $1 == */scripts/resshift-batch.scm ]] || return 1
  [[ $1 != */ && -e $1 ]] || return 1
  local version=2 present
  [[ ! -e ${1%/plug-ins/*}/plug-ins/resshift/libResShiftGIMP3.so ]] || version=3
  [[ $1 != */scripts/* || ! -e ${1%/scripts/*}/plug-ins/resshift/libResShiftGIMP3.so ]] || version=3
  for present in "${gimps[@]}"; do [[ $present != "$version" ]] || return 1; done
}

install_files() {
  list_files lib
  local old=() other=() i
  [[ ! -e $manifest ]] || mapfile -t old < <(grep '^/' "$manifest")
  for i in "${old[@]}"; do
    ! is_of_other_gimp "$i" || other+=("$i")
  done
  # First the manifest: whatever happens after it, --uninstall knows all that may be there.
  targets=("$manifest" "${targets[@]}") modes=(644 "${modes[@]}") sources=("$work/manifest" "${sources[@]}")
  add libresshift.so.0 "$prefix/lib/libresshift.so" link
  for ((i = 1; i < ${#targets[@]}; i++)); do copy_beside "${sources[i]}" "${targets[i]}" "${modes[i]}"; done
  make_folder "$(dirname -- "$manifest")"
  {
    say "# What ./install.sh installed; ./install.sh --uninstall removes it."
    {
      printf '%s\n' "${old[@]}" | grep '/$' || true
      ((!${#made_folders[@]})) || printf '%s/\n' "${made_folders[@]}"
      ((!${#other[@]})) || printf '%s\n' "${other[@]}"
      printf '%s\n' "${targets[@]}"
    } | awk '!seen[$0]++'
  } >"$work/manifest"
  # Files that an older version had and this one has not are removed at the end.
  local stale=()
  for i in "${old[@]}"; do
    grep -qxF -- "$i" "$work/manifest" || stale+=("$i")
  done
  copy_beside "$work/manifest" "$manifest" 644

  made_folders=()
  for i in "${targets[@]}"; do
    privileged touch -h -- "$(beside "$i")"
    privileged mv -fT -- "$(beside "$i")" "$i" || die "cannot replace $i: the installation is not complete."
  done
  copied=()
  for i in "${stale[@]}"; do privileged rm -f -- "$i"; done
  # The linker's cache knows the folders for all users only.
  [[ $system == no ]] || privileged ldconfig || warn 'ldconfig failed: programs may not find libresshift.so.0 yet.'
}

# Whether a file for all users is one of the Debian package of this program by now.
is_of_package() { # PATH
  [[ $system == yes ]] && dpkg-query -S "$1" 2>/dev/null | grep -q '^resshift:'
}

uninstall() {
  [[ -e $manifest ]] ||
    die "nothing to uninstall: $manifest is not there. Was another --prefix, or --system, used to install?"
  local entries=() i kept=()
  mapfile -t entries < <(grep '^/' "$manifest")
  for i in "${entries[@]}"; do
    [[ $i == */ ]] || is_of_package "$i" || privileged rm -f -- "$i" || die "cannot remove $i."
  done
  for ((i = ${#entries[@]} - 1; i >= 0; i--)); do
    [[ ${entries[i]} == */ && -d ${entries[i]} ]] || continue
    privileged rmdir -- "${entries[i]%/}" 2>/dev/null || kept+=("${entries[i]}")
  done
  say "ResShift is uninstalled from $prefix and GIMP's folders."
  if ((${#kept[@]})); then
    say 'These folders hold files that are not from this program, and stay:'
    printf '  %s\n' "${kept[@]}"
  fi
}

# --- What can be asked for --------------------------------------------------------------------------------------------

prepare() { # MORE PACKAGES...
  look_at_swift
  ((!${#swift_lacks[@]})) || say "Swift does not run without these libraries of the system: ${swift_lacks[*]}."
  [[ $deps == no ]] ||
    require_packages "${swift_packages[@]}" "${build_packages[@]}" "${gimp_packages[@]}" "$@"
  require_swift
  require_libraries
  find_gimps
}

install() {
  local packaged=no
  ! is_installed resshift || packaged=yes
  [[ $packaged == no || $system == no ]] ||
    die 'the Debian package resshift is here, whose files these would be: remove it first (apt-get remove resshift).'
  prepare "$@"
  set_folders
  build
  install_files
  say "Installed ResShift $version:"
  say "  command   $prefix/bin/resshift"
  say "  library   $prefix/lib/libresshift.so"
  say "  models    $prefix/share/resshift/models"
  local gimp
  for gimp in "${gimps[@]}"; do
    say "  plug-in   ${gimp_folders[$gimp]}/plug-ins/resshift   (GIMP: Filters > Enhance > ResShift; restart a running GIMP)"
  done
  [[ :$PATH: == *":$prefix/bin:"* || -n $stage ]] || say "To use the command by its name, put $prefix/bin into your PATH."
  [[ -n $stage ]] || look_for_gimp
  [[ -n $stage || $packaged == no ]] ||
    warn 'the Debian package resshift is here as well: GIMP takes the plug-in that was installed now, and names the' \
      'other one as a duplicate in the terminal. ./install.sh --uninstall gives way to the package.'
}

# Runs the plug-in's tests in GIMP 3, too, which needs a Debian 13 of its own where this system has GIMP 2.10.
test_other_gimp() {
  [[ " ${gimps[*]} " == *' 2 '* ]] || return 0 # done by swift test
  local status=0
  "$here/Tests/Gimp3/checks.sh" "$here/.build/debian13" || status=$?
  if ((status == 77)); then
    warn "LEFT OUT: the plug-in's tests in GIMP 3, see above."
    return 0
  fi
  return "$status"
}

# Checks the container image: its result stage, with what has been built.
test_container() {
  local status=0
  "$here/Tests/Container/checks.sh" "$here/.build/container" --built || status=$?
  if ((status == 77)); then
    warn 'LEFT OUT: the container image, see above.'
    return 0
  fi
  return "$status"
}

# Runs a part of the tests, and keeps what it says, so that what is wrong can be said again at the end, below all the rest.
run_part() { # TITLE COMMAND...
  local log=$here/.build/tests.log
  "${@:2}" 2>&1 | tee "$log" && return
  local said
  # A part may fail without a word of that kind: the others are run all the same.
  said=$(grep -E '^(FAILED|ERROR|    )|✘|error:|LEFT OUT' "$log" | grep -v '^✘ Suite' | tail -n 12) || true
  failed+=("$1:"$'\n'"$said")
}

run_tests() {
  rm -rf -- "$here/.build/stage"
  stage=$here/.build/stage
  install "${test_packages[@]}"
  local failed=()
  run_part 'checks of the installation (Tests/Install/checks.sh)' "$here/Tests/Install/checks.sh"
  run_part 'recipes for many machines (Tests/Batches/checks.sh)' "$here/Tests/Batches/checks.sh" "$stage"
  # Other flags than those of the build: objects of their own.
  run_part 'tests (swift test)' swift_test
  # The kernels of older processors, against the recorded tensors.
  local instructions
  for instructions in avx512 avx2 baseline; do
    RESSHIFT_ISA=$instructions run_part "tests with $instructions (RESSHIFT_ISA)" \
      swift_test --skip-build --filter 'TensorCoreTests|ReferenceTests'
  done
  run_part 'container image (Tests/Container/checks.sh)' test_container
  run_part 'tests in GIMP 3 (Tests/Gimp3/checks.sh)' test_other_gimp
  ((!${#failed[@]})) || die "failed: $(printf '%s\n' "${failed[@]}")"
}

swift_test() {
  (cd "$here" && RESSHIFT_STAGE=$stage swift test -c release -Xswiftc -enable-testing --scratch-path .build/testing "$@" </dev/null)
}

set_folders() {
  prefix=$(realpath -m -- "${stage:-${prefix:-$default_prefix}}")
  local gimp folder version given
  for gimp in "${gimps[@]}"; do
    given=GIMP${gimp}_DIRECTORY version=$(pkg-config --modversion "gimpui-$gimp.0")
    if [[ -n $stage ]]; then
      folder=$prefix/gimp
      [[ $gimp == 2 ]] || folder+=$gimp
    elif [[ $system == yes ]]; then
      command -v "gimptool-$gimp.0" >/dev/null || die "gimptool-$gimp.0 is missing: install it."
      folder=$(gimptool-"$gimp.0" --gimpplugindir)
    else
      # Settings of GIMP 3.0.4 are in 3.0.
      folder=${!given:-${XDG_CONFIG_HOME:-$HOME/.config}/GIMP/${version%.*}}
      [[ $folder == /* ]] || folder=$HOME/$folder # as GIMP reads it
    fi
    gimp_folders[gimp]=$folder scripts_folders[gimp]=$folder/scripts
    [[ $system == no || -n $stage ]] || scripts_folders[gimp]=$(gimptool-"$gimp.0" --gimpdatadir)/scripts
  done
  manifest=$prefix/share/resshift/manifest
}

action=install system=no deps=yes prefix='' stage=''
while (($#)); do
  case $1 in
    demo | test | deb | --uninstall)
      [[ $action == install ]] || misused "$1 and ${action#--} do not go together"
      action=$1
      ;;
    --system) system=yes ;;
    --no-deps) deps=no ;;
    --prefix | --stage)
      [[ -n ${2:-} ]] || misused "$1 needs a folder"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    --prefix=?* | --stage=?*)
      [[ $1 =~ ^--(prefix|stage)=(.*)$ ]]
      printf -v "${BASH_REMATCH[1]}" '%s' "${BASH_REMATCH[2]}"
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) misused "$1 is unknown" ;;
  esac
  shift
done
[[ -z $stage || ($system == no && -z $prefix) ]] || misused '--stage goes with neither --system nor --prefix'
[[ ($action != test && $action != deb) || ($system == no && -z $prefix && -z $stage) ]] ||
  misused "$action has folders of its own"
if [[ $system == yes ]]; then
  default_prefix=/usr/local
  may_become_root 'to install for all users' ||
    die '--system needs the rights of root: run it as root, or leave --system out to install for yourself.'
else
  default_prefix=$HOME/.local
  [[ -z ${SUDO_USER:-} || -n $stage || $action == deb ]] || ! is_root ||
    warn "this installs for root, not for $SUDO_USER: leave sudo out, or use --system."
fi

work=$(mktemp -d)
trap 'take_back; rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

case $action in
  install) install ;;
  demo)
    install
    ((${#gimps[@]})) || die 'there is no GIMP to show it with.'
    if [[ $system == no ]]; then
      [[ -z ${gimp_folders[2]:-} ]] || export GIMP2_DIRECTORY=${gimp_folders[2]}
      [[ -z ${gimp_folders[3]:-} ]] || export GIMP3_DIRECTORY=${gimp_folders[3]}
    fi
    "$here/demo/run.sh" "${gimps[0]}"
    ;;
  test) run_tests ;;
  deb)
    # shellcheck source=/dev/null
    . "$here/packaging/deb.sh"
    make_package
    ;;
  --uninstall)
    set_folders
    uninstall
    ;;
esac
