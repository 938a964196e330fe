#!/bin/sh
# The servers the tests talk to. As root: installs what is absent and starts no service.
# Otherwise: prints the one command and lets the tests skip what they cannot have.
set -eu
PACKAGES="snmpd:snmpd snmp:snmpget prometheus:prometheus prometheus-alertmanager:prometheus-alertmanager
victoria-metrics:victoria-metrics influxdb:influxd chromium:chromium
prometheus-snmp-exporter:prometheus-snmp-exporter iproute2:ip git:git openssh-server:sshd openssh-client:ssh-agent
busybox:busybox prometheus-node-exporter:prometheus-node-exporter nginx-light:nginx"
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

# As root sshd wants this folder, which its unit makes; after a restart of the machine it is gone.
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd

missing=
for pair in $PACKAGES; do
  command -v "${pair#*:}" >/dev/null 2>&1 || missing="$missing ${pair%%:*}"
done
# A PDF needs a font with Chinese characters; the smallest package that has one.
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] ||
  [ -e /usr/share/fonts/truetype/wqy/wqy-zenhei.ttc ] || missing="$missing fonts-wqy-zenhei"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "not installed:$missing" >&2
  echo "to test against them: sudo apt-get install -y --no-install-recommends$missing" >&2
  exit 0
fi

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT INT TERM
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || echo "package lists not refreshed" >&2
# shellcheck disable=SC2086  # the list is ours and meant to be split
apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
  echo "some packages could not be installed; their tests are listed at the end" >&2
