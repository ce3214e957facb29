#!/usr/bin/env bash
# Runs the recipes of docs/batches.md as they stand there, each with jobs that are killed and with a picture that is damaged at first:
# in the end there is byte for byte what one run gives.
#
#   Tests/Batches/checks.sh STAGE [CHECK]...     STAGE has bin/resshift; all checks, or those with the names at the end of this file
#
# GNU parallel and the types of the Kubernetes API are always needed. Slurm runs the array itself where its daemons are
# installed, and else parses the script only; ssh is a real one where there is a server for it, and else a stand-in. Only
# root can start both.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=Tests/checks.sh
. "$here/../checks.sh"
document=$here/../../docs/batches.md
[[ -x ${1:-}/bin/resshift ]] || {
  printf 'checks.sh: name a folder with bin/resshift\n' >&2
  exit 64
}
program=$(realpath -- "$1")/bin/resshift
shift
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
daemons=() # of one check
end_check() { # ends them
  local daemon
  for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null || true; done
  for daemon in "${daemons[@]}"; do wait "$daemon" 2>/dev/null || true; done
}

# The block of the document behind <!-- recipe: NAME -->.
recipe() { # NAME
  awk -v mark="<!-- recipe: $1 -->" '
    $0 == mark { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$document" >"$scratch/recipe"
  [[ -s $scratch/recipe ]] || fail "there is no recipe $1 in $document"
  cat "$scratch/recipe"
}

# Pictures in folders, their list, and what one run makes of them.
make_pictures() {
  mkdir -p "$scratch/bin" "$scratch/originals/photos/"{1987,"a folder"}
  local number folder
  for number in {1..10}; do
    folder=1987
    ((number % 2)) || folder='a folder'
    convert -size "$((8 + number))x9" gradient:red-blue "$scratch/originals/photos/$folder/picture $number.png"
  done
  cd "$scratch/originals"
  find photos -type f | sort >list.txt
  "$program" upscale --files-from list.txt --output "$scratch/whole" --threads 1
  # Every third job of the first ones is killed at some moment.
  cat >"$scratch/bin/resshift" <<SH
#!/bin/bash
tries=\$(mktemp -p '$scratch/tries') && tries=\$(find '$scratch/tries' -type f | wc -l)
if ((tries < 20 && tries % 3 == 0)); then exec timeout --signal KILL "0.0\$((RANDOM % 9 + 1))" '$program' "\$@"; fi
exec '$program' "\$@"
SH
  chmod +x "$scratch/bin/resshift"
  export PATH=$scratch/bin:$PATH XDG_CACHE_HOME=$scratch/cache
}

# How a report tells of the damaged picture.
failed_line='^\{"event":"failed","input":"[^"]*picture 3.png"'

# Runs a command in a folder with the pictures, one of them damaged, and again with all as they should be, until there is nothing
# left to do; killed jobs may need more than one time.
in_folder() { # COMMAND...
  rm -rf -- "$scratch/work" "$scratch/tries"
  mkdir "$scratch/tries"
  cp -r "$scratch/originals" "$scratch/work"
  cd "$scratch/work"
  local damaged='photos/1987/picture 3.png' tries=0
  head -c 40 "$scratch/originals/$damaged" >"$damaged"
  # Its job may be one of those that are killed.
  until grep -qsE "$failed_line" report.jsonl reports/*.jsonl; do
    ((tries += 1))
    ((tries < 6)) || fail 'the damaged picture is never told of'
    ! "$@" >"$scratch/output" 2>&1 || fail "a damaged picture is not told by the exit status: $(tail -n 5 "$scratch/output")"
  done
  tries=0
  cp "$scratch/originals/$damaged" "$damaged"
  until "$@" >"$scratch/output" 2>&1; do
    ((tries += 1))
    ((tries < 5)) || fail "still fails: $(tail -n 5 "$scratch/output")"
  done
}
# Results are those of one run, and there is nothing else; reports tell of each.
compare() { # FOLDER REPORT...
  diff -r "$scratch/whole" "$1" || fail 'the results are not those of one run'
  local number
  for number in {1..10}; do
    grep -hqE "^\{\"event\":\"(done|skipped)\",\"input\":\"[^\"]*picture $number.png\"" "${@:2}" || fail "no report of picture $number"
  done
  grep -hqE "$failed_line" "${@:2}" || fail 'no report of the damaged picture'
}

# Runs a pod's words for each index.
run_pods() { # WORD...
  local index failed=0
  for index in {0..15}; do JOB_COMPLETION_INDEX=$index "$@" || failed=1; done
  return "$failed"
}
run_recipe() { bash -euo pipefail "$scratch/recipe"; }

check_parallel() {
  recipe parallel >/dev/null
  in_folder run_recipe
  compare enlarged report.jsonl
}

check_pictures() {
  recipe pictures >/dev/null
  in_folder run_recipe
  # Folders as they are.
  [[ -e 'enlarged/photos/a folder/picture 2.png' ]] || fail "$(find enlarged)"
  mkdir flat
  find enlarged -type f -exec mv -t flat {} +
  compare flat report.jsonl
}

check_hosts() {
  recipe hosts >/dev/null
  if [[ -x /usr/sbin/sshd && $(id -u) == 0 ]]; then
    start_sshd
    printf '2/node1\n2/node2\n' >"$scratch/originals/hosts.txt"
  else
    printf '    no ssh server: a stand-in for ssh\n'
    # ssh [OPTION]... HOST [--] COMMAND..., which the other side's shell gets as one line. A server sets SHELL, which the other
    # half of GNU parallel runs each job by: here it may not be set at all.
    cat >"$scratch/bin/ssh" <<'SH'
#!/bin/bash
while [[ $1 == -* ]]; do [[ $1 != -[lpoiFS] ]] || shift; shift; done
shift
[[ ${1:-} != -- ]] || shift
export SHELL=/bin/bash
cd / && exec "$SHELL" -c "$*"
SH
    chmod +x "$scratch/bin/ssh"
    printf '2/node1\n2/node2\n' >"$scratch/originals/hosts.txt"
  fi
  in_folder run_recipe
  compare enlarged reports/*.jsonl
}

# A server of this machine's own under two names, with keys of its own.
start_sshd() {
  local folder=$scratch/ssh port=$((20000 + $$ % 20000))
  mkdir -p "$folder" /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
  cat >"$folder/server" <<CONFIG
Port $port
ListenAddress 127.0.0.1
HostKey $folder/key
AuthorizedKeysFile $folder/key.pub
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PidFile none
MaxStartups 100
SetEnv PATH=$PATH XDG_CACHE_HOME=$XDG_CACHE_HOME
CONFIG
  /usr/sbin/sshd -D -f "$folder/server" -E "$folder/log" &
  daemons+=($!)
  cat >"$scratch/bin/ssh" <<SH
#!/bin/bash
exec /usr/bin/ssh -q -p $port -i '$folder/key' -o HostName=127.0.0.1 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \\
  -o IdentitiesOnly=yes "\$@"
SH
  chmod +x "$scratch/bin/ssh"
  local tries=0
  until ssh node1 true 2>/dev/null; do
    ((tries += 1))
    ((tries < 50)) || fail "no ssh: $(tail -n 3 "$folder/log")"
    sleep 0.1
  done
}

check_slurm() {
  recipe slurm >/dev/null
  cp "$scratch/recipe" "$scratch/upscale.sbatch"
  bash -n "$scratch/upscale.sbatch"
  shellcheck "$scratch/upscale.sbatch"
  configure_slurm
  # The client reads the options of the script before it looks for a cluster.
  says_of() { sbatch --test-only "$1" 2>&1 || true; }
  [[ $(says_of "$scratch/upscale.sbatch") == *'Unable to contact slurm controller'* ]] ||
    fail "sbatch: $(says_of "$scratch/upscale.sbatch")"
  sed 's/--cpus-per-task/--cpus-per-tsk/' "$scratch/upscale.sbatch" >"$scratch/wrong.sbatch"
  [[ $(says_of "$scratch/wrong.sbatch") == *'unrecognized option'* ]] || fail 'sbatch takes anything'
  if ! command -v slurmctld >/dev/null || ! command -v slurmd >/dev/null || [[ $(id -u) != 0 ]]; then
    printf '    no daemons of Slurm: the script was parsed only\n'
    return
  fi
  start_slurm
  mkdir -p "$scratch/originals/reports"
  # Waits for the array; fails if a job of it did.
  in_folder sbatch --wait "$scratch/upscale.sbatch"
  compare enlarged reports/*.jsonl
}

# A cluster of this machine alone.
configure_slurm() {
  local folder=$scratch/slurm port=$((20000 + $$ % 20000))
  mkdir -p "$folder/state" "$folder/spool"
  export SLURM_CONF=$folder/slurm.conf
  cat >"$SLURM_CONF" <<CONFIG
ClusterName=checks
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$((port + 1))
SlurmdPort=$((port + 2))
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MessageTimeout=5
NodeName=localhost NodeAddr=127.0.0.1 CPUs=8 RealMemory=16000 State=UNKNOWN
PartitionName=checks Nodes=ALL Default=YES State=UP
CONFIG
}

start_slurm() {
  slurmctld -D >"$scratch/slurm/slurmctld.log" 2>&1 &
  daemons+=($!)
  slurmd -D -N localhost >"$scratch/slurm/slurmd.log" 2>&1 &
  daemons+=($!)
  local tries=0
  until [[ $(sinfo -h -o %T 2>/dev/null) == idle ]]; do
    ((tries += 1))
    ((tries < 100)) || fail "no cluster: $(tail -n 3 "$scratch/slurm/"*.log)"
    sleep 0.2
  done
}

# The manifest by the types of the API; what its container runs, for each index.
check_kubernetes() {
  recipe kubernetes >/dev/null
  cp "$scratch/recipe" "$scratch/job.yaml"
  local change
  /usr/bin/python3 "$here/api.py" <"$scratch/job.yaml"
  for change in s/completionMode/completionsMode/ 's/completions: 16/completions: "16"/' 's/- name: resshift/- title: resshift/'; do
    ! sed "$change" "$scratch/job.yaml" | /usr/bin/python3 "$here/api.py" 2>/dev/null || fail "taken: $change"
  done
  check_kubectl
  local words=()
  mapfile -d '' words < <(/usr/bin/python3 "$here/api.py" --shell <"$scratch/job.yaml")
  in_folder run_pods "${words[@]}"
  compare enlarged reports/*.jsonl
}

# The client without a cluster, which says what it has read when something is changed, here the image: it is what it was given.
# Clients that are older than Indexed Jobs leave these out.
check_kubectl() {
  local read=(kubectl set image --local --dry-run=client -o json resshift=another -f)
  if ! command -v kubectl >/dev/null || ! "${read[@]}" "$scratch/job.yaml" >"$scratch/job.json" 2>/dev/null ||
    ! grep -q completionMode "$scratch/job.json"; then
    printf '    no kubectl that knows Indexed Jobs: by the types of the API only\n'
    return
  fi
  /usr/bin/python3 -c '
import json, sys, yaml
given, read = yaml.safe_load(open(sys.argv[1])), json.load(open(sys.argv[2]))
assert read["spec"]["template"]["spec"]["containers"][0].pop("image") == "another"
del given["spec"]["template"]["spec"]["containers"][0]["image"]
def within(one, other):
    if isinstance(one, dict): return isinstance(other, dict) and all(k in other and within(v, other[k]) for k, v in one.items())
    if isinstance(one, list): return len(one) == len(other) and all(map(within, one, other))
    return one == other
sys.exit(not within(given, read))' "$scratch/job.yaml" "$scratch/job.json" || fail 'kubectl has left something out'
}

checks=("$@")
((${#checks[@]})) || checks=(parallel pictures hosts slurm kubernetes)
make_pictures
run_checks batches "${checks[@]}"
