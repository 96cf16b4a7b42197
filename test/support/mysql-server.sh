#!/usr/bin/env bash
# Gets a MySQL or MariaDB server from Debian's packages, once. It unpacks them and installs nothing: they run on their own
# libraries, and no root is needed. Works on Debian (apt-get, dpkg-deb, curl).
#   test/support/mysql-server.sh           the MySQL of Debian unstable
#   test/support/mysql-server.sh mariadb   MariaDB 10.11
#   test/support/mysql-server.sh mariadb-11.8
# The last line of the output is the folder that holds the programs: PATH="$(test/support/mysql-server.sh):$PATH" npm test
# The tests look for the MySQL in that folder by themselves, too.
set -euo pipefail

case ${1:-mysql} in
  mysql) suite=sid packages=(mysql-server-core) programs=(sbin/mysqld) commands=(sbin/mysqld) ;;
  mariadb | mariadb-11.8)
    suite=bookworm packages=(mariadb-server-core mariadb-client-core)
    [[ $1 == mariadb ]] || suite=trixie
    programs=(sbin/mariadbd bin/my_print_defaults bin/resolveip) commands=(sbin/mariadbd bin/mariadb-install-db) ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
home=${XDG_CACHE_HOME:-$HOME/.cache}/som3d-mysql/${packages[0]}-$suite

# Unpacks the packages and all that they need, down to the C library, below the folder `root`.
unpack() {
  local root=$1 scratch=$2 mirror deb
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -1 | tr -d ' ') || true
  mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial" "$scratch/debs"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} $suite main" >"$scratch/sources.list"
  local opts=(-o "Dir::Etc::sourcelist=$scratch/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::Lists=$scratch/lists"
    -o "Dir::Cache=$scratch/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -o Acquire::Languages=none)
  apt-get "${opts[@]}" -qq update >&2
  # Only the addresses: with no status file, apt-get would install a whole system.
  (cd "$scratch/debs" && apt-get "${opts[@]}" -qq -y --print-uris --no-install-recommends install "${packages[@]}" |
    cut -d"'" -f2 | grep -E '^https?://' | xargs -n 8 -P 4 curl -fsS --retry 3 --remote-name-all)
  for deb in "$scratch"/debs/*.deb; do dpkg-deb -x "$deb" "$root"; done
}

# Writes a command that starts a program with these arguments before its own and those after them.
command() {
  local file=$1 before=$2 after=${3:-}
  printf '#!/bin/sh\nexec %s "$@" %s\n' "$before" "$after" >"$file"
  chmod +x "$file"
}

if [[ ! -d $home/bin ]]; then
  mkdir -p "$home"
  scratch=$(mktemp -d "$home/unpacking-XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  root=$home/root
  rm -rf "$root"
  unpack "$root" "$scratch"
  libraries=$(find "$root" -maxdepth 3 -type d -name '*-linux-gnu*' -path '*/lib/*' | paste -sd:)
  loader=$(find "$root" -maxdepth 4 -name 'ld-linux*.so.*' -path '*/lib/*-linux-gnu*' | head -1)
  # In their places: mariadb-install-db starts the others.
  for program in "${programs[@]}"; do
    mv "$root/usr/$program" "$root/usr/$program.unpacked"
    command "$root/usr/$program" "'$loader' --library-path '$libraries' '$root/usr/$program.unpacked'"
  done
  mkdir "$scratch/bin"
  for program in "${commands[@]}"; do
    options="--basedir='$root/usr'"
    [[ $program != sbin/* ]] || options+=" --lc-messages-dir='$root/usr/share/mysql'"
    command "$scratch/bin/${program##*/}" "'$root/usr/$program'" "$options"
  done
  mv "$scratch/bin" "$home/bin"
fi
"$home/bin/${commands[0]##*/}" --no-defaults --version >&2
echo "$home/bin"
