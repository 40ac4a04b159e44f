#!/usr/bin/env bash
# schemathesis against the employee service with a database of its own: requests made of the OpenAPI document as it is, as they
# should be and as they should not. What it is told to let pass stands in employee-openapi/schemathesis.toml.
set -euo pipefail
cd "$(dirname "$0")/../.."
oracle=.ci/oracles/employee-openapi
schemathesis=$(bash .ci/tools/python.sh $oracle/requirements.txt schemathesis)
work=$(mktemp -d)
# end: stops the service, which takes its database with it.
end() {
  [ -z "${service:-}" ] || { kill -INT "$service" 2> /dev/null && wait "$service"; } || true
  rm -rf "$work"
}
trap end EXIT

PORT=0 node -r ./bin/register.js lambda/employee/dev/serve.ts > "$work/calls" 2> "$work/says" &
service=$!
until grep -q 'employee service: http' "$work/says"; do
  kill -0 "$service" 2> /dev/null || { cat "$work/says" >&2; exit 1; }
  sleep 0.2
done
base=$(grep -o 'http://[0-9.:]*' "$work/says" | tail -1)
token=$(curl --silent --fail "$base/dev/token?email=fuzzer@example.com&groups=admins")
# Somebody to find: most paths are about an employee.
for _ in 1 2 3 4 5; do
  curl --silent --fail --output /dev/null "$base/employees" --header "authorization: Bearer $token" \
    --json '{"name":"Kim","department":"R&D","position":"STAFF"}'
done

timeout 600 "$schemathesis" --config-file $oracle/schemathesis.toml run "$base/openapi.json" --url "$base" \
  --header "Authorization: Bearer $token" --no-color || { grep '"level":"error"' "$work/calls" >&2 || true; exit 1; }
