#!/usr/bin/env bash
# Judges of the rendered chart that are not ours: the schemas of the Kubernetes API and of the custom resources
# (kubectl-validate), the validation and the Pod Security evaluator of the API server itself, and kube-score. All pinned; a
# missing tool or schema is a failure. What kube-score is told to let pass stands in chart/kube-score.ignore, each with its
# reason.
set -euo pipefail
cd "$(dirname "$0")/../.."
oracle=$PWD/.ci/oracles/chart

# The API of the clusters, and releases whose custom resources the chart uses. The AWS Load Balancer Controller cannot be
# fetched as a module by version; kops carries its resource definitions unchanged.
kubernetes=k8s.io/kubernetes@v1.31.14
external_secrets=github.com/external-secrets/external-secrets@v1.3.2
kops=k8s.io/kops@v1.35.0
kube_score=github.com/zegl/kube-score/cmd/kube-score@v1.20.0

for tool in go jq node; do
  command -v "$tool" > /dev/null || { echo "$tool is missing; this check needs it" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
mkdir "$work/crds" "$work/rendered"

echo 'Building the judges'
GOBIN=$work/bin go install "$kube_score"
(cd "$oracle" && go build -mod=readonly -o "$work/bin/" ./podsecurity sigs.k8s.io/kubectl-validate)
# A module of its own: it needs other releases of the same libraries.
(cd "$oracle/apivalidation" && go build -mod=readonly -o "$work/bin/" .)

# source_of MODULE: prints the directory of a module's source.
source_of() {
  (cd "$work" && go mod download -json "$1" | jq -er .Dir)
}

echo 'Collecting the schemas'
# kubectl-validate wants them as api/<version>.json and apis/<group>/<version>.json.
specifications=$(source_of "$kubernetes")/api/openapi-spec/v3
for file in "$specifications"/{api,apis__*}__*_openapi.json; do
  name=$(basename "$file" _openapi.json)
  mkdir -p "$(dirname "$work/schemas/${name//__//}")"
  cp "$file" "$work/schemas/${name//__//}.json"
done
cp "$(source_of "$external_secrets")"/config/crds/bases/external-secrets.io_{externalsecrets,secretstores}.yaml "$work/crds"
awk -v RS='\n---\n' '/name: targetgroupbindings.elbv2.k8s.aws/' \
  "$(source_of "$kops")"/upup/models/cloudup/resources/addons/aws-load-balancer-controller.addons.k8s.io/*.yaml.template \
  > "$work/crds/targetgroupbindings.yaml"

helm=$(node -r ./bin/register.js -p 'require("./lib/assembly/kubernetes/tools").helm()')
# render NAME VALUES_FILE [ARGUMENT…]
render() {
  "$helm" template erp-microservices chart --kube-version v1.31.9-eks-473151a \
    -f "chart/$2.yaml" -f test/chart/platform-values.yaml "${@:3}" > "$work/rendered/$1.yaml"
}
for file in chart/values-*.yaml; do
  environment=$(basename "$file" .yaml)
  environment=${environment#values-}
  render "$environment" "values-$environment"
  render "$environment-kraft" "values-$environment" --set kafka.mode=kraft
  render "$environment-options" "values-$environment" \
    --set storageClass.create=true,resourceQuota.enabled=true,limitRange.enabled=true,priorityClasses.create=true
done
# Every judge sees this one refused where it is broken.
sample=$(find "$work/rendered" -name '*-kraft.yaml' | sort | head -n 1)

# The version only names the built-in schemas that fill gaps; those given here, of 1.31, go first.
validate() {
  "$work/bin/kubectl-validate" "$@" --version 1.30 --local-schemas "$work/schemas" --local-crds "$work/crds"
}
security() {
  local exempt
  exempt=$(awk '$1 == "namespace:" && $2 ~ /-xray$/ { print $2; exit }' "$1")
  "$work/bin/podsecurity" -exempt "$exempt" < "$1"
}

echo 'Seeing each judge refuse what is wrong'
for mistake in s/livenessProbe:/livenesProbe:/ s/targetType:/targetTpye:/ s/refreshInterval:/refreshIntervall:/; do
  sed "$mistake" "$sample" > "$work/wrong.yaml"
  if validate "$work/wrong.yaml" > /dev/null 2>&1; then echo "kubectl-validate lets $mistake pass"; exit 1; fi
done
sed 's/allowPrivilegeEscalation: false/allowPrivilegeEscalation: true/' "$sample" > "$work/wrong.yaml"
if security "$work/wrong.yaml" > /dev/null 2>&1; then echo 'podsecurity lets an escalation pass'; exit 1; fi

sed 's/- name: controller$/- name: leader-election-port/' "$sample" > "$work/wrong.yaml"
if "$work/bin/apivalidation" < "$work/wrong.yaml" > /dev/null 2>&1; then echo 'apivalidation lets a long port name pass'; exit 1; fi

failed=0
echo 'kubectl-validate, Kubernetes 1.31'
validate "$work"/rendered/*.yaml || failed=1
for file in "$work"/rendered/*.yaml; do
  name=$(basename "$file" .yaml)
  echo "API server's validation, $name"
  "$work/bin/apivalidation" < "$file" || failed=1
  echo "Pod Security restricted, $name"
  security "$file" || failed=1
done
echo 'kube-score'
# File by file, because it merges objects of the same name. It exits with 1 for findings that the ignore list may cover; no
# output at all is what the report refuses.
for file in "$work"/rendered/*.yaml; do
  "$work/bin/kube-score" score --kubernetes-version v1.31 --output-format json "$file" || true
done | jq -s 'add' > "$work/score.json"
node "$oracle/report-score.js" "$oracle/kube-score.ignore" < "$work/score.json" || failed=1
exit "$failed"
