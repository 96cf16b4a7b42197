#!/bin/sh
# Prints an environment for docker-compose.yml: a random value for every secret that it asks for, and addresses of this
# machine. Keep what it prints: the data of the volumes can not be opened with other secrets.
set -eu
cd "$(dirname "$0")/.."
echo '# Secrets of docker-compose.yml. Whoever reads this file reads every patient.'
for name in $(grep -o '\${[A-Z0-9_]*:?run docs/compose-env.sh}' docker-compose.yml | cut -d: -f1 | tr -d '${' | sort -u); do
  echo "$name=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
done
cat <<'EXAMPLE'

# Change these: the public address of the API, and the origins that browsers call from.
BASE_URL=http://localhost:8000
FRONTEND_ORIGINS=http://localhost:3000
# true with a proxy of yours in front, which it takes for HTTPS
TRUST_PROXY_HEADERS=false
EXAMPLE
