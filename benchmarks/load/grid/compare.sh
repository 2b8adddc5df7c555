#!/usr/bin/env bash
# The same calls' states kept in two processes, side by side in one run: by this project's grid, by a Hazelcast IMap with one sync backup, by Redis without and with a replica.
#   benchmarks/load/grid/compare.sh [PROJECT_ROOT] [IMAGE_BYTES,...] [SECONDS] [WINDOW/PER_SECOND,...]
# One event reads a state, changes it, and is done when a second process has it (Redis without replica: when Redis has it). WINDOW events are open at a time; PER_SECOND 0 is as
# fast as it goes. CPU is that of all processes that take part, callers and handler included. Needs: redis-server (apt-get install -y redis-server), and the jar:
#   mvn -q -pl benchmarks/grid -am -DskipTests package
# Takes about (SECONDS * 1.25 * modes + SECONDS + 10 s) * 5 * sizes. Rows and ratios are of this run; do not compare rows of two. At the end of a row: CPU of the worker's process, then of the others (media driver and backup; member;
# Redis and replica).
set -eu -o pipefail
root=$(cd "${1:-.}" && pwd) sizes=${2:-300,1024} seconds=${3:-5} modes=${4:-1/0,64/0,64/20000}
grids=${GRIDS:-alone dialtone imap redis redis-replica}
jar=$root/benchmarks/grid/target/benchmarks.jar tmp=$(mktemp -d)
[ -f "$jar" ] || { echo "$jar is not there (expected: mvn -q -pl benchmarks/grid -am -DskipTests package)" >&2; exit 2; }
jvm=${JAVA_HOME:+$JAVA_HOME/bin/}java
flags="-Xms256m -Xmx256m -XX:+UseSerialGC -Dagrona.disable.bounds.checks=true --add-opens java.base/jdk.internal.misc=ALL-UNNAMED
 --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 -Dhazelcast.phone.home.enabled=false -Dpark.us=${PARK_US:-100}"
memory=/dev/shm; [ -d $memory ] || memory=$tmp
driver=$memory/dialtone-compare-$$
pids=()
stop() { for p in "${pids[@]:-}"; do [ -n "$p" ] && kill "$p" 2>/dev/null; done; for p in "${pids[@]:-}"; do [ -n "$p" ] && wait "$p" 2>/dev/null; done; pids=(); }
trap 'stop || true; rm -rf "$tmp" "$driver"' EXIT
grid_process() { $jvm $flags -jar "$jar" "$@" >>"$tmp/log" 2>&1 & pids+=($!); }
redis_process() { # PORT [REPLICAOF]: memory only, as a cache of sessions is run when a replica is what makes it safe
  redis-server --bind 127.0.0.1 --port "$1" --save '' --appendonly no --daemonize no --dir "$tmp" --repl-diskless-sync-delay 0 --repl-disable-tcp-nodelay no ${2:+--replicaof 127.0.0.1 $2} >>"$tmp/log" 2>&1 & pids+=($!)
  for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0; sleep 0.1; done; echo "nothing listens on $1" >&2; return 1
}
others() { local IFS=,; echo "${pids[*]}"; }
for size in ${sizes//,/ }; do
  for grid in $grids; do
    : >"$tmp/log"
    case $grid in
      alone) place=- ;;
      dialtone) grid_process driver "$driver"; grid_process backup "$driver"; place=$driver ;;
      imap) grid_process imap-backup; place=- ;;
      redis) redis_process 24201; place=24201 ;;
      redis-replica) redis_process 24201; redis_process 24202 24201; place=24201 ;;
    esac
    timeout $((60 + seconds * 12)) $jvm $flags -jar "$jar" "$grid" "$place" "$size" "$seconds" "$modes" "$(others)" 2>>"$tmp/log" | tee -a "$tmp/rows" \
      || { echo "$grid has failed:" >&2; tail -20 "$tmp/log" >&2; }
    stop || true
    rm -rf "$driver"
  done
done
# What a grid adds: its CPU less that of callers and handler alone.
awk '{ k=$3" B window "$6" paced "$8; if (!(k in seen)) { order[++n]=k; seen[k]=1 } c[$1" "k]=$11; l[$1" "k]=$20 }
 function times(g,k) { return (g" "k in c) && c["dialtone "k]>c["alone "k] ? sprintf("%.1f", (c[g" "k]-c["alone "k])/(c["dialtone "k]-c["alone "k])) : "-" }
 END { for (i=1;i<=n;i++) { k=order[i]
   printf "%-32s added: dialtone %.2f us; times that: imap %s, redis %s, redis-replica %s; p99 us: %.0f, imap %.0f, redis %.0f, redis-replica %.0f\n", k, c["dialtone "k]-c["alone "k],
     times("imap",k), times("redis",k), times("redis-replica",k), l["dialtone "k], l["imap "k], l["redis "k], l["redis-replica "k] } }' "$tmp/rows"
