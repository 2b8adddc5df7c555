#!/usr/bin/env bash
# Many phones on one edge, each with a connection of its own that it registers by and is called by: what an edge and its node weigh, and whether each call comes to the right phone.
#   benchmarks/load/sip/clients.sh [CLIENTS] [tcp|ws]
#   DIGEST=true                    asks each REGISTER for credentials
#   CALLS=1000 AGAIN=2000 STAY=20  calls of a phone to another, phones that register again, seconds in which each pings once
#   EDGE_OPTIONS=-Xmx2g            of the edge's JVM; EDGE_MEMORY=3072, MiB that the edge may have
#   AFTER=COMMAND                  run while all are there, with the edge's process id as its argument
# Phones take a file descriptor each, in the edge and in the process that plays them: 100,000 want ulimit -n 110000 (docs/how-to/listen-by-tcp-tls-and-websocket.md says what else). Where there may not be
# so many, it takes as many as there may be, and says from what they weigh what 100,000 would. Ends with 1 if anything failed or weighs too much.
# Real processes on loopback: a host with the registry, a node, an edge, the phones. Needs: curl, jq, the jar: mvn -q -pl benchmarks/calls -am -DskipTests package
set -eu -o pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../../.." && pwd)
wanted=${1:-100000} wire=${2:-tcp}
. "$root/benchmarks/load/grid/cluster.sh"
asked=100000 memory_max=${EDGE_MEMORY:-3072}
ulimit -n "$(ulimit -Hn)"
[ "$(ulimit -n)" = unlimited ] || [ "$wanted" -le $(($(ulimit -n) - 600)) ] && count=$wanted || count=$(($(ulimit -n) - 600))
NODES=1 SERVICE=PhonesService SERVICE_SETTINGS="affinity: address-of-record, backups: 0, realm: phones.example" WIRE=$wire write_cluster
echo "sip: { connections-max: $((count + 10)), connections-of-a-peer-max: $((count + 10)) }" >>"$tmp/cluster.yaml"
NODE_OPTIONS="${NODE_OPTIONS:-} -Dphones.digest=${DIGEST:-false}"
start host "$host" 0; start node node-1 1; start edge edge-1 2
for name in "$host" node-1 edge-1; do await 60 "$name" up "$name"; done
await 60 "a node with its slots" settled 1
CALLER_OPTIONS="-Xms128m -Xmx1g" take_orders PhonesMain 127.0.0.1 "$port" "$wire"

failed=0
obey() { local said; order "$*"; said=$(heard 170); say "$said"; grep -q 'failed none' <<<"$said" || failed=1; }
kib() { awk '/^Rss:/ { print $2 }' "/proc/${pid[$1]}/smaps_rollup"; }
# KiB that live on the edge's heap
live() {
  "$(dirname "$java")/jcmd" "${pid[edge-1]}" GC.run >/dev/null
  "$(dirname "$java")/jcmd" "${pid[edge-1]}" GC.heap_info | awk '/ used / { for (i = 1; i < NF; i++) if ($i == "used") { sub(/K.*/, "", $(i + 1)); s += $(i + 1) } } /Metaspace/ { exit } END { print s }'
}

# The first thousand show what comes with the first, as classes and pools; only what the others add is counted for each.
first=$((count / 10 < 2000 ? count / 10 : 2000))
obey register "$first"
heap_first=$(live) rss_first=$(kib edge-1) node_first=$(kib node-1)
obey register "$count"
[ "$(metric edge-1 dialtone_sip_stream_open)" -ge "$count" ] || { say "the edge has $(metric edge-1 dialtone_sip_stream_open) connections open, not $count"; failed=1; }
rss_full=$(kib edge-1)
obey stay "${STAY:-20}"
obey again "${AGAIN:-2000}"
obey call "${CALLS:-1000}"
rss_all=$(kib edge-1) node_all=$(kib node-1) heap_all=$(live)
[ -z "${AFTER:-}" ] || $AFTER "${pid[edge-1]}"
for name in edge-1 node-1; do say "$(memory "$name")"; done
more=$((count - first))
heap_each=$(((heap_all - heap_first) * 1024 / more)) rss_each=$(((rss_all - rss_first) * 1024 / more))
say "edge: $((rss_first >> 10)) MiB with $first phones, $((rss_full >> 10)) with $count, $((rss_all >> 10)) after all that; for each phone $rss_each bytes resident, of these $heap_each live on the heap"
say "node: for each phone $(((node_all - node_first) * 1024 / more)) bytes resident"
# A part of the heap is there before it is needed, and a collector wants room beside what lives.
[ "$rss_each" -ge $((2 * heap_each)) ] && each=$rss_each || each=$((2 * heap_each))
would=$(((rss_first + (asked - first) * each / 1024) >> 10))
if [ "$count" -ge "$asked" ]; then weighs=$((rss_all >> 10)); else weighs=$would; say "$count of $asked were open (ulimit -Hn $(ulimit -Hn)); $asked would weigh $would MiB at $each bytes each"; fi
[ "$weighs" -le "$memory_max" ] || failed=1
[ $failed = 0 ] && say "passed: $weighs MiB of $memory_max, by $wire" || say "FAILED: $weighs MiB of $memory_max, by $wire"
exit $failed
