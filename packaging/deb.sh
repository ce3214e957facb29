# shellcheck shell=bash
# A Debian package of what install.sh builds; install.sh reads this file for `./install.sh deb`.
#
# One package for command, C library and plug-in, for the release of Debian it is made on. It needs neither Swift nor
# GIMP: what only the plug-in uses is recommended. Made without root, and the same to the byte from the same build.

# shellcheck disable=SC2034,SC2154 # variables are those of install.sh

# The release of the distribution as a part of a version: deb12u1, deb13u1, ubuntu24.04.1. A later release's is greater,
# so that the package for it takes the place of the older one; ~ puts both below a version that Debian itself may make.
release_tag() {
  # shellcheck source=/dev/null
  . /etc/os-release
  local release=${VERSION_ID:-${VERSION_CODENAME:-}}
  case ${ID:-linux} in
    debian) say "deb${release}u1" ;;
    *) say "${ID:-linux}$release.1" ;;
  esac
}

# Sources of the same state have the same time, whenever they are packaged: that of the commit.
source_date() {
  git -C "$here" log -1 --format=%ct 2>/dev/null || stat -c %Y "$here/CHANGELOG.md"
}

make_package() {
  local tool
  prepare dpkg-dev
  for tool in dpkg-deb dpkg-shlibdeps; do
    command -v "$tool" >/dev/null || die "$tool is missing: a .deb is made on Debian, with dpkg-dev installed."
  done
  build
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(source_date)}
  export SOURCE_DATE_EPOCH
  local root=$work/root multiarch package file
  multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
  package=$version-1~$(release_tag)
  file=$PWD/resshift_${package}_$(dpkg --print-architecture).deb
  fill_root "$multiarch"
  write_documents "$package"
  write_control "$multiarch" "$package"
  # The times of what was made just now; dpkg-deb leaves those be that are older.
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" -- {} +
  dpkg-deb --root-owner-group --build "$root" "$work/package.deb" >/dev/null || die 'dpkg-deb failed: see above.'
  cp -- "$work/package.deb" "$file" || die "cannot write $file."
  say "Wrote $file"
  if ((${#gimps[@]})); then
    say 'This line, as root, installs it, and GIMP where that is missing (--no-install-recommends leaves GIMP out):'
  else
    say 'This line, as root, installs it:'
  fi
  say "apt-get install $file"
}

# The files of install.sh, at the places of packages.
fill_root() { # MULTIARCH
  local gimp i
  prefix=$root/usr
  for gimp in "${gimps[@]}"; do
    command -v "gimptool-$gimp.0" >/dev/null || die "gimptool-$gimp.0 is missing: install it."
    gimp_folders[gimp]=$root$(gimptool-"$gimp.0" --gimpplugindir)
    scripts_folders[gimp]=$root$(gimptool-"$gimp.0" --gimpdatadir)/scripts
  done
  write_pc /usr "lib/$1"
  list_files "lib/$1"
  add libresshift.so.0 "$prefix/lib/$1/libresshift.so" link
  for ((i = 0; i < ${#targets[@]}; i++)); do
    mkdir -p -- "$(dirname -- "${targets[i]}")"
    if [[ ${modes[i]} == link ]]; then
      ln -s -- "${sources[i]}" "${targets[i]}"
    else
      cp -- "${sources[i]}" "${targets[i]}" && chmod "${modes[i]}" -- "${targets[i]}"
    fi
  done
  # Only programs are executable: libraries of packages are not.
  find "$root" -name 'lib*.so*' -type f -exec chmod 644 -- {} +
}

# Who answers for the package: who makes it, as Debian's tools are told, or the project.
maintainer() {
  say "${DEBFULLNAME:-The ResShift for GIMP authors} <${DEBEMAIL:-resshift@resshift.invalid}>"
}

write_documents() { # VERSION
  local documents=$root/usr/share/doc/resshift codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && say "${VERSION_CODENAME:-unstable}")
  mkdir -p -- "$documents" "$root/usr/share/lintian/overrides" "$root/usr/share/man/man1"
  cp -- "$here/packaging/copyright" "$documents/copyright"
  cp -- "$here/packaging/lintian-overrides" "$root/usr/share/lintian/overrides/resshift"
  gzip -9nc "$here/CHANGELOG.md" >"$documents/changelog.gz"
  gzip -9nc "$here/packaging/resshift.1" >"$root/usr/share/man/man1/resshift.1.gz"
  {
    say "resshift ($1) $codename; urgency=medium"
    say
    say '  * Made by ./install.sh deb; changelog.gz has the changes of the program.'
    say
    say " -- $(maintainer)  $(LC_ALL=C date -uR -d "@$SOURCE_DATE_EPOCH")"
  } | gzip -9nc >"$documents/changelog.Debian.gz"
  chmod 644 -- "$documents"/* "$root/usr/share/lintian/overrides/resshift" "$root/usr/share/man/man1/resshift.1.gz"
}

# What the programs are linked to, as packages with versions: needed by command and library, recommended for the plug-in.
linked_packages() { # MULTIARCH
  local plug_in=() gimp
  for gimp in "${gimps[@]}"; do
    plug_in+=("${gimp_folders[$gimp]}/plug-ins/resshift/resshift"
      "${gimp_folders[$gimp]}/plug-ins/resshift/lib$(library_of "$gimp").so")
  done
  mkdir -p -- "$work/linked/debian"
  printf 'Source: resshift\n\nPackage: resshift\nArchitecture: any\n' >"$work/linked/debian/control"
  # It complains of plug-ins, whose names have no version.
  (cd "$work/linked" && dpkg-shlibdeps -O --ignore-missing-info --warnings=0 -dDepends "$root/usr/bin/resshift" \
    "$root/usr/lib/$1/libresshift.so.0" -dRecommends "${plug_in[@]}") 2>"$work/linked/messages" ||
    die "dpkg-shlibdeps cannot tell which packages the programs need: $(<"$work/linked/messages")"
}

write_control() { # MULTIARCH VERSION
  local linked depends recommends gimp_version='' folder gimp
  mkdir -- "$root/DEBIAN" # by which dpkg-shlibdeps knows the root of a package
  linked=$(linked_packages "$1")
  depends=$(sed -n 's/^shlibs:Depends=//p' <<<"$linked")
  recommends=$(sed -n 's/^shlibs:Recommends=//p' <<<"$linked")
  case ${gimps[*]} in
    2 | '2 3') gimp_version=2.10 ;;
    3) gimp_version=3.0 ;;
  esac
  [[ -z $gimp_version ]] || recommends="gimp (>= $gimp_version), $recommends"
  {
    say 'Package: resshift'
    say "Version: $2"
    say "Architecture: $(dpkg --print-architecture)"
    say "Maintainer: $(maintainer)"
    say "Installed-Size: $(find "$root/usr" -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')"
    say "Depends: $depends"
    if [[ -n $gimp_version ]]; then
      say "Recommends: $recommends"
      say 'Enhances: gimp'
    fi
    say 'Section: graphics'
    say 'Priority: optional'
    say 'Homepage: https://arxiv.org/abs/2403.07319'
    say 'Description: restores photographs with the ResShift diffusion model'
    say ' Enlarges small pictures, removes what is selected, cleans up noise and JPEG'
    say ' blocks, on the processor of this computer. Small models are included;'
    say ' published ones can be added.'
    say ' .'
    say ' There are a plug-in for GIMP, in its menu Filters > Enhance > ResShift, the'
    say ' command resshift, and the C library libresshift with its header.'
  } >"$root/DEBIAN/control"
  say 'activate-noawait ldconfig' >"$root/DEBIAN/triggers"
  say "libresshift 0 resshift (>= $version)" >"$root/DEBIAN/shlibs"
  # The plug-in of `./install.sh --system` has a real folder where the package has a link, which dpkg would not replace.
  {
    say '#!/bin/sh'
    say 'set -e'
    for gimp in "${gimps[@]}"; do
      folder=${gimp_folders[$gimp]#"$root"}/plug-ins/resshift
      cat <<SCRIPT
if [ "\$1" = install ] && [ -d $folder/models ] && [ ! -L $folder/models ]; then
  echo "$folder is from ./install.sh --system:" >&2
  echo "remove that first with ./install.sh --system --uninstall, then install the package." >&2
  exit 1
fi
SCRIPT
    done
  } >"$root/DEBIAN/preinst"
  ((${#gimps[@]})) || rm -- "$root/DEBIAN/preinst"
  (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
  chmod 644 -- "$root/DEBIAN"/*
  [[ ! -e $root/DEBIAN/preinst ]] || chmod 755 -- "$root/DEBIAN/preinst"
}
