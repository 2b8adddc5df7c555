#!/usr/bin/env bash
# A node joins, a node is drained, a node comes back, under calls: what callers notice.
#   benchmarks/load/grid/move.sh [CALLS_PER_SECOND] [CALLS_OPEN] [SECONDS]
# Real processes on loopback: a host with the registry, two nodes and then a third, an edge, a caller with CALLS_OPEN calls that stay and CALLS_PER_SECOND that last five seconds. Set-up
# times count from when a call was due. "during" lasts until all is settled, or SECONDS if that is longer, so that its p99 is of as many calls as that of "before".
# Takes about 8 * SECONDS. See benchmarks/load/grid/README.md.
set -eu -o pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../../.." && pwd)
rate=${1:-400} open=${2:-10000} seconds=${3:-20}
NODES=3 IMAGES_SIZE=${IMAGES_SIZE:-256m}
. "$root/benchmarks/load/grid/cluster.sh"
write_cluster
start host "$host" 0; start node node-1 1; start node node-2 2; start edge edge-1 4
for name in "$host" node-1 node-2 edge-1; do await 60 "$name" up "$name"; done
await 60 "two nodes with their slots" settled 2
start_caller
order_await calls "$open" 1000
order traffic "$rate" 5000; sleep 12
order mark warm-up; say "$(heard)"

steady() { sleep "$seconds"; order mark "$1"; say "$(heard)"; }
# during NAME SETTLED...: what was measured until the command says yes, and how long that took
during() {
  local name=$1 began=$(date +%s%N)
  shift
  await 300 "$name" "$@"
  say "$name: settled after $((($(date +%s%N) - began) / 1000000)) ms"
  local left=$((seconds - ($(date +%s%N) - began) / 1000000000))
  [ $left -le 0 ] || sleep $left
  order mark "during-$name"; say "$(heard)"
}
empty() { [ "$(status edge-1 | jq '[.grid.members[] | select(.name == "node-1") | .owned + .backedUp + .learning] | add // 0')" = 0 ]; }

steady before-join
start node node-3 3  # a JVM that starts takes a core for a while: here it is one of those that the others run on
is_member() { [ "$(status edge-1 | jq '.grid.members | length')" = 3 ]; }
await 60 "node-3" is_member
order mark while-node-3-starts; say "$(heard)"
during join settled 3
steady before-drain
"$dialtone" drain node-1 --keep --timeout 0s --admin "${admin[edge-1]}" >/dev/null
during drain empty
steady before-return
"$dialtone" drain node-1 --undo --admin "${admin[edge-1]}" >/dev/null
during return settled 3
steady after
order traffic 0 0; sleep 8
order mark rest; say "$(heard)"
order ask 2000 4000 -; say "calls that were open all the time: $(heard)"
say "slots lost: $(status edge-1 | jq .grid.slotsLost)"
for name in node-1 node-2 node-3; do say "$name: $(pauses "$name" 0)"; done
