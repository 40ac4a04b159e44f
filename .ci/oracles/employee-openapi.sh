#!/usr/bin/env bash
# schemathesis against the employee service with a database of its own: requests made of the OpenAPI document as it is, as they
# should be and as they should not. What it is told to let pass stands in employee-openapi/schemathesis.toml.
set -euo pipefail
cd "$(dirname "$0")/../.."
oracle=$PWD/.ci/oracles/employee-openapi
schemathesis=$(bash .ci/tools/python.sh "$oracle/requirements.txt" schemathesis)
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
# Somebody and something to find under the id 1, which the document gives as example.
while read -r method path body; do
  curl --silent --fail --output /dev/null --request "$method" "$base$path" --header "authorization: Bearer $token" --json "$body"
done << 'END'
POST /employees {"name":"Kim","department":"R&D","position":"STAFF"}
PUT /employees/1/leave-balance {"adjustment":5000000}
POST /quests {"title":"Tidy up","rewardDays":1,"department":"R&D","createdBy":1}
POST /leaves {"employeeId":1,"startDate":"2026-01-05","endDate":"2026-01-05","days":1}
END

# It keeps what it has tried in the folder it runs in.
cd "$work"
timeout 600 "$schemathesis" --config-file "$oracle/schemathesis.toml" run "$base/openapi.json" --url "$base" \
  --header "Authorization: Bearer $token" --no-color || { grep '"level":"error"' "$work/calls" >&2 || true; exit 1; }
