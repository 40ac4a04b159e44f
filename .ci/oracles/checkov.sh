#!/usr/bin/env bash
# checkov over every template and over what the templates install in the clusters. What it is told to let pass stands in
# checkov/skips.json, each with the resources it is about and its reason.
set -euo pipefail
cd "$(dirname "$0")/../.."
oracle=.ci/oracles/checkov
checkov=$(bash .ci/tools/python.sh $oracle/requirements.txt checkov)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/manifests"

npx cdk synth --quiet --no-validation --output "$work/assembly" > /dev/null
node -r ./bin/register.js $oracle/manifests.ts "$work/assembly" "$work/manifests"

# run FRAMEWORK ARGUMENT…: leaves the result in FRAMEWORK.json. It ends with 1 where anything failed, which the judge knows better.
run() {
  "$checkov" --quiet --compact --skip-download --framework "$1" --output json "${@:2}" > "$work/$1.json" || [ $? -eq 1 ]
}
run cloudformation --file "$work"/assembly/*.template.json
run kubernetes --directory "$work/manifests"
node $oracle/judge.mjs $oracle/skips.json "$work"/{cloudformation,kubernetes}.json
