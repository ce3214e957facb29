#!/usr/bin/env bash
# The cases of checks.sh, within Debian 13: the two commands of the README, what only GIMP 3 has, then the plug-in's tests.
#
#   inside.sh TESTS     the tests' program
set -euo pipefail
tests=$1
cd "$(dirname -- "$0")/../.."
cases=$PWD/Tests/Gimp3/cases.scm
out=$(mktemp -d)
trap 'rm -rf -- "$out"' EXIT
failures=0

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  failures=$((failures + 1))
}

export DEBIAN_FRONTEND=noninteractive
apt-get update >/dev/null
apt-get install -y --no-install-recommends ca-certificates git imagemagick >/dev/null
git config --global --add safe.directory '*'
./install.sh demo >"$out/install.log" 2>&1 || {
  cat "$out/install.log"
  exit 1
}
resshift=/root/.local/bin/resshift

# Runs one program of Script-Fu, each `-b` of which would be an interpreter of its own; its exit status is GIMP's, its
# messages are in $out/log.
gimp() {
  timeout 300 gimp-console-3.0 -idf --batch-interpreter plug-in-script-fu-eval --quit \
    -b "(begin (define out \"$out\") (load \"$cases\") $1)" >"$out/log" 2>&1
}

# Pixels that differ.
differ() { compare -metric AE "$1" "$2" null: 2>&1 | sed 's/ .*//' || true; }
same() { [[ $(differ "$1" "$2") == 0 ]] || fail "$3: $(differ "$1" "$2") pixels differ"; }

photo=$out/photo.png
convert demo/boats.jpg -crop 160x120+40+60 +repage -depth 8 "$photo"
convert "$photo" -alpha set -channel A -evaluate set 60% +channel "$out/alpha.png"
convert "$photo" -colorspace gray -type grayscale "$out/gray.png"
convert "$photo" -depth 16 -evaluate add 0.3% "$out/deep.tif"

# Enlarged pictures are those of the command, whatever the kind of picture: in float32, as in bfloat16, which matrix units bring, what GIMP changes in the
# seventh decimal on the way in may become another level.
export RESSHIFT_ISA=baseline
! grep -q -w avx2 /proc/cpuinfo || RESSHIFT_ISA=avx2
for picture in photo.png alpha.png gray.png deep.tif; do
  "$resshift" upscale "$out/$picture" -o "$out/expected.png" --seed 7 2>/dev/null
  gimp "(upscale \"$picture\" \"up.png\")" || fail "upscale $picture: $(grep -m 1 Error "$out/log")"
  same "$out/up.png" "$out/expected.png" "upscale $picture"
done

# A fill changes the selection and nothing else, and is one layer and one undo step.
gimp '(inpaint "photo.png" "fill.png")' || fail "inpaint: $(grep -m 1 Error "$out/log")"
grep -q "layers 2 offset 40 30 size 50 40" "$out/log" || fail "inpaint: $(grep layers "$out/log")"
convert "$photo" -fill black -draw 'rectangle 40,30 89,69' "$out/rest.png"
convert "$out/fill.png" -fill black -draw 'rectangle 40,30 89,69' "$out/fill-rest.png"
same "$out/fill-rest.png" "$out/rest.png" 'inpaint, outside'
(($(differ "$out/fill.png" "$photo") > 1000)) || fail 'inpaint has changed next to nothing'

# Restoring a whole picture is what the command does.
"$resshift" restore "$photo" -o "$out/expected.png" --seed 7
gimp '(restore "photo.png" "restored.png")' || fail "restore: $(grep -m 1 Error "$out/log")"
same "$out/restored.png" "$out/expected.png" restore

# Live filters are seen by the model: inverted twice is not inverted.
gimp '(filtered "photo.png" "gegl:invert-gamma" "filtered.png")' || fail "filters: $(grep -m 1 Error "$out/log")"
convert "$photo" -negate "$out/negative.png"
"$resshift" upscale "$out/negative.png" -o "$out/expected.png" --factor 2 --seed 7
same "$out/filtered.png" "$out/expected.png" 'a layer with a live filter'
# A shadow makes the layer larger and lies behind what is in it.
gimp '(filtered "photo.png" "gegl:dropshadow" "filtered.png")' || fail "shadow: $(grep -m 1 Error "$out/log")"
"$resshift" upscale "$photo" -o "$out/expected.png" --factor 2 --seed 7
same "$out/filtered.png" "$out/expected.png" 'a layer with a live shadow'

# Several layers in one call.
gimp '(several "photo.png" "several.xcf")' || fail "several: $(grep -m 1 Error "$out/log")"
grep -qF '(large 320 240 layers 4 new 2 sizes (320 80))' "$out/log" || fail "several: $(grep large "$out/log")"
grep -qF '(fills (Inpainted (compact-inpaint) Inpainted (compact-inpaint)' "$out/log" ||
  fail "several: $(grep fills "$out/log")"

# Whole folders.
mkdir "$out/in" "$out/masks" "$out/large" "$out/mended"
cp "$photo" "$out/gray.png" "$out/in"
convert -size 160x120 xc:black -fill white -draw 'circle 80,60 90,70' "$out/masks/photo.png"
gimp '(folders)' || fail "folders: $(grep -m 1 Error "$out/log")"
grep -q "failures 0 1" "$out/log" || fail "folders: $(grep failures "$out/log")"
"$resshift" upscale "$photo" -o "$out/expected.png" --factor 2 --seed 3
same "$out/large/photo.png" "$out/expected.png" 'a folder'
grep -q 'there is no mask for it' "$out/log" || fail 'nothing is said of a missing mask'

# What is wrong is said, and scripts see it.
wrong() { # CALL WORDS
  ! gimp "(let* ((image (open \"photo.png\")) (layer (top image))) $1)" || fail "no error: $1"
  grep -qF -- "$2" "$out/log" || fail "$1 does not say: $2"
}
wrong '(plug-in-resshift-inpaint #:image image #:drawables (vector layer))' 'The selection is empty'
wrong '(plug-in-resshift-upscale #:image image #:drawables (vector layer) #:model "none")' 'unknown model "none"'
wrong '(plug-in-resshift-upscale #:image image #:drawables (vector layer) #:factor 9)' 'out of range'
wrong '(plug-in-resshift-upscale #:image image #:drawables (vector))' 'No layer is selected'
wrong '(plug-in-resshift-models #:run-mode RUN-NONINTERACTIVE)' 'from scripts use the command'

# The cases of GIMP 2.10, in GIMP 3.
apt-get install -y --no-install-recommends xvfb xauth xdotool openbox x11-utils fonts-dejavu-core python3 openssl locales \
  >/dev/null
./install.sh --stage "$out/stage" --no-deps >"$out/install.log" 2>&1 || {
  cat "$out/install.log"
  exit 1
}
unset RESSHIFT_ISA
RESSHIFT_GIMP=3 RESSHIFT_STAGE=$out/stage "$tests" --testing-library swift-testing --filter GimpTests >"$out/tests.log" 2>&1 ||
  {
    grep -v '^◇' "$out/tests.log"
    fail 'tests of the plug-in'
  }
grep 'Test run with [1-9]' "$out/tests.log" || fail 'no test of the plug-in was run'

./install.sh --uninstall >/dev/null
[[ ! -e /root/.config/GIMP/3.0/plug-ins/resshift ]] || fail 'the plug-in is still there'
((failures == 0)) || {
  printf '%d checks failed\n' "$failures" >&2
  exit 1
}
echo 'GIMP 3: all checks passed'
