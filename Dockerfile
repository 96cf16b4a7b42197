# syntax=docker/dockerfile:1
# One image for the API, the workers and the migrations; the command chooses: `serve`, `worker`, `migrate`, ...
#   docker build -t som3d .
#   docker build -t som3d:totalsegmentator --target totalsegmentator .
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
ARG PNPM_VERSION=12.21.0
WORKDIR /src
# First what dependencies follow from: they are fetched again only when that changes.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY contract/package.json contract/
COPY client-sdk/package.json client-sdk/
COPY client-sdk/visor/package.json client-sdk/visor/
COPY client-sdk/bin client-sdk/bin
COPY server/package.json server/
COPY test/package.json test/
RUN npx -y pnpm@${PNPM_VERSION} install --frozen-lockfile --filter '@som3d/server...' --filter '{.}' --reporter=append-only
COPY . .
RUN npm run build
# The server with its production dependencies alone; maps and type declarations are of no use at run time.
RUN npx -y pnpm@${PNPM_VERSION} --filter @som3d/server --prod deploy /app \
  && find /app -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
  && node /app/dist/main.js --version

FROM ${NODE_IMAGE} AS base
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* \
  # package managers are of no use at run time
  && rm -rf /usr/local/lib/node_modules /opt/yarn-* \
  && rm -f /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
  # a user of its own, whose number is fixed because volumes remember it
  && groupadd --gid 10001 som3d \
  && useradd --uid 10001 --gid som3d --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin som3d \
  && install -d -o som3d -g som3d -m 0700 /data
COPY --from=build /app /app
# Elsewhere than /app, so that no `.env` of an image is ever read.
WORKDIR /data
# A worker answers on the same port, so one health check is right for both.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 SOM3D_WORKER_METRICS_PORT=8000 SOM3D_DATA_DIR=/data
# Nothing but /data and /tmp is written: the rest may be mounted read-only.
VOLUME /data
EXPOSE 8000
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "/app/dist/main.js"]
CMD ["serve"]
LABEL org.opencontainers.image.title="SOM3D" \
  org.opencontainers.image.description="CT scans become printable 3D models: API, worker and migrations" \
  org.opencontainers.image.licenses="LicenseRef-Proprietary"

# The same with TotalSegmentator. Its models are fetched at their first use into a volume at /models.
FROM base AS totalsegmentator
USER root
# For a CUDA device: --build-arg TORCH_INDEX=, the address that pytorch.org names for its driver.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG TOTALSEGMENTATOR_VERSION=2.18.0
COPY server/totalsegmentator-constraints.txt /opt/totalsegmentator/constraints.txt
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 python3-venv \
  && rm -rf /var/lib/apt/lists/* \
  && python3 -m venv /opt/totalsegmentator \
  && export PIP_NO_CACHE_DIR=1 PIP_CONSTRAINT=/opt/totalsegmentator/constraints.txt \
  && /opt/totalsegmentator/bin/pip install --index-url "${TORCH_INDEX}" torch \
  && /opt/totalsegmentator/bin/pip install "TotalSegmentator==${TOTALSEGMENTATOR_VERSION}" \
  && install -d -o som3d -g som3d /models
ENV PATH=/opt/totalsegmentator/bin:$PATH TOTALSEG_HOME_DIR=/models HOME=/tmp
VOLUME /models
USER 10001:10001

# The last stage is what a build without --target gives.
FROM base AS som3d
