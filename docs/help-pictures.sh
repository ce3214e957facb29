#!/usr/bin/env bash
# Takes the pictures of dialogs in the pages of help, on a screen without a monitor, with what ./install.sh --stage has made:
#
#   ./install.sh --stage .build/stage --no-deps && docs/help-pictures.sh .build/stage/gimp
#
# For one language, or into another folder: docs/help-pictures.sh STAGE LANGUAGE FOLDER. The version of GIMP is that of the stage.
set -euo pipefail
stage=$(realpath -- "$1")
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# Procedure, title of its window in each language, name of the picture.
dialogs=(
  'upscale|ResShift: |upscale' 'inpaint-full|ResShift: |inpaint' 'outpaint|ResShift: |outpaint'
  'restore|ResShift: |restore' 'batch-inpaint|ResShift: |batch' 'models|ResShift: |models'
)

work=$(mktemp -d)
started=()
finish() {
  local id
  for id in "${started[@]}"; do kill -KILL "$id" 2>/dev/null || true; done
  rm -rf -- "$work"
}
trap finish EXIT

# A folder of GIMP's settings with the plug-in of the stage.
mkdir "$work/gimp"
cp -r "$stage/plug-ins" "$stage/scripts" "$work/gimp"
version=2
[[ ! -e $stage/plug-ins/resshift/libResShiftGIMP3.so ]] || version=3

picture() { # LANGUAGE FOLDER
  local locale dialog procedure title name program arguments display window
  locale=C.UTF-8
  if [[ $1 != en ]]; then
    locale=$1_${1^^}.UTF-8
    mkdir -p "$work/locales"
    localedef -i "$1_${1^^}" -f UTF-8 "$work/locales/$locale" || true # which warns of nothing that matters here
    export LOCPATH=$work/locales
  fi
  mkdir -p "$2"
  Xvfb -displayfd 3 -screen 0 1366x768x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
  started+=($!)
  until display=$(cat "$work/display") && [[ $display ]]; do sleep 0.2; done
  export DISPLAY=:$display LC_ALL=$locale LANGUAGE=$1
  openbox 2>/dev/null &
  started+=($!)
  for dialog in "${dialogs[@]}"; do
    IFS='|' read -r procedure title name <<<"$dialog"
    if [[ $version == 2 ]]; then
      program='gimp-2.10'
      arguments='RUN-INTERACTIVE image layer'
      [[ $procedure != batch-* && $procedure != models ]] || arguments=RUN-INTERACTIVE
      case $procedure in
        upscale) arguments+=' "" 4 0 -1' ;;
        inpaint-full) arguments+=' "" -1 0 1 0' ;;
        outpaint) arguments+=' "" 0 0 0 0 -1' ;;
        restore) arguments+=' "" -1' ;;
        batch-inpaint) arguments+=' "" "" "" "" -1' ;;
      esac
    else
      program='gimp-3.0'
      arguments='#:run-mode RUN-INTERACTIVE'
      [[ $procedure == batch-* || $procedure == models ]] || arguments+=' #:image image #:drawables (vector layer)'
    fi
    local name_again=' ""' # GIMP 2.10 wants it twice
    [[ $version == 2 ]] || name_again=
    local layer='(car (gimp-image-get-active-layer image))'
    [[ $version == 2 ]] || layer='(vector-ref (car (gimp-image-get-layers image)) 0)'
    cat >"$work/open.scm" <<SCM
(define image (car (gimp-file-load RUN-NONINTERACTIVE "$here/demo/boats.jpg"$name_again)))
(define layer $layer)
(gimp-display-new image)
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 40 40 120 90)
(plug-in-resshift-$procedure $arguments)
SCM
    XDG_CACHE_HOME=$work/cache GIMP2_DIRECTORY=$work/gimp GIMP3_DIRECTORY=$work/gimp "$program" -n --no-splash \
      --batch-interpreter plug-in-script-fu-eval -b "(load \"$work/open.scm\")" >"$work/log" 2>&1 &
    local gimp=$!
    started+=("$gimp")
    for ((i = 0; i < 240; i++)); do
      window=$(xdotool search --onlyvisible --name "^$title" 2>/dev/null | tail -n 1) || true
      [[ -z $window ]] || break
      sleep 0.5
    done
    [[ $window ]] || { cat "$work/log" >&2 && echo "no window of $procedure" >&2 && exit 1; }
    # No tooltip in the way.
    xdotool mousemove 1365 767
    sleep 2
    import -window "$window" -strip -colors 96 "PNG8:$2/$name.png"
    [[ -z ${SCREENS:-} ]] || import -window root "$SCREENS/$version-$1-$name.png"
    kill -KILL "$gimp"
    while pid=$(xdotool getwindowpid "$window" 2>/dev/null) && kill -KILL "$pid" 2>/dev/null; do sleep 0.5; done
  done
}

languages=(en de)
[[ -z ${2:-} ]] || languages=("$2")
for language in "${languages[@]}"; do
  picture "$language" "${3:-$here/plugin/help/$language}"
done
