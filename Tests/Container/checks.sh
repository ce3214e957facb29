#!/usr/bin/env bash
# Builds the image of packaging/Containerfile and uses it: with podman, buildah or docker, whichever runs containers here; without any,
# each instruction of it is followed in a folder with a Debian, by chroot. It says which.
#
#   Tests/Container/checks.sh FOLDER [--built] [--chroot]     as root; some 2 GB, with an engine 6 GB
#
# With --built the build stage is left out: its result, the Debian package, is made of what install.sh has built before. With --chroot
# no engine is looked for. FOLDER keeps, for the next time, a Debian, which is the base of both images where no registry can be
# reached; then the toolchain is this system's.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
package=$(cd -- "$here/../.." && pwd)

# shellcheck source=Tests/Debian/debian.sh
. "$package/Tests/Debian/debian.sh"

(($# >= 1)) || die 'one folder is needed: Tests/Container/checks.sh FOLDER'
[[ $(id -u) == 0 ]] || left_out 'only root can install a Debian into a folder, and give files to nobody'
mkdir -p -- "$1"
folder=$(realpath -- "$1")
shift
built=no engines=(podman buildah docker)
for word; do
  case $word in
    --built) built=yes ;;
    --chroot) engines=() ;;
    *) die "$word is unknown" ;;
  esac
done
scratch=$(mktemp -d -- "$folder/run.XXXXXX")
trap 'clean_up; rm -rf -- "$scratch"' EXIT
containerfile=$package/packaging/Containerfile
image=localhost/resshift-under-test
engine=()  # the words of its command; none: chroot
volumes=() # what is mounted into the image: FOLDER:PLACE, FOLDER:PLACE:ro

say() { printf 'container: %s\n' "$*"; }
fail() {
  printf 'FAILED  container: %s\n' "$*" >&2
  exit 1
}

# --- Engines ----------------------------------------------------------------------------------------------------------

clean_up() { # images and containers of this run
  ((${#engine[@]})) || return 0
  if [[ ${engine[0]} == docker ]]; then
    docker rmi -f "$image" "$image-base" "$image-build" >/dev/null 2>&1 || true
  else
    # Where a user runs it, files belong to others that only exist within its namespace.
    "${engine[0]}" unshare rm -rf -- "$scratch/storage" 2>/dev/null || rm -rf -- "$scratch/storage"
  fi
}

# A Debian as an image; WORDS are further instructions.
import_debian() { # ROOT IMAGE [WORDS]
  rm -rf -- "$scratch/import"
  mkdir -- "$scratch/import"
  tar -c -C "$1" --exclude='./dev/*' --exclude='./proc/*' --exclude=./.complete -f "$scratch/import/base.tar" .
  printf 'FROM scratch\nADD base.tar /\n%s\n' "${3:-}" >"$scratch/import/Containerfile"
  "${engine[@]}" build -q -f "$scratch/import/Containerfile" -t "$2" "$scratch/import" >"$scratch/log" 2>&1 ||
    die "${engine[0]} cannot import $1: $(tail -n 3 "$scratch/log")"
  rm -rf -- "$scratch/import"
}

# Runs a command, without one the entry point, in the image.
in_engine() { # [--command] WORD...
  local mounts=() mount container status=0 entry=()
  for mount in "${volumes[@]}"; do mounts+=(-v "$mount"); done
  if [[ ${engine[0]} != buildah ]]; then
    [[ ${1:-} != --command ]] || { entry=(--entrypoint "$2") && shift 2; }
    "${engine[@]}" run --rm --network none --read-only --tmpfs /tmp "${mounts[@]}" "${entry[@]}" "$image" "$@"
    return
  fi
  if [[ ${1:-} == --command ]]; then shift; else
    mapfile -t entry < <("${engine[@]}" inspect --type image --format '{{range .OCIv1.Config.Entrypoint}}{{println .}}{{end}}' \
      "$image" | sed '/^$/d')
  fi
  container=$("${engine[@]}" from --pull-never "$image")
  "${engine[@]}" run "${mounts[@]}" "$container" -- "${entry[@]}" "$@" || status=$?
  "${engine[@]}" rm "$container" >/dev/null
  return "$status"
}

# Which engine runs containers here, if one does. Its images are in the folder, away from the user's.
find_engine() {
  local name
  for name in "${engines[@]}"; do
    command -v "$name" >/dev/null || continue
    engine=("$name")
    [[ $name == docker ]] || engine+=(--root "$scratch/storage" --runroot "$scratch/storage/run" --storage-driver vfs)
    # Where no namespaces can be made a container of a root's is one by chroot.
    [[ $name == docker || $(id -u) != 0 ]] || export BUILDAH_ISOLATION=chroot
    if "${engine[@]}" info >"$scratch/log" 2>&1 && runs_containers; then return; fi
    say "$name runs no containers here: $(tail -n 1 "$scratch/log")"
    clean_up
    engine=()
  done
}

# One with nothing but a program that is linked to nothing, if there is such a program.
runs_containers() {
  mkdir -p "$scratch/try"
  printf 'int main(void) { return 0; }\n' | cc -static -x c -o "$scratch/try/true" - 2>"$scratch/log" || return 1
  printf 'FROM scratch\nCOPY true /true\nENTRYPOINT ["/true"]\n' >"$scratch/try/Containerfile"
  "${engine[@]}" build -q -f "$scratch/try/Containerfile" -t "$image" "$scratch/try" >"$scratch/log" 2>&1 &&
    in_engine >"$scratch/log" 2>&1
}

build_by_engine() {
  local words=() base=localhost
  if "${engine[@]}" pull -q "$(argument BASE_IMAGE)" >"$scratch/log" 2>&1; then
    base=$(argument BASE_IMAGE)
  else
    say "no registry: $(argument BASE_IMAGE) is a Debian of debootstrap's here"
    base=$image-base
    prepare_debians "$folder"
    make_debian bookworm "$folder/bookworm"
    import_debian "$folder/bookworm" "$base"
  fi
  words+=(--build-arg "BASE_IMAGE=$base")
  sources=$package
  if [[ $built == yes ]]; then
    # The build stage is nothing but its result.
    sources=$scratch/context
    mkdir -p "$sources/packaging"
    cp -r "$scratch/made" "$sources/"
    awk -v RS= -v ORS='\n\n' '/AS build/ { print "FROM ${BASE_IMAGE} AS build\nCOPY made /made"; next } 1' "$containerfile" \
      >"$sources/packaging/Containerfile"
  elif ! "${engine[@]}" pull -q "$(argument BUILD_IMAGE)" >"$scratch/log" 2>&1; then
    say "no registry: $(argument BUILD_IMAGE) is a Debian of debootstrap's with this system's Swift here"
    prepare_debians "$folder"
    build_image
    words+=(--build-arg "BUILD_IMAGE=$image-build" "${build_words[@]}")
  fi
  "${engine[@]}" build "${words[@]}" -f "$sources/packaging/Containerfile" -t "$image" "$sources" >"$folder/build.log" 2>&1 ||
    fail "the build: $(tail -n 5 "$folder/build.log") (see $folder/build.log)"
}

# An image with the toolchain in its PATH, and with what that is linked to; podman and buildah mount the toolchain.
build_image() {
  local repository
  build_words=()
  make_build_debian
  if [[ ${engine[0]} == docker ]]; then
    cp -a --parents -- "$toolchain" "${repositories[@]}" "$scratch/build"
  else
    for repository in "$toolchain" "${repositories[@]}"; do build_words+=(-v "$repository:$repository:ro"); done
  fi
  import_debian "$scratch/build" "$image-build" "ENV PATH=$toolchain/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  rm -rf -- "$scratch/build"
}

# What images with Swift have beside it.
make_build_debian() {
  make_debian bookworm "$folder/bookworm"
  cp -a -- "$folder/bookworm" "$scratch/build"
  within "$scratch/build" -- bash -c 'apt-get update && apt-get install -y --no-install-recommends git ca-certificates \
    libcurl4 libxml2 libsqlite3-0 libncurses6 libstdc++-12-dev libc6-dev zlib1g && git config --system --add safe.directory "*"' \
    >"$scratch/log" 2>&1 || die "no Debian to build in: $(tail -n 3 "$scratch/log")"
}

# --- Without an engine ------------------------------------------------------------------------------------------------

# What the Containerfile says when it is not told otherwise.
argument() { # NAME
  sed -n "s/^ARG $1=//p" "$containerfile"
}

# The instructions, a line each.
instructions() { sed -e '/^#/d' "$containerfile" | sed -e ':join; /\\$/ { N; s/\\\n//; b join }' | sed '/^ *$/d'; }

roots=() # of the stages
# Follows the instructions, each stage in a Debian of its own. What is left: root, environment, user and entry point of the last.
build_by_chroot() {
  local line word words rest stage=none root='' to
  while IFS= read -r line; do
    word=${line%% *} rest=${line#* }
    read -ra words <<<"$rest"
    case $word in
      ARG) continue ;;
      FROM) ;;
      *) [[ $stage != build || $built == no ]] || continue ;;
    esac
    [[ $word == FROM ]] || say "chroot, stage $stage: ${line:0:90}"
    case $word in
      FROM)
        stage=${words[2]:-result} root=$scratch/root-${words[2]:-result} directory=/ environment=(HOME=/root)
        roots+=("$root")
        if [[ $stage == build && $built == yes ]]; then
          mkdir -p "$root" && cp -r "$scratch/made" "$root/"
        elif [[ $stage == build ]]; then
          make_build_debian
          mv -- "$scratch/build" "$root"
        else
          cp -a -- "$folder/bookworm" "$root"
        fi
        ;;
      RUN) run_in_stage "$stage" "$root" "$rest" ;;
      COPY)
        to=$root${words[-1]}
        unset 'words[-1]'
        if [[ -d $package/${words[0]} ]]; then mkdir -p "$to" && cp -a "$package/${words[0]}/." "$to"; else
          for word in "${words[@]}"; do cp -a "$package/$word" "$to"; done
        fi
        ;;
      ENV) environment+=("${words[@]}") ;;
      WORKDIR) directory=$rest && mkdir -p "$root$directory" ;;
      USER) user=$rest ;;
      ENTRYPOINT) mapfile -t entry_point < <(/usr/bin/python3 -c 'import json, sys; print("\n".join(json.loads(sys.argv[1])))' "$rest") ;;
      *) die "what does $word mean? Teach Tests/Container/checks.sh" ;;
    esac
  done < <(instructions)
  result=$root
}

run_in_stage() { # STAGE ROOT COMMAND
  local folders=() command=$3 mount from target
  while [[ $command == --mount=* ]]; do
    mount=${command%% *} command=${command#* }
    [[ $mount =~ ^--mount=type=bind,from=([a-z]+),source=([^,]+),target=([^,]+)$ ]] || die "a mount that is not known: $mount"
    from=$scratch/root-${BASH_REMATCH[1]}${BASH_REMATCH[2]} target=${BASH_REMATCH[3]}
    folders+=("$target=$from:ro")
  done
  [[ $1 != build ]] || folders+=("$toolchain:ro" "${repositories[@]/%/:ro}")
  within "$2" "${folders[@]}" -- env "${environment[@]}" sh -c "cd '$directory' && $command" >"$folder/build.log" 2>&1 ||
    fail "RUN ${command:0:60}...: $(tail -n 5 "$folder/build.log") (see $folder/build.log)"
}

in_chroot() { # [--command] WORD...
  local words=() mounts=() volume
  if [[ ${1:-} == --command ]]; then shift; else words=("${entry_point[@]}"); fi
  for volume in "${volumes[@]}"; do
    if [[ $volume == *:ro ]]; then volume=${volume%:ro} && mounts+=("${volume#*:}=${volume%%:*}:ro"); else
      mounts+=("${volume#*:}=${volume%%:*}")
    fi
  done
  # shellcheck disable=SC2016 # the shell inside replaces them
  within "$result" "${mounts[@]}" -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${environment[@]}" \
    HOME=/nonexistent setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups --no-new-privs --bounding-set=-all \
    sh -c 'cd "$0" && exec "$@"' "$directory" "${words[@]}" "$@"
}

# --- The image --------------------------------------------------------------------------------------------------------

in_image() { if ((${#engine[@]})); then in_engine "$@"; else in_chroot "$@"; fi; }
# A shell's words.
in_shell() { in_image --command sh -c "$1"; }

check_image() {
  local data=$scratch/data models=$scratch/models found version
  version=$(sed -n 's/^#define RESSHIFT_VERSION "\(.*\)"$/\1/p' "$package/Sources/CResShift/include/resshift.h")
  [[ $(in_image --version) == "$version" ]] || fail "its version: $(in_image --version 2>&1)"
  [[ $(in_shell 'id -u; id -g; pwd' | tr '\n' ' ') == '65534 65534 /data ' ]] || fail "it runs as $(in_shell 'id; pwd' | tr '\n' ' ')"
  # Neither Swift nor what else a build needs; all that is linked is there.
  # shellcheck disable=SC2016
  found=$(in_shell 'find / -xdev \( -name "libswift*" -o -name "libFoundation*" -o -name "swift*" -o -name "*.deb" \) -type f 2>/dev/null
    command -v swift gcc git pkg-config; ldd "$(command -v resshift)" | grep -i "swift\|not found"' 2>/dev/null) || true
  [[ -z $found ]] || fail "in the image: $found"
  found=$(in_shell 'touch /usr/bin/x /usr/share/resshift/models/x /x 2>/dev/null; ls /usr/bin/x /usr/share/resshift/models/x /x 2>/dev/null' 2>/dev/null) || true
  [[ -z $found ]] || fail "nobody may write $found"
  # Built-in models and others; pictures of a folder that belongs to nobody.
  mkdir -p "$data/photos" "$models/mine"
  for found in 1 2 3; do convert -size "1${found}x12" gradient:red-blue "$data/photos/picture $found.png"; done
  cp -r "$package/plugin/models/compact-sr-x4/." "$models/mine/"
  sed -i 's/"name": *"compact-sr-x4"/"name": "mine"/' "$models/mine/model.json"
  chown -R 65534:65534 "$data"
  volumes=("$data:/data" "$models:/models:ro")
  in_image models list >"$scratch/listed" || fail 'models list'
  grep -q '^mine ' "$scratch/listed" || fail "a mounted model is not listed: $(<"$scratch/listed")"
  grep -q '^compact-inpaint ' "$scratch/listed" || fail "a built-in model is not listed: $(<"$scratch/listed")"
  in_image upscale photos --output enlarged --threads 1 --quiet 2>"$scratch/log" || fail "upscale: $(<"$scratch/log")"
  [[ ! -s $scratch/log ]] || fail "upscale says: $(<"$scratch/log")"
  in_image upscale photos --output mine --model mine --threads 1 --quiet || fail 'upscale with a mounted model'
  [[ $(identify -format '%wx%h' "$data/enlarged/picture 2.png") == 48x48 ]] || fail 'upscale: not four times as large'
  diff -r "$data/enlarged" "$data/mine" || fail 'a mounted copy of a model gives another picture'
  # As the recipe for Kubernetes starts it.
  # shellcheck disable=SC2016 # the shell inside replaces it
  in_shell 'find photos -type f | sort >list.txt; for k in 1 2 3 4; do resshift upscale --files-from list.txt --slice $k/4 --output slices \
    --skip-existing --threads 1 --memory 2G --quiet --report reports.jsonl || exit; done' || fail 'slices'
  diff -r "$data/enlarged" "$data/slices" || fail 'slices give other pictures'
  # What it refuses it says by its status.
  local status=0
  in_image upscale nothing.png --output x.png 2>"$scratch/log" || status=$?
  [[ $status == 66 ]] || fail "status $status for a picture that is not there: $(<"$scratch/log")"
  [[ -z $(find "$data" -user root) ]] || fail "files of root: $(find "$data" -user root)"
}

# The package of what is in .build/release: nothing is compiled.
make_built_package() {
  mkdir -p "$scratch/stand-ins" "$scratch/made"
  # shellcheck disable=SC2016
  printf '#!/bin/sh\n[ "$1" != --version ] || echo "Swift version 6.3 (built before)"\n' >"$scratch/stand-ins/swift"
  chmod +x "$scratch/stand-ins/swift"
  [[ -x $package/.build/release/resshift ]] || die "nothing is built in $package/.build/release"
  (cd "$scratch/made" && PATH="$scratch/stand-ins:$PATH" DPKG_DEB_COMPRESSOR_TYPE=none "$package/install.sh" deb --no-deps) \
    >"$scratch/log" 2>&1 || die "no package: $(tail -n 3 "$scratch/log")"
}

find_engine
[[ $built == no ]] || make_built_package
if ((${#engine[@]})); then
  say "built and run with $("${engine[@]}" --version)"
  build_by_engine
else
  why='no podman, buildah or docker that runs containers'
  ((${#engines[@]})) || why='as asked'
  say "each instruction is followed in a chroot: $why"
  prepare_debians "$folder"
  make_debian bookworm "$folder/bookworm"
  build_by_chroot
fi
check_image
how='the whole Containerfile'
[[ $built == no ]] || how='the result stage, with the package of this build'
if ((${#engine[@]})); then say "ok: $how, by ${engine[0]}"; else say "ok: $how, by chroot ($why)"; fi
