#!/usr/bin/env bash
# The same calls' states kept in two processes, side by side in one run: by this project's grid, by a Hazelcast IMap with one sync backup, by Redis without and with a replica.
#   benchmarks/load/grid/compare.sh [PROJECT_ROOT] [SECONDS] [ROUNDS]           about five minutes; reads pass or fail of three claims at its end
#   PARK_MIN_US=50 benchmarks/load/grid/compare.sh                              with node.park-min and link.park-min: less CPU, later answers
#   GRIDS="alone dialtone imap" MODES=128/20000 IMAGE=1024 benchmarks/load/grid/compare.sh . 5 3
# Two worker processes have half of the load each. An event reads a state, changes it, and is done when a second process has it (Redis without replica: when Redis has it). A mode is
# OPEN/PER_SECOND: events open at a time, and how many begin in a second, of both workers together; 0 is as fast as it goes. CPU is that of all processes that take part, callers and
# handler included. Dialtone is measured without backups (row no-backup) and with, in turn, in the same processes. Needs: redis-server (apt-get install -y redis-server), and the jar:
#   mvn -q -pl benchmarks/grid -am -DskipTests package
# Rows and ratios are of this run; do not compare rows of two. Exit code 1 if a claim does not hold.
set -eu -o pipefail
root=$(cd "${1:-.}" && pwd) seconds=${2:-3} rounds=${3:-2}
modes=${MODES:-128/20000,128/0} image=${IMAGE:-300}
grids=${GRIDS:-alone dialtone imap redis redis-replica lettuce lettuce-replica plain plain-replica}
jar=$root/benchmarks/grid/target/benchmarks.jar tmp=$(mktemp -d)
[ -f "$jar" ] || { echo "$jar is not there (expected: mvn -q -pl benchmarks/grid -am -DskipTests package)" >&2; exit 2; }
jvm=${JAVA_HOME:+$JAVA_HOME/bin/}java
flags="-Xms256m -Xmx256m -XX:+UseSerialGC -Dagrona.disable.bounds.checks=true --add-opens java.base/jdk.internal.misc=ALL-UNNAMED
 --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 -Dhazelcast.phone.home.enabled=false
 -Dpark.min.us=${PARK_MIN_US:-1} -Dpark.max.us=${PARK_MAX_US:-1000}"
main=io.dialtone.benchmarks.grid.GridMain
memory=/dev/shm; [ -d $memory ] || memory=$tmp
driver=$memory/dialtone-compare-$$
pids=()
stop() { for p in "${pids[@]:-}"; do [ -n "$p" ] && kill "$p" 2>/dev/null; done; for p in "${pids[@]:-}"; do [ -n "$p" ] && wait "$p" 2>/dev/null; done; pids=(); }
trap 'stop || true; rm -rf "$tmp" "$driver" "$driver".lock' EXIT
redis_process() { # PORT [REPLICAOF]: memory only, as a cache of sessions is run when a replica is what makes it safe
  redis-server --bind 127.0.0.1 --port "$1" --save '' --appendonly no --daemonize no --dir "$tmp" --repl-diskless-sync-delay 0 --repl-disable-tcp-nodelay no ${2:+--replicaof 127.0.0.1 $2} >>"$tmp/log" 2>&1 & pids+=($!)
  for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0; sleep 0.1; done; echo "nothing listens on $1" >&2; return 1
}
others() { local IFS=,; echo "${pids[*]}"; }
echo "load average $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores, image $image B, workers and media driver rest ${PARK_MIN_US:-1} us at least; CPU of all processes, latency from when an event was due, of the slower worker"
for grid in $grids; do
  : >"$tmp/log"
  place=-
  case $grid in
    dialtone) $jvm $flags -cp "$jar" $main driver "$driver" >>"$tmp/log" 2>&1 & pids+=($!); place=$driver ;;
    *-replica) redis_process 24201; redis_process 24202 24201; place=24201 ;;
    redis|lettuce|plain) redis_process 24201; place=24201 ;;
  esac
  timeout $((90 + seconds * rounds * 12)) $jvm $flags -cp "$jar" $main measure "$grid" "$place" "$image" "$seconds" "$rounds" "$modes" "$(others)" 2>>"$tmp/log" | tee -a "$tmp/rows" \
    || { echo "$grid has failed:" >&2; tail -20 "$tmp/log" >&2; }
  stop || true
  rm -rf "$driver"
done
echo "load average $(cut -d' ' -f1-3 /proc/loadavg)"
# What a grid adds: its CPU less that of callers and handler alone; what our replication adds: with backups less without, in the same processes. Medians of the rounds.
awk -v budget=2 -v image="$image" '
 { mode=$6"/"$8; if (!(mode in seen)) { order[++modes]=mode; seen[mode]=1 } k=$1" "mode; n[k]++; c[k,n[k]]=$11; r[k,n[k]]=$14; m[k,n[k]]=$17; l[k,n[k]]=$20 }
 function median(a,k,  i,j,t,s) { if (!(k in n)) return "-"; for (i=1;i<=n[k];i++) s[i]=a[k,i]
   for (i=2;i<=n[k];i++) for (j=i;j>1&&s[j]<s[j-1];j--) { t=s[j];s[j]=s[j-1];s[j-1]=t }
   return n[k]%2 ? s[(n[k]+1)/2] : (s[n[k]/2]+s[n[k]/2+1])/2 }
 function verdict(is) { if (!is) failed=1; return is ? "PASS" : "FAIL" }
 function compared(grid, wanted,  k, added, times) {
   k=grid" "mode; if (!(k in n)) return
   added=median(c,k)-alone; times=added/ours
   printf "  %-16s adds %7.2f us, %6.1f times ours (%.1f times ours over alone)  at %.0f /s, p50 %.0f us, p99 %.0f us", grid, added, times, added/(oursOverAlone<0.1 ? 0.1 : oursOverAlone), median(r,k), median(m,k), median(l,k)
   if (isPaced) printf "  %s: at least %d times", verdict(times>=wanted), wanted
   printf "\n" }
 END {
   for (i=1;i<=modes;i++) {
     mode=order[i]; isPaced=mode !~ /\/0$/
     if (!(("dialtone "mode) in n) || !(("alone "mode) in n)) continue
     alone=median(c,"alone "mode); with=median(c,"dialtone "mode); without=median(c,"no-backup "mode)
     for (j=1;j<=n["dialtone "mode];j++) { d["pairs",j]=c["dialtone "mode,j]-c["no-backup "mode,j] } n["pairs"]=n["dialtone "mode]
     ours=median(d,"pairs"); oursOverAlone=with-alone
     printf "\n%s B, %s open, %s /s:\n  alone %.2f us, no-backup %.2f us, with a backup %.2f us\n", image, mode_open(mode), (isPaced ? mode_rate(mode) : "as many as go"), alone, without, with
     printf "  dialtone         adds %7.2f us with what is there anyway %.2f us over alone  at %.0f /s, p50 %.0f us, p99 %.0f us (without a backup p50 %.0f us, p99 %.0f us)", ours, oursOverAlone, median(r,"dialtone "mode), median(m,"dialtone "mode), median(l,"dialtone "mode), median(m,"no-backup "mode), median(l,"no-backup "mode)
     if (isPaced) printf "  %s: at most %d us", verdict(ours<=budget), budget
     printf "\n"
     if (ours<0.1) { print "  (less than can be measured; ratios are to 0.1 us)"; ours=0.1 }
     compared("imap",8); compared("redis",20); compared("redis-replica",20); compared("lettuce",20); compared("lettuce-replica",20); compared("plain",20); compared("plain-replica",20) }
   exit failed }
 function mode_open(m) { sub(/\/.*/,"",m); return m }
 function mode_rate(m) { sub(/.*\//,"",m); return m }' "$tmp/rows"
