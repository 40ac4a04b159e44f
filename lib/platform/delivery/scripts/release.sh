#!/usr/bin/env bash
# Upgrades the release to the chart and values of this repository and the images of release.json, waits until the pods
# are ready, goes back by itself if they are not, and then writes down what runs.
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

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KUBECONFIG=$work/kubeconfig

aws s3 cp --only-show-errors "$TOOLS" "$work/tools.zip" || fail "no access to $TOOLS"
unzip -q "$work/tools.zip" -d "$work/tools" || fail "$TOOLS is no zip with helm"
PATH=$work/tools/helm:$work/tools/kubectl:$PATH

aws eks update-kubeconfig --name "$CLUSTER" --kubeconfig "$KUBECONFIG" || fail "no access to cluster $CLUSTER"

# A deployment of the workloads stack may be at the same release.
for ((attempt = 1; ; attempt++)); do
  status=$(helm status "$RELEASE" --namespace "$NAMESPACE" --output json 2>/dev/null | jq --raw-output '.info.status') ||
    status=
  [[ $status == pending-* ]] || break
  ((attempt < wait_attempts)) ||
    fail "release $RELEASE is still $status: either another deployment runs, or one was cut off (docs/runbook.md)"
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

helm upgrade --install "$RELEASE" chart --namespace "$NAMESPACE" \
  --values "chart/values-$ENVIRONMENT.yaml" "${arguments[@]}" \
  --wait --atomic --timeout 10m --history-max 10 ||
  fail "the release failed and was rolled back; the environment runs what it ran before"

while IFS=$'\t' read -r name tag <&3; do
  aws ssm put-parameter --name "$IMAGE_PARAMETERS/$name" --value "$tag" --type String --overwrite >/dev/null ||
    fail "$name runs $tag, but $IMAGE_PARAMETERS/$name does not say so: run the pipeline again before any cdk deploy"
  printf '%s runs %s\n' "$name" "$tag"
done 3< <(jq --raw-output '.[] | [.name, .tag] | @tsv' "$images")
