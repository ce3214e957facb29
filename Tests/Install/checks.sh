#!/usr/bin/env bash
# Checks install.sh with a finished build: what it puts where, what it leaves alone, what it says when it cannot.
# Everything happens in a scratch folder; stand-ins for swift, apt-get, sudo and id report what they are told to.
#
#   Tests/Install/checks.sh [CHECK]...     all, or those with the names at the end of this file
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=Tests/checks.sh
. "$here/Tests/checks.sh"
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
stand_ins=$scratch/stand-ins
log=$scratch/log # of the stand-ins' calls

stand_in() { # NAME, its script on standard input
  { printf '#!/bin/bash\n' && cat; } >"$stand_ins/$1"
  chmod +x "$stand_ins/$1"
}

# shellcheck disable=SC2016 # the stand-ins expand their own variables
make_stand_ins() {
  mkdir -p "$stand_ins"
  stand_in swift <<'SWIFT'
    if [[ $1 == --version ]]; then
      [[ -z ${SWIFT_ERROR:-} ]] || { echo "$SWIFT_ERROR" >&2; exit 127; }
      echo "Swift version ${SWIFT:-6.3.1} (swift-RELEASE)"
    elif [[ -n ${BUILD_STATUS:-} ]]; then
      echo 'warning: prohibited flag(s): -pthread, -Wl,--export-dynamic, -pthread' >&2
      echo 'warning: prohibited flag(s): -fanything' >&2
      echo 'error: something' >&2
      echo 'Compiling'
      exit "$BUILD_STATUS"
    fi
SWIFT
  stand_in id <<<'if [[ -n ${USER_ID:-} && $* == -u ]]; then echo "$USER_ID"
    elif [[ $* == -Gn ]]; then echo "${USER_GROUPS:-users}"; else exec /usr/bin/id "$@"; fi'
  # This program itself is a package where PACKAGED says so, with the plug-in in it.
  stand_in dpkg-query <<<'for word; do :; done
    if [[ $1 == -S ]]; then [[ -n ${PACKAGED:-} && $word == */plug-ins/* ]] && echo "resshift: $word"; exit; fi
    [[ $word != resshift || -n ${PACKAGED:-} ]] || exit 1
    [[ " ${MISSING:-} " == *" $word "* ]] || printf installed'
  stand_in apt-get <<<"echo \"apt-get \$*\" >>'$log'; exit \${APT_STATUS:-0}"
  stand_in sudo <<<"[[ \$* != '-n true' ]] || exit \${SUDO_STATUS:-1}; echo \"sudo \$*\" >>'$log'
    [[ \$* != -v ]] || exit \${PASSWORD_STATUS:-1}; exec \"\$@\""
  stand_in ldconfig <<<"echo ldconfig >>'$log'"
  stand_in gimptool-2.0 <<<"echo '$scratch/gimp-'\${1#--gimp}"
}

# install.sh as a user of this scratch folder runs it, without a terminal; words like NAME=VALUE come first.
installer() {
  local settings=()
  while [[ ${1:-} == [A-Z]*=* ]]; do settings+=("$1") && shift; done
  env -u GIMP2_DIRECTORY -u GIMP3_DIRECTORY -u XDG_CONFIG_HOME -u SUDO_USER -u RESSHIFT_STAGE HOME="$scratch/home" \
    PATH="$stand_ins:$PATH" "${settings[@]}" "$here/install.sh" "$@" </dev/null >"$scratch/output" 2>&1
}

# The same with a terminal.
installer_in_terminal() {
  local settings=()
  while [[ ${1:-} == [A-Z]*=* ]]; do settings+=("$1") && shift; done
  env -u GIMP2_DIRECTORY -u GIMP3_DIRECTORY -u XDG_CONFIG_HOME -u SUDO_USER -u RESSHIFT_STAGE HOME="$scratch/home" \
    PATH="$stand_ins:$PATH" "${settings[@]}" script -qec "'$here/install.sh' $*" /dev/null </dev/null >"$scratch/output" 2>&1
}

# What a folder holds, with the sizes of its files.
tree() { (cd "$1" && find . -mindepth 1 \( -type d -printf '%P/\n' -o -printf '%P %s %l\n' \) | sort); }

says() { # TEXT: the last run of install.sh said so
  grep -qF -- "$1" "$scratch/output" || fail "not said: $1" "but: $(tail -n 5 "$scratch/output")"
}
refuses() { # STATUS ARGUMENTS...: install.sh exits so and changes nothing
  local wanted=$1 before status=0
  before=$(tree "$scratch/home")
  installer "${@:2}" || status=$?
  [[ $status == "$wanted" ]] || fail "status $status instead of $wanted: $(tail -n 5 "$scratch/output")"
  [[ $(tree "$scratch/home") == "$before" ]] || fail "changed: $(diff <(echo "$before") <(tree "$scratch/home"))"
}

gimp_folder=$scratch/home/.config/GIMP/2.10
plug_in=$gimp_folder/plug-ins/resshift

check_user_install() {
  installer
  says "Installed ResShift"
  says 'into your PATH'
  local file
  for file in .local/{bin/resshift,lib/libresshift.so,lib/libresshift.so.0,include/resshift.h} \
    .local/share/resshift/models/compact-{sr-x4,inpaint}/{model.json,unet.safetensors,LICENSE}; do
    [[ -s $scratch/home/$file ]] || fail "missing: $file"
  done
  for file in resshift libResShiftGIMP.so models/compact-{sr-x4,inpaint}/{model.json,unet.safetensors,LICENSE}; do
    [[ -s $plug_in/$file ]] || fail "missing in the plug-in: $file"
  done
  [[ -x $plug_in/resshift ]] || fail 'the plug-in cannot be executed'
  [[ -z $(find "$scratch/home" -name '*.resshift-new') ]] || fail 'temporary files are left'
  # Nothing of Swift's is needed at run time, and every library is found.
  for file in "$scratch"/home/.local/{bin/resshift,lib/libresshift.so} "$plug_in"/{resshift,libResShiftGIMP.so}; do
    ! ldd "$file" | grep -E 'libswift|libFoundation|not found' || fail "$file needs more than system libraries"
  done
  env -i PATH=/usr/bin:/bin "$scratch/home/.local/bin/resshift" --help >"$scratch/output" ||
    fail 'the command does not run'
}

check_c_library() {
  printf '#include <resshift.h>\n#include <stdio.h>\nint main(void) { puts(resshift_version()); }\n' >"$scratch/main.c"
  local flags
  read -ra flags <<<"$(PKG_CONFIG_PATH=$scratch/home/.local/lib/pkgconfig pkg-config --cflags --libs resshift)"
  cc -o "$scratch/main" "$scratch/main.c" "${flags[@]}"
  # One version everywhere.
  local version
  version=$(LD_LIBRARY_PATH=$scratch/home/.local/lib "$scratch/main")
  [[ $version == "$(PKG_CONFIG_PATH=$scratch/home/.local/lib/pkgconfig pkg-config --modversion resshift)" ]] ||
    fail "the library is version $version, its pkg-config file is not"
  [[ $version == "$("$scratch/home/.local/bin/resshift" --version)" ]] ||
    fail "the library is version $version, the command is not"
}

# What the user has put into folders of the installation stays through upgrade and uninstallation.
check_upgrade() {
  local weights=.local/share/resshift/models/compact-sr-x4/mine.pth own=$plug_in/models/mine/model.json before library
  echo weights >"$scratch/home/$weights"
  mkdir -p "${own%/*}" && echo '{}' >"$own"
  # A file of an older version that the new one has no more.
  touch "$scratch/home/.local/share/resshift/old-file" "$scratch/home/.local/share/resshift/not-ours"
  echo "$scratch/home/.local/share/resshift/old-file" >>"$scratch/home/.local/share/resshift/manifest"
  # An open file is what a running GIMP has.
  exec {library}<"$plug_in/libResShiftGIMP.so"
  touch -d '1 hour ago' "$plug_in/resshift"
  before=$(tree "$scratch/home" | grep -v old-file)
  installer
  [[ $(tree "$scratch/home" | sed '/manifest/d') == "$(sed '/manifest/d' <<<"$before")" ]] ||
    fail "upgrading changed: $(diff <(echo "$before") <(tree "$scratch/home"))"
  [[ ! "$plug_in/libResShiftGIMP.so" -ef /dev/fd/$library ]] || fail 'the library was overwritten in place'
  cmp -s "/dev/fd/$library" "$plug_in/libResShiftGIMP.so" || fail 'the file that was open has changed'
  [[ -n $(find "$plug_in/resshift" -mmin -30) ]] || fail 'the time of the executable is the old one'
  exec {library}<&-
}

check_uninstall() {
  echo picture >"$scratch/home/picture"
  installer --uninstall
  local left
  left=$(tree "$scratch/home" | grep -v '/$' | sed 's/ .*//')
  [[ $left == "$(printf '%s\n' .config/GIMP/2.10/plug-ins/resshift/models/mine/model.json \
    .local/share/resshift/models/compact-sr-x4/mine.pth .local/share/resshift/not-ours picture)" ]] ||
    fail "left: $left"
  says 'not from this program'
  refuses 1 --uninstall
  says 'nothing to uninstall'
  rm -rf "${scratch:?}/home" && mkdir "$scratch/home"
  installer && installer --uninstall
  [[ -z $(tree "$scratch/home") ]] || fail "left: $(tree "$scratch/home")"
}

check_folders() {
  installer GIMP2_DIRECTORY=own --prefix "$scratch/home/a folder"
  [[ -x "$scratch/home/a folder/bin/resshift" && -x $scratch/home/own/plug-ins/resshift/resshift ]] ||
    fail "not where asked for: $(tree "$scratch/home")"
  installer XDG_CONFIG_HOME="$scratch/home/settings" --prefix="$scratch/home/a folder"
  [[ -x $scratch/home/settings/GIMP/2.10/plug-ins/resshift/resshift ]] || fail 'XDG_CONFIG_HOME is not honoured'
  [[ ! -e $scratch/home/own/plug-ins/resshift/resshift ]] || fail 'the plug-in is installed twice'
  installer --uninstall --prefix "$scratch/home/a folder"
  [[ -z $(tree "$scratch/home") ]] || fail "left: $(tree "$scratch/home")"
}

check_system() {
  : >"$log"
  installer USER_ID=1000 SUDO_STATUS=0 --system --prefix "$scratch/system"
  [[ -x $scratch/system/bin/resshift && -x $scratch/gimp-plugindir/plug-ins/resshift/resshift ]] || fail 'not installed'
  [[ -z $(tree "$scratch/home") ]] || fail "in the user's home: $(tree "$scratch/home")"
  grep -q '^sudo mv' "$log" || fail 'the files were not placed by root'
  grep -q '^ldconfig' "$log" || fail 'the cache of libraries was not renewed'
  installer --system --prefix "$scratch/system" --uninstall
  [[ ! -e $scratch/system && ! -e $scratch/gimp-plugindir ]] || fail "left: $(tree "$scratch/system")"
}

check_failure_leaves_nothing() {
  mkdir -p "$scratch/home/.local/bin/resshift"
  refuses 1
  says '.local/bin/resshift is in the way'
  rm -r "$scratch/home/.local"
  mkdir -p "$scratch/home/.config" && touch "$scratch/home/.config/GIMP"
  refuses 1
  says '.config/GIMP is in the way'
  rm -r "$scratch/home/.config"
}

check_swift() {
  refuses 1 SWIFT=6.2.4
  says 'Swift 6.2 is too old'
  says 'https://www.swift.org/install/linux/'
  local tools=$scratch/tools tool
  mkdir -p "$tools"
  for tool in bash env dirname mktemp rm cat getent id cut; do ln -sf "$(command -v "$tool")" "$tools/$tool"; done
  refuses 1 PATH="$tools"
  says 'Swift is missing'
  says 'https://www.swift.org/install/linux/'
  refuses 1 SWIFT_ERROR='Killed'
  says 'Swift does not run (Killed)'
}

# A toolchain that lacks libraries of the system: which, and what has them; with all other packages in one line.
check_swift_lacks_libraries() {
  local tools=$scratch/toolchain
  mkdir -p "$tools"
  cp "$stand_ins/swift" "$tools"
  echo 'void absent(void) {}' | cc -shared -x c - -Wl,-soname,libxml2.so.99 -o "$tools/libxml2.so"
  echo 'void absent(void); int main(void) { absent(); }' | cc -x c - -L"$tools" -lxml2 -o "$tools/swift-package"
  rm "$tools/libxml2.so"
  refuses 1 PATH="$tools:$stand_ins:$PATH" --no-deps
  says 'Swift does not run without these libraries of the system: libxml2.so.99'
  says 'Debian has them in: libxml2'
  : >"$log"
  refuses 1 PATH="$tools:$stand_ins:$PATH" USER_ID=1000 MISSING='gimp libxml2'
  says 'libxml2.so.99'
  says 'sudo apt-get install -y --no-install-recommends libxml2 gimp'
  [[ ! -s $log ]] || fail "calls: $(<"$log")"
  # It is there after the installation, or is not.
  refuses 1 PATH="$tools:$stand_ins:$PATH" USER_ID=0 MISSING=libxml2
  grep -qx 'apt-get install -y --no-install-recommends libxml2' "$log" || fail "calls: $(<"$log")"
  says 'Swift still lacks libxml2.so.99'
  # Told by the loader, where `swift` only starts the toolchain.
  refuses 1 SWIFT_ERROR='swift: error while loading shared libraries: libncurses.so.6: cannot open shared object file' --no-deps
  says 'Debian has them in: libncurses6'
}

# Passwords are asked for once, and only of those who can do something with it.
check_rights() {
  local tools=$scratch/without-sudo line='sudo apt-get install -y --no-install-recommends gimp'
  # Not in sudo's group: never.
  : >"$log"
  ! installer_in_terminal USER_ID=1000 MISSING=gimp || fail 'installed without packages'
  says "$line"
  says 'not in the group sudo'
  [[ ! -s $log ]] || fail "calls: $(<"$log")"
  # In it, with a password that is wrong, and one that is right.
  ! installer_in_terminal USER_ID=1000 USER_GROUPS='users sudo' MISSING=gimp || fail 'installed without packages'
  says "$line"
  [[ $(<"$log") == 'sudo -v' ]] || fail "calls: $(<"$log")"
  : >"$log"
  installer_in_terminal USER_ID=1000 USER_GROUPS='users sudo' PASSWORD_STATUS=0 MISSING=gimp
  [[ $(grep -c '^sudo -v' "$log") == 1 ]] || fail "calls: $(<"$log")"
  grep -q '^sudo .*apt-get install -y --no-install-recommends gimp$' "$log" || fail "calls: $(<"$log")"
  installer --uninstall
  # In it, and no terminal.
  : >"$log"
  refuses 1 USER_ID=1000 USER_GROUPS='users sudo' PASSWORD_STATUS=0 MISSING=gimp
  says "$line"
  [[ ! -s $log ]] || fail "calls: $(<"$log")"
  # For all users: known before anything is built.
  refuses 1 USER_ID=1000 --system --prefix "$scratch/system"
  says '--system needs the rights of root'
  # No sudo at all.
  mkdir -p "$tools"
  ln -sf /usr/bin/* "$stand_ins"/* "$tools"
  rm -f "$tools/sudo"
  refuses 1 USER_ID=1000 PATH="$tools" MISSING=gimp
  says "su -l -c 'apt-get update && apt-get install -y --no-install-recommends gimp'"
}

# What SwiftPM says of flags that it leaves out is left out; its status and all else are not.
check_noise() {
  refuses 1 BUILD_STATUS=3 --no-deps
  says 'the build failed'
  says 'error: something'
  says 'prohibited flag(s): -fanything'
  says 'Compiling'
  ! grep -q pthread "$scratch/output" || fail "noise: $(<"$scratch/output")"
}

# GIMPs that cannot start the plug-in.
check_sandboxed_gimps() {
  stand_in flatpak <<<'[[ $* == "info org.gimp.GIMP" ]]'
  stand_in snap <<<'[[ $* == "list gimp" ]]'
  installer --no-deps
  says 'came as a flatpak cannot start the plug-in'
  says 'came as a snap cannot start the plug-in'
  says 'apt-get install gimp'
  # The only ones: no development files, either.
  stand_in pkg-config <<<'[[ $* != *gimpui* ]] || exit 1; exec /usr/bin/pkg-config "$@"'
  installer --no-deps
  says 'came as a flatpak cannot start the plug-in'
  installer --uninstall
  rm "$stand_ins"/{flatpak,snap,pkg-config}
}

# The Debian package: what is in it, and what its fields say. Tests/Packages/checks.sh installs it.
check_deb() {
  local tools=$scratch/packaging folder=$scratch/deb deb file before
  mkdir -p "$tools" "$folder"
  cp "$stand_ins/swift" "$tools"
  before=$(tree "$scratch/home")
  (cd "$folder" && installer PATH="$tools:$PATH" DPKG_DEB_COMPRESSOR_LEVEL=1 deb --no-deps) || fail "$(tail -n 5 "$scratch/output")"
  [[ $(tree "$scratch/home") == "$before" ]] || fail 'something was installed'
  deb=$(echo "$folder"/*.deb)
  says "Wrote $deb"
  says "apt-get install $deb"
  local version architecture
  version=$(sed -n 's/^#define RESSHIFT_VERSION "\(.*\)"$/\1/p' "$here/Sources/CResShift/include/resshift.h")
  architecture=$(dpkg --print-architecture)
  [[ ${deb##*/} == "resshift_$version-1~"*"_$architecture.deb" ]] || fail "its name: $deb"
  field() { dpkg-deb -f "$deb" "$1"; }
  [[ $(field Architecture) == "$architecture" ]] || fail "architecture: $(field Architecture)"
  dpkg --compare-versions "$(field Version)" lt "$version-1" || fail "version: $(field Version)"
  dpkg --compare-versions "$(field Version)" gt "$version-1~deb11u1" || fail "version: $(field Version)"
  [[ $(field Depends) == *libopenblas0* && $(field Depends) == *'libc6 (>='* ]] || fail "depends: $(field Depends)"
  [[ $(field Depends) != *@(gimp|gtk|swift|resshift)* ]] || fail "depends: $(field Depends)"
  [[ $(field Recommends) == 'gimp (>= '*libgimp* ]] || fail "recommends: $(field Recommends)"
  # The same to the byte, whenever it is made.
  cp "$deb" "$scratch/first.deb"
  (cd "$folder" && installer PATH="$tools:$PATH" DPKG_DEB_COMPRESSOR_LEVEL=1 deb --no-deps)
  cmp "$deb" "$scratch/first.deb" || fail 'made again it is another'
  # Files, owners and modes.
  local contents=$scratch/contents multiarch executables
  dpkg-deb -c "$deb" >"$contents"
  multiarch=$(cc -print-multiarch)
  ! grep -v ' root/root ' "$contents" || fail 'files are not of root'
  ! grep -Ev '^(d|-)rw(xr-xr-x|-r--r--) |^l' "$contents" || fail 'unusual modes'
  executables=$(sed -n 's,^-rwx.* \./,,p' "$contents")
  [[ $executables == $'usr/bin/resshift\nusr/lib/'*/plug-ins/resshift/resshift ]] || fail "executable: $executables"
  for file in "lib/$multiarch/"{libresshift.so.0,libresshift.so,pkgconfig/resshift.pc} include/resshift.h \
    share/resshift/models/compact-{sr-x4,inpaint}/{model.json,unet.safetensors,LICENSE} \
    share/doc/resshift/{copyright,changelog.gz,changelog.Debian.gz} share/man/man1/resshift.1.gz \
    share/locale/{de,fr,es,ja,zh_CN,pt_BR}/LC_MESSAGES/resshift.mo; do
    grep -q " \./usr/$file\( -> .*\)\?$" "$contents" || fail "missing: $file"
  done
  grep -q '/scripts/resshift-batch.scm$' "$contents" || fail 'missing: the functions for whole folders'
  # What is linked leads somewhere, sums are right, programs know nothing of where they were built.
  local root=$scratch/unpacked link
  dpkg-deb -R "$deb" "$root"
  while IFS= read -r link; do [[ -e $link ]] || fail "leads nowhere: $link"; done < <(find "$root" -type l)
  [[ -s $(echo "$root"/usr/lib/gimp/*/plug-ins/resshift/models/compact-sr-x4/model.json \
    "$root/usr/lib/$multiarch"/gimp/*/plug-ins/resshift/models/compact-sr-x4/model.json | tr ' ' '\n' |
    grep -v '\*') ]] || fail 'the plug-in has no models'
  (cd "$root" && md5sum --quiet -c DEBIAN/md5sums) || fail 'md5sums are wrong'
  grep -q 'GPL-3.0-or-later' "$root/usr/share/doc/resshift/copyright" || fail 'no licence of the program'
  grep -q 'License: CC-BY-SA-4.0' "$root/usr/share/doc/resshift/copyright" || fail 'no licence of the models'
  ! grep -rlF -- "$here" "$root" || fail 'a file names the folder it was built in'
  while IFS= read -r file; do
    ! readelf -d "$file" | grep -E 'R(UN)?PATH' || fail "$file looks for libraries in a folder of its own"
  done < <(find "$root" -type f \( -name 'lib*.so*' -o -path '*/bin/*' \))
  refuses 64 deb --system
  refuses 64 deb --prefix "$scratch/home/x"
}

# Beside the package: for the user with a word, for all users not at all, and what is the package's stays.
check_beside_package() {
  installer PACKAGED=yes --no-deps
  says 'the Debian package resshift is here as well'
  installer --uninstall
  refuses 1 PACKAGED=yes USER_ID=0 --system --prefix "$scratch/system" --no-deps
  says 'apt-get remove resshift'
  installer USER_ID=0 --system --prefix "$scratch/system" --no-deps
  installer USER_ID=0 PACKAGED=yes --system --prefix "$scratch/system" --uninstall
  [[ ! -e $scratch/system && -x $scratch/gimp-plugindir/plug-ins/resshift/resshift ]] ||
    fail "left: $(tree "$scratch")"
  rm -r "$scratch/gimp-plugindir"
}

check_packages() {
  : >"$log"
  # As root: only the missing ones.
  installer USER_ID=0 MISSING='libopenblas-dev gimp'
  [[ $(grep -c '^apt-get install' "$log") == 1 ]] || fail "calls: $(<"$log")"
  grep -qx 'apt-get install -y --no-install-recommends gimp libopenblas-dev' "$log" || fail "calls: $(<"$log")"
  installer --uninstall
  # As a user who may not: the one command to run.
  : >"$log"
  refuses 1 USER_ID=1000 MISSING='libopenblas-dev gimp'
  says 'sudo apt-get install -y --no-install-recommends gimp libopenblas-dev'
  [[ ! -s $log ]] || fail "calls: $(<"$log")"
  # As a user who may.
  installer USER_ID=1000 SUDO_STATUS=0 MISSING=gimp
  grep -q '^sudo .*apt-get install -y --no-install-recommends gimp$' "$log" || fail "calls: $(<"$log")"
  installer --uninstall
  refuses 1 USER_ID=0 APT_STATUS=100 MISSING=gimp
  says 'apt-get could not install gimp'
  # One of those that a release of Debian has one of, whatever the language; none where one is there.
  # shellcheck disable=SC2016 # the stand-in expands its own variables
  stand_in apt-cache <<<'[[ ${LC_ALL:-} == C ]] || { echo "Installationskandidat: 1"; exit; }
    if [[ $2 == libgimp-3.0-dev ]]; then echo "  Candidate: (none)"; else echo "  Candidate: 1"; fi'
  : >"$log"
  installer USER_ID=0 LANGUAGE=de LC_ALL=C.UTF-8 MISSING='libgimp2.0-dev libgimp-3.0-dev'
  grep -qx 'apt-get install -y --no-install-recommends libgimp2.0-dev' "$log" || fail "calls: $(<"$log")"
  : >"$log"
  installer USER_ID=0 MISSING=libgimp-3.0-dev
  [[ ! -s $log ]] || fail "calls: $(<"$log")"
  installer --uninstall
  rm "$stand_ins/apt-cache"
  : >"$log"
  installer MISSING=gimp --no-deps && installer --uninstall
  [[ ! -s $log ]] || fail "called in spite of --no-deps: $(<"$log")"
}

check_other_distributions() {
  stand_in pkg-config <<<'[[ $* != *openblas* && $* != *libtiff* ]]'
  refuses 1 --no-deps
  rm "$stand_ins/pkg-config"
  says 'openblas libtiff-4'
  says 'libopenblas-dev'
  says 'openblas-devel'
}

# Without GIMP there are the command and the library, and a line says so; with GIMP 3 beside 2.10 each gets its plug-in.
check_versions_of_gimp() {
  stand_in pkg-config <<<'[[ $* != *gimpui* ]] || exit 1; exec /usr/bin/pkg-config "$@"'
  installer --no-deps
  says 'no development files of GIMP are here'
  [[ -x $scratch/home/.local/bin/resshift && ! -e $plug_in ]] || fail "$(tree "$scratch/home")"
  installer --uninstall
  [[ -z $(tree "$scratch/home") ]] || fail "left: $(tree "$scratch/home")"
  # A GIMP 3 whose library is 2.10's: what is installed where is what counts here.
  stand_in pkg-config <<<'[[ "$*" != *gimpui-3.0* ]] || { echo 3.0.4; exit; }; exec /usr/bin/pkg-config "$@"'
  [[ -e $here/.build/release/libResShiftGIMP3.so ]] || made=$here/.build/release/libResShiftGIMP3.so
  [[ -z ${made:-} ]] || printf 'int resshift_gimp_main(int c, char **v) { return !c || !v; }\n' |
    cc -shared -fPIC -x c - -o "$made"
  installer --no-deps
  [[ -z ${made:-} ]] || rm "$made"
  [[ -x $plug_in/resshift && -x $scratch/home/.config/GIMP/3.0/plug-ins/resshift/resshift ]] ||
    fail "$(tree "$scratch/home")"
  # Plug-ins stay when the development files of their GIMP have gone.
  local files
  files=$(tree "$scratch/home" | grep -v manifest)
  stand_in pkg-config <<<'[[ $* != *gimpui* ]] || exit 1; exec /usr/bin/pkg-config "$@"'
  installer --no-deps
  [[ $(tree "$scratch/home" | grep -v manifest) == "$files" ]] || fail "$(diff <(echo "$files") <(tree "$scratch/home"))"
  grep -q '#:pattern' "$scratch/home/.config/GIMP/3.0/scripts/resshift-batch.scm" || fail 'no functions for GIMP 3'
  installer --uninstall
  [[ -z $(tree "$scratch/home") ]] || fail "left: $(tree "$scratch/home")"
  rm "$stand_ins/pkg-config"
}

check_usage() {
  refuses 64 --frobnicate
  says '--frobnicate is unknown'
  refuses 64 --prefix
  says '--prefix needs a folder'
  refuses 64 demo test
  refuses 64 --stage "$scratch/home/stage" --system
  refuses 0 --help
  says 'usage: ./install.sh'
}

check_scripts() {
  command -v shellcheck >/dev/null || fail 'shellcheck is missing'
  (cd "$here" && shellcheck -x install.sh packaging/deb.sh .ci/run demo/run.sh Tests/*.sh Tests/{Install,Packages,Gimp3,Debian,Batches,Container}/*.sh)
}

# Heads, places and mnemonics of a catalogue.
is_sound() { msgfmt -c --check-accelerators=_ -o /dev/null "$1"; }

# All that plug-in and command say is in the template, and in each catalogue.
check_translations() {
  local catalogue copy=$scratch/plugin/translations
  "$here/plugin/translations/extract.py" --check || fail 'translations are not complete'
  for catalogue in "$here"/plugin/translations/*.po; do is_sound "$catalogue"; done
  # What is missing is found.
  mkdir -p "$scratch/plugin"
  rm -rf "$copy"
  cp -r "$here/plugin/translations" "$copy"
  rm -rf "$scratch/Sources"
  cp -r "$here/Sources" "$scratch/Sources"
  sed -i 's/^msgid "Cancelled."$/msgid "Another sentence"/' "$copy/de.po"
  ! "$copy/extract.py" --check 2>"$scratch/output" || fail 'a missing sentence is not missed'
  says 'de.po is not complete'
  # A place or a letter that a translation lost.
  sed 's/^msgstr "%1$s.*: vérifié"$/msgstr "vérifié"/' "$copy/fr.po" >"$scratch/places.po"
  sed 's/^msgstr "モデル(_M):"$/msgstr "モデル:"/' "$copy/ja.po" >"$scratch/letters.po"
  for catalogue in "$scratch"/{places,letters}.po; do
    ! is_sound "$catalogue" 2>"$scratch/output" || fail "nothing is wrong with $catalogue"
  done
  # Words that go to a window as they are.
  echo 'func show() { gtk_label_new("Some words") }' >"$scratch/Sources/GtkWindows/Words.swift"
  ! "$copy/extract.py" --check 2>"$scratch/output" || fail 'words without translation are not found'
  says 'Words.swift:1: "Some words" is shown as it is'
  # New sentences come into all catalogues, without a guess.
  echo 'let words: Message = "Cancelled for another reason."' >"$scratch/Sources/GtkWindows/Words.swift"
  "$copy/extract.py" --update
  for catalogue in "$copy"/*.po; do
    grep -A 1 -x 'msgid "Cancelled for another reason."' "$catalogue" | grep -qx 'msgstr ""' || fail "$catalogue lacks it"
  done
  rm -rf "$scratch/Sources"
}

check_demo() {
  local picture
  rm -rf -- "$here/demo/results"
  installer demo || fail "$(tail -n 5 "$scratch/output")"
  for picture in "$here"/demo/results/{upscale,inpaint}-compared.png; do
    says "$picture"
    [[ -s $picture ]] || fail "missing: $picture"
  done
  installer --uninstall
}

make_stand_ins
mkdir -p "$scratch/home"
checks=("$@")
((${#checks[@]})) || checks=(scripts user_install c_library upgrade uninstall folders system failure_leaves_nothing swift
  swift_lacks_libraries packages rights noise other_distributions versions_of_gimp sandboxed_gimps deb beside_package
  usage translations demo)
run_checks install "${checks[@]}"
