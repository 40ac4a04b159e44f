#!/usr/bin/env bash
# Builds, tests, pushes and scans the image of every service whose sources differ from what the environment runs, and
# lists those services in release.json. An image carries the commit that last changed the service's sources, so the same
# sources are never built twice, and what one environment has built the next one deploys.
#
# Environment: SERVICES (JSON list of key, name, repository, folder, paths), REGISTRY, IMAGE_PARAMETERS,
# CODEBUILD_SRC_DIR_Services (full clone of the services' repository).
set -euo pipefail
# shellcheck source=lib/platform/delivery/scripts/common.sh
source "$(dirname "$0")/common.sh"

: "${SERVICES:?}" "${REGISTRY:?}" "${IMAGE_PARAMETERS:?}"
sources=${CODEBUILD_SRC_DIR_Services:?}
scan_attempts=${SCAN_ATTEMPTS:-60}
scan_pause=${SCAN_PAUSE:-10}

image_exists() {
  local found
  found=$(aws_or_missing ImageNotFoundException ecr describe-images --repository-name "$1" \
    --image-ids "imageTag=$2" --query 'imageDetails[0].imageDigest' --output text) || exit 1
  [ -n "$found" ]
}

logged_in=
log_in() {
  [ -z "$logged_in" ] || return 0
  local password
  password=$(aws ecr get-login-password) || return 1
  docker login --username AWS --password-stdin "$REGISTRY" <<<"$password" || return 1
  logged_in=yes
}

# build FOLDER REPOSITORY TAG
build() {
  local image="$REGISTRY/$2:$3"
  [ -f "$sources/$1/Dockerfile" ] || fail "$1 has no Dockerfile; delivery.servicesFolder says where the services are"
  (cd "$sources/$1" && mvn --batch-mode --no-transfer-progress clean package) || fail "mvn failed in $1"
  docker build --tag "$image" "$sources/$1" || fail "docker build failed in $1"
  log_in || fail "no access to $REGISTRY"
  if ! docker push "$image"; then
    # Tags cannot be overwritten: another environment's pipeline may have been faster with the same commit.
    image_exists "$2" "$3" || fail "docker push of $image failed"
    printf '%s is there already\n' "$image"
  fi
}

# scan REPOSITORY TAG: waits for the result of the scan on push; a CRITICAL finding, or none at all, blocks.
scan() {
  local answer status critical attempt
  for ((attempt = 1; attempt <= scan_attempts; attempt++)); do
    answer=$(aws_or_missing ScanNotFoundException ecr describe-image-scan-findings --repository-name "$1" \
      --image-id "imageTag=$2" --query '{status: imageScanStatus.status, counts: imageScanFindings.findingSeverityCounts}' \
      --output json) || exit 1
    status=$(jq --raw-output '.status // "PENDING"' <<<"${answer:-null}")
    case $status in
      # ACTIVE: Amazon Inspector has scanned the image and keeps watching it.
      COMPLETE | ACTIVE)
        critical=$(jq '.counts.CRITICAL // 0' <<<"$answer")
        [ "$critical" -eq 0 ] || fail "$1:$2 has $critical CRITICAL findings; see: aws ecr describe-image-scan-findings --repository-name $1 --image-id imageTag=$2"
        printf '%s:%s is scanned: %s\n' "$1" "$2" "$(jq --compact-output '.counts // {}' <<<"$answer")"
        return
        ;;
      PENDING | IN_PROGRESS) sleep "$scan_pause" ;;
      *) fail "the scan of $1:$2 ended with $status, so nobody knows what is in the image" ;;
    esac
  done
  fail "the scan of $1:$2 has not ended after $scan_attempts attempts"
}

[ "$(git -C "$sources" rev-parse --is-shallow-repository)" = false ] ||
  fail 'the clone is shallow: which commit changed a service last cannot be told'

release='{}'
while read -r service <&3; do
  field() { jq --raw-output ".$1" <<<"$service"; }
  name=$(field name)
  repository=$(field repository)
  folder=$(field folder)
  mapfile -t paths < <(jq --raw-output '.paths[]' <<<"$service")

  tag=$(git -C "$sources" log -1 --format=%H -- "${paths[@]}")
  [ -n "$tag" ] || fail "no commit touches ${paths[*]}; delivery.servicesFolder says where the services are"
  released=$(released_tag "$name") || exit 1
  if [ "$released" = "$tag" ]; then
    printf '%s: unchanged, runs %s\n' "$name" "$tag"
    continue
  fi
  printf '%s: %s, runs %s\n' "$name" "$tag" "${released:-nothing from here yet}"
  image_exists "$repository" "$tag" || build "$folder" "$repository" "$tag"
  scan "$repository" "$tag"
  release=$(jq --arg key "$(field key)" --arg name "$name" --arg tag "$tag" \
    '.[$key] = {name: $name, tag: $tag}' <<<"$release")
done 3< <(jq --compact-output '.[]' <<<"$SERVICES")

printf '%s\n' "$release" >release.json
printf 'to be released: %s\n' "$(jq --compact-output . release.json)"
