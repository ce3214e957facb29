#!/usr/bin/env bash
# Takes the pictures of dialogs in the pages of help, on a screen without a monitor, with what ./install.sh --stage has made:
#
#   ./install.sh --stage .build/stage --no-deps && docs/help-pictures.sh .build/stage/gimp
#
# For one language, or into another folder: docs/help-pictures.sh STAGE LANGUAGE FOLDER, where LANGUAGE is en, de, fr, es, pt_BR, ja or
# zh_CN. The version of GIMP is that of the stage.
set -euo pipefail
stage=$(realpath -- "$1")
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# Procedure, name of the picture.
dialogs=(
  'upscale|upscale' 'inpaint-full|inpaint' 'outpaint|outpaint'
  'restore|restore' 'batch-inpaint|batch' 'models|models'
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
# What the dialog of GIMP 2.10 begins with: some sides, so that there is something to be seen.
mkdir "$work/gimp/resshift"
printf 'left=80\nright=80\n' >"$work/gimp/resshift/plug-in-resshift-outpaint.settings"
version=2
[[ ! -e $stage/plug-ins/resshift/libResShiftGIMP3.so ]] || version=3

# Waits until a process has had nothing to do for some seconds, two minutes at most: the preview is there then.
until_idle() { # PROCESS
  local before='' now calm=0
  for ((i = 0; i < 240 && calm < 6; i++)); do
    now=$(awk '{ print $14 + $15 }' "/proc/$1/stat") || return 0
    if [[ $before && $((now - before)) -le 5 ]]; then calm=$((calm + 1)); else calm=0; fi
    before=$now
    sleep 0.5
  done
}

picture() { # LANGUAGE FOLDER
  local locale dialog procedure name program arguments display window
  locale=C.UTF-8
  if [[ $1 != en ]]; then
    case $1 in
      *_*) locale=$1 ;;
      ja) locale=ja_JP ;;
      *) locale=$1_${1^^} ;;
    esac
    mkdir -p "$work/locales"
    localedef -i "$locale" -f UTF-8 "$work/locales/$locale.UTF-8" || true # which warns of nothing that matters here
    locale+=.UTF-8
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
    IFS='|' read -r procedure name <<<"$dialog"
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
      window=$(xdotool search --onlyvisible --name '^ResShift' 2>/dev/null | tail -n 1) || true
      [[ -z $window ]] || break
      sleep 0.5
    done
    [[ $window ]] || { cat "$work/log" >&2 && echo "no window of $procedure" >&2 && exit 1; }
    # No tooltip in the way.
    xdotool mousemove 1365 767
    sleep 2
    until_idle "$(xdotool getwindowpid "$window")"
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
