# shellcheck shell=bash
# What scripts of checks share, which are read by Tests/Install/checks.sh and Tests/Batches/checks.sh: a check is a function
# check_NAME, which fails by its status.

fail() {
  printf '    %s\n' "$@" >&2
  return 1
}

# Runs the checks, each in a shell of its own that ends at the first failure, and says what came of each. `end_check` is called at the end
# of each, if there is one. Fails if one failed.
run_checks() { # WHAT IS CHECKED, NAME...
  local subject=$1 name status failed=0
  for name in "${@:2}"; do
    set +e
    (
      set -e
      ! declare -F end_check >/dev/null || trap end_check EXIT
      "check_$name"
    )
    status=$?
    set -e
    if ((status == 0)); then printf 'ok      %s: %s\n' "$subject" "${name//_/ }"; else
      printf 'FAILED  %s: %s\n' "$subject" "${name//_/ }"
      failed=$((failed + 1))
    fi
  done
  ((failed == 0)) || fail "$failed checks failed: $subject"
}
