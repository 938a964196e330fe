#!/bin/sh
# Names what the machine lacks and the one command that brings it. Installs nothing.
set -eu
python=${1:-python3.11}
missing=
command -v git >/dev/null 2>&1 || missing="$missing git"
if command -v "$python" >/dev/null 2>&1; then
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || missing="$missing python3.11"
  "$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
else
  missing="$missing python3.11 python3-venv"
fi
[ -z "$missing" ] && exit 0
echo "missing:$missing" >&2
echo "install: sudo apt-get install -y git make python3.11 python3-venv" >&2
exit 1
