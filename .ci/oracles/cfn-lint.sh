#!/usr/bin/env bash
# cfn-lint over every template. Its one ignored rule is about dependencies that CDK writes twice.
set -euo pipefail
cd "$(dirname "$0")/../.."
cfn_lint=$(bash .ci/tools/python.sh .ci/oracles/cfn-lint/requirements.txt cfn-lint)
assembly=$(mktemp -d)
trap 'rm -rf "$assembly"' EXIT

npx cdk synth --quiet --no-validation --output "$assembly" > /dev/null
# W3005: CDK adds DependsOn beside references that imply it; both mean the same.
"$cfn_lint" --non-zero-exit-code warning --ignore-checks W3005 -- "$assembly"/*.template.json
echo "cfn-lint: $(find "$assembly" -maxdepth 1 -name '*.template.json' | wc -l) templates"
