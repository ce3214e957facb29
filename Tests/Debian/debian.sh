# shellcheck shell=bash
# Debians in folders, for the checks that need another release, or one without what is installed here: read by Tests/Gimp3/checks.sh
# and Tests/Packages/checks.sh. Needs root's rights, debootstrap, and the Swift toolchain of this system.

die() {
  printf 'checks.sh: %s\n' "$*" >&2
  exit 1
}
# What cannot run here: said, and told apart from a failure by its status.
left_out() {
  printf 'checks.sh: LEFT OUT, as %s\n' "$*" >&2
  exit 77
}

# Finds out whether Debians can be used in a folder, and sets `toolchain`, the one with usr/bin in it, and `repositories`.
prepare_debians() { # FOLDER
  [[ $(id -u) == 0 ]] || left_out 'only root can install a Debian into a folder'
  command -v debootstrap >/dev/null || left_out 'debootstrap is missing: apt-get install debootstrap'
  command -v swift >/dev/null || die 'Swift is missing'
  # shellcheck disable=SC2016 # the shell inside replaces it
  folder=$1 unshare --mount bash -c 'mount --bind "$folder" "$folder"' 2>/dev/null || left_out 'nothing can be mounted here'
  # Launchers of toolchains are elsewhere than what they launch.
  toolchain=$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": *"\(.*\)\/usr\/lib\/swift".*/\1/p')
  [[ -d $toolchain/usr/bin ]] || left_out 'Swift is not in a folder of its own, which could be mounted into another Debian'
  export toolchain
  # Repositories of Swift packages that this system has on its disk instead of on the net.
  repositories=()
  local repository
  while read -r repository; do
    [[ ! -d $repository ]] || repositories+=("$repository")
  done < <(git config --get-regexp 'url\..*\.insteadof' 2>/dev/null | sed -n 's/^url\.\(\/.*\)\.insteadof .*/\1/p' | sort -u)
}

# Installs a Debian as small as it goes, once; a folder that holds something else is left alone.
make_debian() { # RELEASE ROOT
  [[ ! -e $2/.complete ]] || return 0
  if [[ -e $2/.unfinished ]]; then
    rm -rf -- "$2"
  elif [[ -n $(ls -A -- "$2" 2>/dev/null) ]]; then
    die "$2 holds something else: name a new folder"
  fi
  printf 'Installing Debian %s into %s ...\n' "$1" "$2"
  mkdir -p -- "$2"
  touch "$2/.unfinished"
  debootstrap --variant=minbase "$1" "$2" http://deb.debian.org/debian >"$2.log" 2>&1 || die "debootstrap failed: see $2.log"
  # Nothing here has to survive a power cut.
  echo force-unsafe-io >"$2/etc/dpkg/dpkg.cfg.d/unsafe-io"
  mv -- "$2/.unfinished" "$2/.complete"
}

# Copies what is committed and what is not, without what was built.
copy_sources() { # FROM TO
  mkdir -p -- "$2"
  (cd "$1" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"; done |
    tar -c --null -T -) | tar -x -C "$2"
}

# Runs a command in a Debian. FOLDER... of this system, and PLACE=FOLDER at another place, are there meanwhile; :ro behind one
# keeps it from being written to. Mounts are of a namespace of their own and go with it.
within() { # ROOT FOLDER... -- COMMAND...
  local root=$1 folders=()
  shift
  while [[ $1 != -- ]]; do folders+=("$1") && shift; done
  shift
  cp /etc/resolv.conf "$root/etc/"
  [[ ! -e /etc/gitconfig ]] || cp /etc/gitconfig "$root/etc/"
  # shellcheck disable=SC2016 # the shell inside replaces them
  root=$root folders=$(printf '%s\n' "${folders[@]}") unshare --mount bash -euc '
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    while IFS= read -r entry; do
      [[ -n $entry ]] || continue
      folder=${entry%:ro} place=${entry%:ro}
      [[ $folder != *=* ]] || place=${folder%%=*} folder=${folder#*=}
      mkdir -p "$folder" "$root$place"
      mount --bind "$folder" "$root$place"
      [[ $entry != *:ro ]] || mount -o remount,bind,ro "$root$place"
    done <<<"$folders"
    exec chroot "$root" env -i ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} HOME=/root \
      PATH="$toolchain/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive "$@"
  ' bash "$@"
}
