#!/usr/bin/env bash
# The servers that the tests of job boards and transports start, and the browser of those of the page, from Debian's packages where they are missing. No daemon is begun. Where they can't be
# installed, it says what is missing, and the tests fail by themselves.
set -euo pipefail

missing=()
[ -n "${TEST_REDIS_URL:-}" ] || command -v redis-server > /dev/null || missing+=(redis-server)
[ -n "${TEST_ETCD_URL:-}" ] || command -v etcd > /dev/null || missing+=(etcd-server)
[ -n "${TEST_ZOOKEEPER_URL:-}" ] || { command -v java > /dev/null && [ -e /usr/share/java/zookeeper.jar ]; } || missing+=(zookeeper)
[ -n "${TEST_RABBITMQ_URL:-}" ] || [ -e /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
[ -n "${TEST_CHROMIUM:-}" ] || command -v chromium > /dev/null || [ -e /usr/bin/google-chrome ] || missing+=(chromium)
[ -n "${TEST_NATS_URL:-}" ] || command -v nats-server > /dev/null || missing+=(nats-server)
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
  echo "missing for the tests: ${missing[*]}. Install these packages of Debian, or set TEST_REDIS_URL, TEST_ETCD_URL, TEST_ZOOKEEPER_URL, TEST_RABBITMQ_URL, TEST_NATS_URL, TEST_CHROMIUM" >&2
  exit 0
fi

echo "installing ${missing[*]}"
# Packages begin their daemons unless this forbids it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install -y -qq --no-install-recommends "${missing[@]}")
"${install[@]}" > /dev/null || { apt-get update -qq && "${install[@]}" > /dev/null; }
