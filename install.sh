#!/usr/bin/env bash
# Builds ResShift for GIMP and installs it; `./install.sh --help` says how.
set -euo pipefail
umask 022
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here

usage() {
  cat <<'HELP'
usage: ./install.sh [demo | test] [--system] [--prefix DIR] [--no-deps]
       ./install.sh --uninstall [--system] [--prefix DIR]

Builds ResShift for GIMP and installs the command, the C library, the models and the GIMP plug-in for you.

  demo          install, then restore two photographs with GIMP and say where the results are
  test          build, install into a folder of the build and run all tests; installs nothing else
  --system      install for all users: /usr/local and GIMP's own folder (asks for root's rights)
  --prefix DIR  where bin, lib, include and share go (default: ~/.local, with --system /usr/local)
  --stage DIR   everything below DIR, the plug-in in DIR/gimp or DIR/gimp3: for tests and packages
  --no-deps     do not look for missing Debian packages
  --uninstall   remove what was installed; models and weights that you added stay
  --help        this text

The plug-in is built for each GIMP whose development files are here, 2.10 and 3, and goes where that looks for those of the
user: $GIMP2_DIRECTORY, or ~/.config/GIMP/2.10; $GIMP3_DIRECTORY, or ~/.config/GIMP/3.0. Without GIMP there are the command and the
C library.
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

build_packages=(gcc g++ git pkg-config gimp libglib2.0-dev libopenblas-dev
  libpng-dev zlib1g-dev libjpeg-dev libtiff-dev libwebp-dev libcurl4-openssl-dev libssl-dev)
# Those of GIMP's, of which a release of Debian has one.
gimp_packages=(libgimp2.0-dev libgimp-3.0-dev)
# What the Swift toolchain is linked to: packages by either of their names.
swift_packages=(libncurses6 libcurl4 libcurl4t64 libxml2)
test_packages=(xvfb xauth xdotool openbox x11-utils imagemagick fonts-dejavu-core shellcheck python3 openssl)
# The same as pkg-config names them, with what to look for where packages have other names.
libraries=(openblas libpng zlib libjpeg libtiff-4 libwebpmux libcurl libcrypto)
gimps=() # the major versions of GIMP that the plug-in is built for

# Stops unless a Swift that can build the package is in the PATH.
require_swift() {
  local advice='install it from https://www.swift.org/install/linux/ and put its usr/bin into your PATH'
  command -v swift >/dev/null || die "Swift is missing: version 6.3 or newer is needed; $advice."
  local version
  if ! version=$(swift --version 2>/dev/null </dev/null); then
    # Toolchains come without the libraries of the system that they are linked to.
    [[ $deps == no ]] || require_packages "${swift_packages[@]}"
    version=$(swift --version 2>/dev/null </dev/null) || die "Swift does not run: try 'swift --version', or $advice."
  fi
  [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || die "Swift does not tell its version: $advice."
  ((BASH_REMATCH[1] > 6 || (BASH_REMATCH[1] == 6 && BASH_REMATCH[2] >= 3))) ||
    die "Swift ${BASH_REMATCH[1]}.${BASH_REMATCH[2]} is too old: version 6.3 or newer is needed; $advice."
}

is_root() { [[ $(id -u) == 0 ]]; }

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# Whether this system's lists have such a package.
is_known() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep 'Candidate:' | grep -qv '(none)'; }

# Whether a package is one of several of which a release of Debian has one.
is_alternative() { [[ $1 == libgimp2.0-dev || $1 == libgimp-3.0-dev || $1 == libcurl4 || $1 == libcurl4t64 ]]; }

# Installs those of the named Debian packages that are missing, or says how and stops. Of alternatives one is enough, and none is
# fine where there is none.
require_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    return # not Debian: require_libraries tells what is missing
  fi
  local missing=() alternatives=() has_one=no package
  for package in "$@"; do
    if is_installed "$package"; then
      ! is_alternative "$package" || has_one=yes
    elif is_alternative "$package"; then
      alternatives+=("$package")
    else
      missing+=("$package")
    fi
  done
  [[ $has_one == no ]] || alternatives=()
  ((${#missing[@]} + ${#alternatives[@]})) || return 0
  local install=(apt-get install -y --no-install-recommends) as_root=()
  if ! is_root; then
    as_root=(sudo)
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
      for package in "${alternatives[@]}"; do
        ! is_known "$package" || missing+=("$package")
      done
      ((${#missing[@]})) || return 0
      warn "these Debian packages are missing: ${missing[*]}"
      warn 'run this command, then ./install.sh again:'
      say "sudo ${install[*]} ${missing[*]}"
      exit 1
    fi
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update ||
    warn 'apt-get update failed: trying with the package lists as they are'
  for package in "${alternatives[@]}"; do
    ! is_known "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "Installing Debian packages: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" "${missing[@]}" ||
    die "apt-get could not install ${missing[*]}: see its messages above."
}

# Stops unless every library that is linked has its development files here.
require_libraries() {
  command -v pkg-config >/dev/null || die 'pkg-config is missing: install the package of that name.'
  command -v cc >/dev/null || die 'a C compiler is missing (cc): install gcc.'
  local missing=() library
  for library in "${libraries[@]}"; do
    pkg-config --exists "$library" || missing+=("$library")
  done
  ((${#missing[@]})) || return 0
  die "development files are missing for (by their pkg-config names): ${missing[*]}." \
    "On Debian these packages have them: ${build_packages[*]}. Other distributions name them alike, as in gimp-devel, openblas-devel, libpng-devel, zlib-devel," \
    "libjpeg-turbo-devel, libtiff-devel, libwebp-devel, libcurl-devel, openssl-devel."
}

# Finds out for which versions of GIMP the plug-in can be built.
find_gimps() {
  ! pkg-config --exists gimpui-2.0 || gimps+=(2)
  ! pkg-config --exists gimpui-3.0 || gimps+=(3)
  # For Package.swift.
  export RESSHIFT_GIMPS="${gimps[*]}"
  ((${#gimps[@]})) || warn "no development files of GIMP are here (libgimp2.0-dev or libgimp-3.0-dev; gimp-devel): the command and the" \
    'C library are installed, the plug-in is not.'
}

# Says what to expect where no GIMP is found that the plug-in could run in.
look_for_gimp() {
  ((${#gimps[@]})) && ! command -v gimp-2.10 >/dev/null && ! command -v gimp >/dev/null || return 0
  warn "no GIMP is in the PATH: the plug-in is installed for the day there is one, in $(printf '%s ' "${gimp_folders[@]}")."
  if flatpak info org.gimp.GIMP >/dev/null 2>&1; then
    warn 'the GIMP that came as a flatpak cannot use it: it is shut off from the libraries of this system.'
  fi
  if snap list gimp >/dev/null 2>&1; then
    warn 'the GIMP that came as a snap cannot use it: it is shut off from the libraries of this system.'
  fi
}

# --- Build ------------------------------------------------------------------------------------------------------------

readonly built=$here/.build/release

library_of() { if [[ $1 == 3 ]]; then say ResShiftGIMP3; else say ResShiftGIMP; fi; } # MAJOR-VERSION
main_of() { if [[ $1 == 3 ]]; then say main3.c; else say main.c; fi; }                 # MAJOR-VERSION

build() {
  say 'Building (some minutes the first time) ...'
  local product gimp products=(resshift ResShiftC)
  for gimp in "${gimps[@]}"; do products+=("$(library_of "$gimp")"); done
  # One by one, since together would be with the tests' helpers, which cannot have the Swift runtime linked in.
  for product in "${products[@]}"; do
    (cd "$here" && swift build -c release -Xswiftc -static-stdlib --product "$product" </dev/null) ||
      die 'the build failed: see the messages above. Nothing was installed.'
  done
  local flags
  for gimp in "${gimps[@]}"; do
    flags=()
    [[ $gimp == 3 ]] || read -ra flags <<<"$(pkg-config --cflags --libs gimp-2.0)"
    # shellcheck disable=SC2016 # the loader, not the shell, replaces $ORIGIN
    cc -O2 -Wall -o "$work/plug-in-$gimp" "$here/plugin/$(main_of "$gimp")" -L"$built" "-l$(library_of "$gimp")" \
      "${flags[@]}" '-Wl,-rpath,$ORIGIN' -Wl,--allow-shlib-undefined ||
      die "plugin/$(main_of "$gimp") does not compile. Nothing was installed."
  done
  # Without the symbols that only debuggers read: a third less to install and to load.
  local file
  for file in resshift "${products[@]/#/lib}"; do
    [[ $file != libresshift ]] || continue
    [[ $file == resshift ]] || file+=.so
    strip --strip-unneeded -o "$work/$file" "$built/$file" || die "cannot strip $built/$file. Nothing was installed."
  done
  version=$(sed -n 's/^#define RESSHIFT_VERSION "\(.*\)"$/\1/p' "$here/Sources/CResShift/include/resshift.h")
  cat >"$work/resshift.pc" <<PC
prefix=\${pcfiledir}/../..

Name: resshift
Description: Restores photographs with the ResShift diffusion model
URL: https://arxiv.org/abs/2403.07319
Version: $version
Libs: -L\${prefix}/lib -lresshift
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

list_files() {
  add "$work/libResShiftC.so" "$prefix/lib/libresshift.so.0" 755
  add "$here/Sources/CResShift/include/resshift.h" "$prefix/include/resshift.h" 644
  add "$work/resshift.pc" "$prefix/lib/pkgconfig/resshift.pc" 644
  add_models "$prefix/share/resshift/models"
  add "$work/resshift" "$prefix/bin/resshift" 755
  local gimp script folder
  for gimp in "${gimps[@]}"; do
    folder=${gimp_folders[$gimp]}/plug-ins/resshift
    add "$work/lib$(library_of "$gimp").so" "$folder/lib$(library_of "$gimp").so" 755
    add_models "$folder/models"
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
  list_files
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

uninstall() {
  [[ -e $manifest ]] ||
    die "nothing to uninstall: $manifest is not there. Was another --prefix, or --system, used to install?"
  local entries=() i kept=()
  mapfile -t entries < <(grep '^/' "$manifest")
  for i in "${entries[@]}"; do
    [[ $i == */ ]] || privileged rm -f -- "$i" || die "cannot remove $i."
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

install() {
  require_swift
  [[ $deps == no ]] || require_packages "${build_packages[@]}" "${gimp_packages[@]}"
  require_libraries
  find_gimps
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
  look_for_gimp
}

run_tests() {
  require_swift
  [[ $deps == no ]] || require_packages "${build_packages[@]}" "${gimp_packages[@]}" "${test_packages[@]}"
  require_libraries
  rm -rf -- "$here/.build/stage"
  stage=$here/.build/stage deps=no
  install
  local failed=()
  "$here/Tests/Install/checks.sh" || failed+=('checks of the installation (Tests/Install/checks.sh)')
  # Other flags than those of the build: objects of their own.
  (cd "$here" && RESSHIFT_STAGE=$stage swift test -c release -Xswiftc -enable-testing \
    --scratch-path .build/testing </dev/null) || failed+=('tests (swift test)')
  ((!${#failed[@]})) || die "failed: $(printf '%s; ' "${failed[@]}")see above."
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
    demo | test | --uninstall)
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
[[ $action != test || ($system == no && -z $prefix && -z $stage) ]] || misused 'test has a folder of its own'
if [[ $system == yes ]]; then
  default_prefix=/usr/local
  is_root || command -v sudo >/dev/null || die '--system needs root: run it as root, or install sudo.'
else
  default_prefix=$HOME/.local
  [[ -z ${SUDO_USER:-} || -n $stage ]] || ! is_root ||
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
  --uninstall)
    set_folders
    uninstall
    ;;
esac
