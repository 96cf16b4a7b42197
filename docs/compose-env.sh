#!/bin/sh
# Prints an environment for docker-compose.yml: a random value for every secret that it needs, and addresses of this
# machine. Keep the output: other secrets cannot open the data of the volumes.
set -eu
cd "$(dirname "$0")/.."
echo '# Secrets of docker-compose.yml. This file gives access to all patient data.'
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
