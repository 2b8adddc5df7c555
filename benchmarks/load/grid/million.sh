#!/usr/bin/env bash
# A node pair with many idle calls of about 1 KiB: what it weighs, how long it stops, and how long it takes until one node has them all when the other is killed.
#   benchmarks/load/grid/million.sh [CALLS] [CALLS_PER_SECOND]
# Real processes on loopback: a host with the registry, two nodes, an edge, a caller that sets up CALLS calls and leaves them. Then: memory; kill -9 of node-2 and questions in calls of
# all its slots; node-2 comes back and learns all while other calls come and go. See benchmarks/load/grid/README.md. For a million: 6 GiB free, two cores, 12 minutes.
set -eu -o pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../../.." && pwd)
count=${1:-1000000} rate=${2:-4000}
. "$root/benchmarks/load/grid/cluster.sh"
write_cluster
start host "$host" 0; start node node-1 1; start node node-2 2; start edge edge-1 3
for name in "$host" node-1 node-2 edge-1; do await 60 "$name" up "$name"; done
await 60 "two nodes with their slots" settled 2
start_caller

report() {
  local name
  for name in "$@"; do
    say "$(memory "$name")"
    say "        $(heap_of "$name"); $(metric "$name" dialtone_worker_sessions) calls in memory or store, $(metric "$name" dialtone_worker_sessions_dormant) in the store only"
    say "        $(pauses "$name" 0)"
  done
}
images() { # what the store holds and how full it is
  printf '%s: %d images, %d MiB of %d MiB taken, %d bytes each' "$1" "$(metric "$1" dialtone_worker_images)" $(($(metric "$1" dialtone_worker_images_bytes_used) >> 20)) \
    $(($(metric "$1" dialtone_worker_images_bytes_max) >> 20)) $(($(metric "$1" dialtone_worker_images_bytes_used) / ($(metric "$1" dialtone_worker_images) + 1)))
}

say "$count calls at $rate/s"
order mark start; heard >/dev/null
order_await calls "$count" "$rate"
sleep 3  # for the last answers
order mark set-up; say "$(heard)"
report node-1 node-2
kept=$(metric node-1 dialtone_worker_images)
all_dormant() { [ $(($(metric node-1 dialtone_worker_sessions_dormant) + $(metric node-2 dialtone_worker_sessions_dormant))) -ge $((kept * 97 / 100)) ]; }
await 300 "idle calls in the store only" all_dormant
sleep "${SETTLE:-20}"
say "idle"
report node-1 node-2
for name in node-1 node-2; do say "$(images "$name")"; done
order ask 2000 4000 -; say "before: $(heard)"

victims=$(slots_of node-2)
since=$(uptime_of node-1) cpu=$(cpu_of node-1)
fired=$(metric node-1 dialtone_worker_timers_fired_total)
order kill "${pid[node-2]}" 500 "$victims"; say "node-2 killed: $(heard)"
rates=
for _ in $(seq 15); do
  sleep 1
  now=$(metric node-1 dialtone_worker_timers_fired_total) rates="$rates $((now - fired))" fired=$now
done
say "timers of calls that fired on node-1 in each second since:$rates"
order ask 2000 4000 -; say "after: $(heard)"
say "node-1 since the kill: $(pauses node-1 "$since"), CPU $(awk -v a="$(cpu_of node-1)" -v b="$cpu" 'BEGIN { printf "%.1f", a - b }') s"
say "slots lost: $(status edge-1 | jq .grid.slotsLost)"
report node-1

say "other calls come and go, 200/s"
order traffic 200 2000; sleep 10; order mark x; heard >/dev/null; sleep 20
order mark before-join; say "$(heard)"
since=$(uptime_of node-1) began=$(date +%s%N) cpu=$(cpu_of node-1)
start node node-2 2
await 300 "node-2 has learnt all" settled 2
say "node-2 joined and learnt all in $((($(date +%s%N) - began) / 1000000)) ms; CPU of node-1 $(awk -v a="$(cpu_of node-1)" -v b="$cpu" 'BEGIN { printf "%.1f", a - b }') s, of node-2 $(cpu_of node-2) s"
order mark during-join; say "$(heard)"
say "node-1 meanwhile: $(pauses node-1 "$since")"
sleep 20
order mark after-join; say "$(heard)"
order traffic 0 0; sleep 3
for name in node-1 node-2; do say "$(images "$name")"; done
report node-1 node-2
order ask 2000 4000 -; say "at the end: $(heard)"
