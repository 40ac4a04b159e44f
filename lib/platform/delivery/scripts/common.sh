# shellcheck shell=bash
# Shared by the scripts of the pipeline; sourced.

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# aws_or_missing CODE ARG…: runs an AWS call. Prints its answer; prints nothing where the answer is the error CODE, which
# says that the thing does not exist. Any other error ends the script: it says nothing about whether the thing exists.
aws_or_missing() {
  local code=$1 answer errors
  shift
  errors=$(mktemp)
  if answer=$(aws "$@" 2>"$errors"); then
    printf '%s\n' "$answer"
  elif ! grep -q "$code" "$errors"; then
    cat "$errors" >&2
    fail "aws $1 $2 failed"
  fi
  rm -f "$errors"
}

# released_tag SERVICE: the tag that the environment runs, or nothing before the first release.
released_tag() {
  aws_or_missing ParameterNotFound ssm get-parameter --name "$IMAGE_PARAMETERS/$1" \
    --query Parameter.Value --output text
}
