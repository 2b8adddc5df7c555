#!/usr/bin/env bash
# Side by side on one machine, in one run: Kamailio's stateful relay (t_relay, record_route) and services of this project that stay in the path of calls: a stateful proxy, a back-to-back agent.
#   benchmarks/load/sip/stateful.sh [PROJECT_ROOT] [WINDOWS] [CALLS]
#   ROWS="kamailio proxy proxy-replicated bridge bridge-replicated"   which of them, in which order
# proxy and bridge run on one node without backup, which is what Kamailio does; replicated ones on two nodes that each know the calls of the other before an answer leaves. Edge, nodes and media driver
# are one process each time. CPU is that of the whole process, a forwarded message of the caller's or the callee's side (six a call, both sides' 100 not counted).
# Each gets 60,000 calls to warm up and half a minute for their transactions to end (SETTLE), as a proxy has that has run for a while.
# On a machine that others use too: sudo unshare -n bash -c "ip link set lo up; chrt -r 10 benchmarks/load/sip/stateful.sh" gives both sides ports and cores of their own.
# Needs: gcc, ss (iproute2), kamailio, and the jar: mvn -q -pl benchmarks/calls -am -DskipTests package
set -eu
root=$(cd "${1:-.}" && pwd) windows=${2:-1,16,64} calls=${3:-30000}
rows=${ROWS:-kamailio proxy bridge proxy-replicated bridge-replicated}
here=$(cd "$(dirname "$0")" && pwd) tmp=$(mktemp -d)
jar=$root/benchmarks/calls/target/calls.jar
[ -f "$jar" ] || { echo "$jar is not there (expected: mvn -q -pl benchmarks/calls -am -DskipTests package)" >&2; exit 2; }
running=
stop() { [ -z "$running" ] || { kill "$running" 2>/dev/null; wait "$running" 2>/dev/null; } || true; running=; }
trap 'stop; rm -rf "$tmp"' EXIT
gcc -O2 -o "$tmp/callstorm" "$here/callstorm.c"
tree() { local p=$1 c; echo "$p"; for c in $(cat /proc/"$p"/task/*/children 2>/dev/null); do tree "$c"; done; }
cpu() { local s=0 p; for p in $(tree "$1"); do s=$((s + $(awk '{print $14+$15}' "/proc/$p/stat" 2>/dev/null || echo 0))); done; echo "$s"; }
await_port() { for _ in $(seq 300); do ss -Hlun "sport = :5060" | grep -q . && return 0; sleep 0.1; done; echo "nothing listens on 5060" >&2; tail -20 "$tmp/log" >&2; exit 2; }
start() { # NAME
  case $1 in
    kamailio) kamailio -f "$here/kamailio-stateful.cfg" -DD -E -m 512 >"$tmp/log" 2>&1 & ;;
    proxy*) platform "$1" io.dialtone.benchmarks.calls.RelayService ;;
    bridge*) platform "$1" io.dialtone.examples.BackToBackService ;;
  esac
  running=$!
}
platform() { # NAME HANDLER
  local nodes="--nodes 1 --backups 0"
  case $1 in *-replicated) nodes="--nodes 2 --backups 1" ;; esac
  # exec: the process itself is measured, not a shell around it
  BACK_TO_BACK_TARGET=127.0.0.1:5071 exec "$root/dialtone" run --listen udp:127.0.0.1:5060 --handler "$2" --class-path "$jar" $nodes ${OPTIONS:-} >"$tmp/log" 2>&1 &
}
for row in $rows; do
  start "$row"; await_port
  sleep 1
  for w in 64 1; do "$tmp/callstorm" 127.0.0.1 5060 5061 5071 $((${WARMUP:-60000} / (w == 1 ? 6 : 1))) $w >"$tmp/warm" 2>&1 || true; done
  sleep "${SETTLE:-34}"
  for w in ${windows//,/ }; do
    n=$calls; [ "$w" -gt 1 ] || n=$((calls / 3))
    before=$(cpu $running); line=$("$tmp/callstorm" 127.0.0.1 5060 5061 5071 "$n" "$w" 2>&1 | tail -1); after=$(cpu $running)
    echo "$row window $w cpu $(awk -v t=$((after - before)) -v n="$n" 'BEGIN{printf "%.2f", t*10000/(6*n)}') us/msg | $line" | tee -a "$tmp/rows"
  done
  stop; sleep 1
done
awk '{k=$1" "$3; c[k]=$5; for(i=1;i<=NF;i++){if($i=="rate")r[k]=$(i+1); if($i=="p99")l[k]=$(i+1); if($i=="lost")x[k]=$(i+1)} if(!($3 in w)){w[$3]=1; order[++n]=$3} if($1!="kamailio"&&!($1 in s)){s[$1]=1; names[++m]=$1}}
 END{for(i=1;i<=m;i++) for(j=1;j<=n;j++){a=names[i]" "order[j]; b="kamailio "order[j]; if(c[b]>0) printf "ratio %s window %s: cpu %.2f, rate %.2f, setup p99 %.2f, lost %d (peer %d)\n", names[i], order[j], c[a]/c[b], r[a]/r[b], l[a]/l[b], x[a], x[b]}}' "$tmp/rows"
