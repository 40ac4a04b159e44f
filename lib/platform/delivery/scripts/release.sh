#!/usr/bin/env bash
# Upgrades the release to the chart and values of this repository and the images of release.json, waits until the pods
# are ready, says what is wrong and goes back if they are not, and then writes down what runs.
#
# Environment: SERVICES (JSON list of key, name), ENVIRONMENT, NAMESPACE, CLUSTER, RELEASE, IMAGE_PARAMETERS,
# TOOLS (S3 address of the zip with helm and kubectl), CODEBUILD_SRC_DIR_Images (holds release.json).
set -euo pipefail
# shellcheck source=lib/platform/delivery/scripts/common.sh
source "$(dirname "$0")/common.sh"

: "${SERVICES:?}" "${ENVIRONMENT:?}" "${NAMESPACE:?}" "${CLUSTER:?}" "${RELEASE:?}" "${IMAGE_PARAMETERS:?}"
: "${TOOLS:?}"
images=${CODEBUILD_SRC_DIR_Images:?}/release.json
wait_attempts=${WAIT_ATTEMPTS:-50}
wait_pause=${WAIT_PAUSE:-15}
timeout=${RELEASE_TIMEOUT:-10m}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KUBECONFIG=$work/kubeconfig

aws s3 cp --only-show-errors "$TOOLS" "$work/tools.zip" || fail "no access to $TOOLS"
unzip -q "$work/tools.zip" -d "$work/tools" || fail "$TOOLS is no zip with helm"
PATH=$work/tools/helm:$work/tools/kubectl:$PATH

aws eks update-kubeconfig --name "$CLUSTER" --kubeconfig "$KUBECONFIG" || fail "no access to cluster $CLUSTER"

history() { helm history "$RELEASE" --namespace "$NAMESPACE" --max 50 --output json 2>/dev/null || printf '[]'; }
newest() { history | jq --raw-output '.[-1].revision // 0'; }
last_deployed() { history | jq --raw-output '[.[] | select(.status == "deployed")][-1].revision // empty'; }

# way_back: the command that takes the release out of a state in which Helm left it.
way_back() {
  local revision
  revision=$(last_deployed)
  if [ -n "$revision" ]; then
    printf 'helm rollback %s %s --namespace %s --wait --timeout %s' "$RELEASE" "$revision" "$NAMESPACE" "$timeout"
  else
    printf 'helm uninstall %s --namespace %s' "$RELEASE" "$NAMESPACE"
  fi
}

# troubles: why pods wait, as long as they are there to tell.
troubles() {
  kubectl get pods --namespace "$NAMESPACE" --output json 2>/dev/null | jq --raw-output '
    .items[] | .metadata.name as $pod | .status |
    (((.initContainerStatuses // []) + (.containerStatuses // []))[].state.waiting // empty),
    ((.conditions // [])[] | select(.type == "PodScheduled" and .status == "False")) |
    "  \($pod): \(.reason // "waiting")\(if .message then ": " + .message else "" end)"' | sort -u || true
}

# A deployment of the workloads stack may be at the same release.
for ((attempt = 1; ; attempt++)); do
  status=$(helm status "$RELEASE" --namespace "$NAMESPACE" --output json 2>/dev/null | jq --raw-output '.info.status') ||
    status=
  [[ $status == pending-* ]] || break
  ((attempt < wait_attempts)) ||
    fail "release $RELEASE is still $status: either another deployment runs, or one was cut off; if none runs, type
  $(way_back)
and run the pipeline again (docs/runbook.md#release-pending)"
  sleep "$wait_pause"
done

arguments=()
while IFS=$'\t' read -r key name <&3; do
  tag=$(jq --raw-output --arg key "$key" '.[$key].tag // empty' "$images")
  if [ -z "$tag" ]; then
    tag=$(released_tag "$name") || exit 1
  fi
  # Before its first release a service has the tag of the values file.
  [ -z "$tag" ] || arguments+=(--set-string "services.$key.image.tag=$tag")
done 3< <(jq --raw-output '.[] | [.key, .name] | @tsv' <<<"$SERVICES")

before=$(newest)
# Not --atomic: it would take the pods away before anybody could see what keeps them from becoming ready.
if ! helm upgrade --install "$RELEASE" chart --namespace "$NAMESPACE" \
  --values "chart/values-$ENVIRONMENT.yaml" "${arguments[@]}" \
  --wait --timeout "$timeout" --history-max 10; then
  [ "$(newest)" != "$before" ] || fail "the release was refused; nothing was changed"
  troubles >&2
  revision=$(last_deployed)
  [ -n "$revision" ] || fail "the release failed, and there is none before it to go back to"
  helm rollback "$RELEASE" "$revision" --namespace "$NAMESPACE" --wait --timeout "$timeout" ||
    fail "the release failed, and so did the way back to revision $revision: some pods may be of either; once what keeps them is gone, type
  $(way_back)"
  fail "the release failed and was rolled back to revision $revision; the environment runs what it ran before"
fi

while IFS=$'\t' read -r name tag <&3; do
  aws ssm put-parameter --name "$IMAGE_PARAMETERS/$name" --value "$tag" --type String --overwrite >/dev/null ||
    fail "$name runs $tag, but $IMAGE_PARAMETERS/$name does not say so: run the pipeline again before any cdk deploy"
  printf '%s runs %s\n' "$name" "$tag"
done 3< <(jq --raw-output '.[] | [.name, .tag] | @tsv' "$images")
