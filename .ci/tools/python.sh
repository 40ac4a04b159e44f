#!/usr/bin/env bash
# python.sh REQUIREMENTS TOOL: prints the path of a Python tool, installed with exactly the versions of the requirements
# file on first use. What is installed outlives node_modules, because it takes a minute.
set -euo pipefail
requirements=$1
tool=$2
command -v python3 > /dev/null || { echo "python3 is missing; $tool needs it" >&2; exit 1; }
digest=$(sha256sum "$requirements" | cut -c1-16)
home=${XDG_CACHE_HOME:-$HOME/.cache}/erp-platform/$tool-$digest
if [ ! -e "$home/installed" ]; then
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$requirements" >&2
  touch "$home/installed"
fi
printf '%s\n' "$home/bin/$tool"
