#!/usr/bin/env bash
# A node pair with many registrations, each with its backup: what they weigh, and how long it takes until one node answers for all when the other is killed.
#   benchmarks/load/grid/registrations.sh [REGISTRATIONS] [PER_SECOND]
# Real processes on loopback: a host with the registry, two nodes, an edge, a process that plays the subscribers. Then: memory; some ask which bindings they have, register again, get a MESSAGE by their
# binding; kill -9 of node-2 while some ask; the same again. Ends with 1 if anything was lost, wrong or unanswered (who is refused with 503 comes again in a second), or if a node weighs more than NODE_MEMORY (2560 MiB). For a million: 6 GiB free, two cores, 12 minutes.
set -eu -o pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../../.." && pwd)
count=${1:-1000000} rate=${2:-2500} memory_max=${NODE_MEMORY:-2560}
. "$root/benchmarks/load/grid/cluster.sh"
SERVICE=PhonesService SERVICE_SETTINGS="affinity: address-of-record, realm: phones.example, sessions-max: 4000000" write_cluster
start host "$host" 0; start node node-1 1; start node node-2 2; start edge edge-1 3
for name in "$host" node-1 node-2 edge-1; do await 60 "$name" up "$name"; done
await 60 "two nodes with their slots" settled 2
CALLER_OPTIONS="-Xms256m -Xmx1g" take_orders SubscribersMain 127.0.0.1 "$port"

failed=0
obey() { local said; order "$*"; said=$(heard); say "$said"; grep -q 'failed none' <<<"$said" || failed=1; }
report() {
  local name mib
  for name in "$@"; do
    say "$(memory "$name")"
    say "        $(heap_of "$name"); $(metric "$name" dialtone_worker_sessions) sessions in memory or store, $(metric "$name" dialtone_worker_sessions_dormant) in the store only"
    say "        $(metric "$name" dialtone_worker_images) images of $(($(metric "$name" dialtone_worker_images_bytes_used) / ($(metric "$name" dialtone_worker_images) + 1))) bytes; $(pauses "$name" 0)"
    mib=$(($(awk '/^Rss:/ { print $2 }' "/proc/${pid[$name]}/smaps_rollup") >> 10))
    [ "$mib" -le "$memory_max" ] || { say "$name weighs $mib MiB, more than $memory_max"; failed=1; }
  done
}
dormant() { metric "$1" dialtone_worker_sessions_dormant; }
all_dormant() { [ $(($(dormant node-1) + $(dormant node-2))) -ge $((count * 97 / 100)) ]; }
some=$((count / 100 < 10000 ? count / 100 : 10000))

obey register $((count / 10)) $((rate / 2))
obey register "$count" "$rate"
[ $failed = 0 ] || exit 1
say "registered"; report node-1 node-2
await 300 "registrations in the store only" all_dormant
say "at rest"; report node-1 node-2
obey query "$some" 500
obey refresh "$some" 500
obey message "$some" 500
obey kill "${pid[node-2]}" 500
obey query "$some" 500
obey refresh "$some" 500
obey message "$some" 500
say "slots lost: $(status edge-1 | jq .grid.slotsLost)"; report node-1
[ $failed = 0 ] && say "passed" || say "FAILED"
exit $failed
