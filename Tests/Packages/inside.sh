#!/usr/bin/env bash
# The cases of checks.sh, within a fresh Debian that has neither Swift nor GIMP: /checks has the package.
set -euo pipefail
deb=$(echo /checks/*.deb)
models=/usr/share/resshift/models
failures=0

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  failures=$((failures + 1))
}
apt() { # ARGUMENTS...
  apt-get -o Dpkg::Use-Pty=0 "$@" >/tmp/apt.log 2>&1
}
must() {
  "$@" || {
    printf 'FAILED: %s: %s\n' "$*" "$(tail -n 5 /tmp/apt.log)" >&2
    exit 1
  }
}
# As somebody who is not root.
somebody() { runuser -u somebody -- env HOME=/home/somebody "$@"; }

! command -v swift >/dev/null || fail 'Swift is here: this is not a fresh Debian'
useradd --create-home somebody
must apt update

# A plug-in of `./install.sh --system` is not half overwritten: the package says what to do, and installs nothing.
plug_ins=$(dpkg-deb --fsys-tarfile "$deb" | tar -t | sed -n 's,^\.\(/.*/plug-ins/resshift\)/$,\1,p')
[[ -n $plug_ins ]] || fail 'the package has no plug-in'
mkdir -p "$plug_ins/models"
! apt install -y --no-install-recommends "$deb" || fail 'installed over a plug-in that is no package'
grep -q 'install.sh --system --uninstall' /tmp/apt.log || fail "not said: $(tail -n 5 /tmp/apt.log)"
[[ ! -e /usr/bin/resshift ]] || fail 'files are left of a package that was refused'
rm -r "$plug_ins"

# Without GIMP, the command and the library are useful.
must apt install -y --no-install-recommends "$deb"
! command -v gimp >/dev/null || fail 'GIMP was installed, too'
resshift --version >/dev/null || fail 'the command does not run'
dpkg-query -W -f='${Recommends}' resshift | grep -q '^gimp (' || fail 'GIMP is not recommended'

must apt install -y --no-install-recommends "$deb" gimp imagemagick gcc libc6-dev pkgconf
ldconfig -p | grep -q 'libresshift.so.0 .*=> /lib/.*/libresshift.so.0' || fail 'the loader does not know the library'

# A C program.
read -ra flags <<<"$(pkg-config --cflags --libs resshift)"
cc -Wall -Werror -o /tmp/program /checks/program.c "${flags[@]}" || fail 'a C program does not compile'
[[ $(somebody /tmp/program "$models/compact-sr-x4/model.json") == "32 x 24, version $(pkg-config --modversion resshift)" ]] ||
  fail "a C program says: $(somebody /tmp/program "$models/compact-sr-x4/model.json" 2>&1)"

# The command.
out=$(somebody mktemp -d)
somebody mkdir "$out/in" "$out/large"
somebody convert /checks/boats.jpg -crop 96x64+40+60 +repage "$out/in/photo.png"
somebody resshift upscale "$out/in/photo.png" -o "$out/large.png" --seed 7 --quiet || fail 'resshift upscale'
somebody resshift restore "$out/in/photo.png" -o "$out/restored.png" --seed 7 --quiet || fail 'resshift restore'
[[ $(identify -format '%wx%h' "$out/large.png") == 384x256 ]] || fail 'resshift upscale: not four times as large'
(cd / && somebody resshift models list) | grep -q compact-inpaint || fail 'resshift models list'

# GIMP: the plug-in, and the functions for whole folders; pictures are those of the command.
differ() { compare -metric AE "$1" "$2" null: 2>&1 | sed 's/ .*//' || true; }
same() { [[ $(differ "$1" "$2") == 0 ]] || fail "$3: $(differ "$1" "$2") pixels differ"; }
gimp() { # SCHEME
  if command -v gimp-console-3.0 >/dev/null; then
    somebody timeout 300 gimp-console-3.0 -idf --batch-interpreter plug-in-script-fu-eval --quit -b "$1"
  else
    somebody timeout 300 gimp-console-2.10 -idf --batch-interpreter plug-in-script-fu-eval -b "$1" -b '(gimp-quit 0)'
  fi >/tmp/gimp.log 2>&1
}
restore() { # FROM TO
  if command -v gimp-console-3.0 >/dev/null; then
    gimp "(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE \"$1\")))
                 (layers (car (gimp-image-get-layers image))))
            (plug-in-resshift-restore #:image image #:drawables (vector (vector-ref layers 0)) #:seed 7)
            (gimp-image-flatten image)
            (file-png-export #:run-mode RUN-NONINTERACTIVE #:image image #:file \"$2\"))"
  else
    gimp "(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE \"$1\" \"$1\"))))
            (plug-in-resshift-restore RUN-NONINTERACTIVE image (car (gimp-image-get-active-drawable image)) \"\" 7)
            (file-png-save-defaults RUN-NONINTERACTIVE image (car (gimp-image-flatten image)) \"$2\" \"$2\"))"
  fi
}
restore "$out/in/photo.png" "$out/by-gimp.png" || fail "restore in GIMP: $(tail -n 5 /tmp/gimp.log)"
same "$out/by-gimp.png" "$out/restored.png" 'restore in GIMP'
gimp "(script-fu-resshift-batch-upscale \"$out/in/*.png\" \"$out/large\" \"\" 4 7)" ||
  fail "a folder in GIMP: $(tail -n 5 /tmp/gimp.log)"
same "$out/large/photo.png" "$out/large.png" 'a folder in GIMP'

# With a plug-in of the user's own beside it there is one still: the user's, and GIMP says so.
own=/home/somebody/.config/GIMP/2.10
! command -v gimp-console-3.0 >/dev/null || own=/home/somebody/.config/GIMP/3.0
somebody mkdir -p "$own/plug-ins"
somebody cp -rL "$plug_ins" "$own/plug-ins/resshift"
rm "$out/by-gimp.png"
restore "$out/in/photo.png" "$out/by-gimp.png" || fail "two plug-ins: $(tail -n 5 /tmp/gimp.log)"
same "$out/by-gimp.png" "$out/restored.png" 'two plug-ins'
grep -qi "duplicate.*$plug_ins" /tmp/gimp.log || fail "two plug-ins, and not the package's is left out: $(<"/tmp/gimp.log")"

# Nothing stays.
must apt remove -y resshift
[[ ! -e /usr/bin/resshift && ! -e $plug_ins && ! -e /usr/share/resshift ]] || fail 'files are left after removal'
! ldconfig -p | grep -q libresshift || fail 'the loader still knows the library'

((failures == 0)) || {
  printf '%s: %d checks failed\n' "${deb##*/}" "$failures" >&2
  exit 1
}
printf '%s: all checks passed\n' "${deb##*/}"
