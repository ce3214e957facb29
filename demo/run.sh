#!/usr/bin/env bash
# Restores two photographs through GIMP without a window; install.sh calls it after installing, with GIMP's major version.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
results=$here/results

die() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# Script-Fu of GIMP 3 is another language in small things.
if [[ ${1:-2} == 2 ]] && gimp=$(command -v gimp-console-2.10); then
  program=demo.scm
elif gimp=$(command -v gimp-console-3.0 || command -v gimp-console-3); then
  program=demo3.scm
else
  die 'gimp-console-2.10 and gimp-console-3.0 are missing: install GIMP.'
fi
mkdir -p -- "$results"
pictures=("$results"/{upscale,inpaint}-{before,after,compared}.png)
rm -f -- "${pictures[@]}"

# A path as a Script-Fu string.
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

printf 'Restoring two photographs with GIMP ...\n'
log=$results/gimp.log
# Each -b is a Script-Fu of its own, so that GIMP comes to the last one, which quits, even when the first has failed.
env -u DISPLAY -u WAYLAND_DISPLAY "$gimp" -idf --batch-interpreter plug-in-script-fu-eval \
  -b "(begin (load $(quoted "$here/$program"))
             (demo-upscale $(quoted "$here/komodo.jpg") $(quoted "$results/upscale"))
             (demo-inpaint $(quoted "$here/boats.jpg") $(quoted "$results/inpaint")))" \
  -b '(gimp-quit 0)' >"$log" 2>&1 </dev/null || die "GIMP failed: $(tail -n 3 "$log")"

# GIMP's exit status is 0 whatever happens: what it wrote tells.
if grep -qi 'execution error' "$log"; then
  die "GIMP says: $(grep -i -m 1 -A 1 'execution error' "$log" | tail -n 1) (all it said: $log)"
fi
for picture in "${pictures[@]}"; do
  [[ -s $picture ]] || die "GIMP has not written $picture (its messages: $log)"
done
for task in upscale inpaint; do
  ! cmp -s "$results/$task-before.png" "$results/$task-after.png" || die "$task has changed nothing (messages: $log)"
done

cat <<DONE
Before and after, side by side:
  four times larger   $results/upscale-compared.png
  scratches mended    $results/inpaint-compared.png
Each for itself: $results/{upscale,inpaint}-{before,after}.png
DONE
