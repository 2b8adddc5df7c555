#!/usr/bin/env bash
# Side by side on one machine, in one run: Kamailio's stateless dispatcher and this project's stand-alone SIP balancer.
#   benchmarks/load/sip/compare.sh [PROJECT_ROOT] [WINDOWS] [CALLS]
# On a machine that others use too: sudo unshare -n bash -c "ip link set lo up; chrt -r 10 benchmarks/load/sip/compare.sh" gives both sides ports and cores of their own.
# Needs: gcc, kamailio (apt-get install -y kamailio). Prints one row per balancer and window, then the ratios ours/peer.
set -eu
root=$(cd "${1:-.}" && pwd) windows=${2:-1,16,64,256} calls=${3:-60000}
here=$(cd "$(dirname "$0")" && pwd) tmp=$(mktemp -d)
ours=${SIP_LB:-"$root/dialtone sip-lb --listen udp:127.0.0.1:5060 --backend 127.0.0.1:5071 --backend 127.0.0.1:5072"}
pids=()
cleanup() { for p in "${pids[@]:-}"; do [ -n "$p" ] && kill "$p" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$tmp"; }
trap cleanup EXIT
gcc -O2 -o "$tmp/callstorm" "$here/callstorm.c"
tree() { local p=$1 c; echo "$p"; for c in $(cat /proc/"$p"/task/*/children 2>/dev/null); do tree "$c"; done; }
cpu() { local s=0 p; for p in $(tree "$1"); do s=$((s + $(awk '{print $14+$15}' "/proc/$p/stat" 2>/dev/null || echo 0))); done; echo "$s"; }
awaitport() { for _ in $(seq 200); do ss -Hlun "sport = :5060" | grep -q . && return 0; sleep 0.1; done; echo "nothing listens on 5060" >&2; return 1; }
measure() { # NAME PID
  "$tmp/callstorm" 127.0.0.1 5060 5061 5071,5072 "${WARMUP:-150000}" 64 >"$tmp/warm" 2>&1 || true
  for w in ${windows//,/ }; do
    local before after line
    before=$(cpu "$2"); line=$("$tmp/callstorm" 127.0.0.1 5060 5061 5071,5072 "$calls" "$w" 2>&1 | tail -1); after=$(cpu "$2")
    echo "$1 window $w cpu $(awk -v t=$((after - before)) -v n="$calls" 'BEGIN{printf "%.2f", t*10000/(6*n)}') us/msg | $line" | tee -a "$tmp/rows"
  done
}
sed "s#DISPATCHER_LIST#$tmp/list#" "$here/kamailio.cfg" >"$tmp/kamailio.cfg"
printf '1 sip:127.0.0.1:5071\n1 sip:127.0.0.1:5072\n' >"$tmp/list"
kamailio -f "$tmp/kamailio.cfg" -DD -E -m 256 >"$tmp/kamailio.log" 2>&1 & pids+=($!)
awaitport; measure kamailio $!
kill "${pids[0]}"; wait "${pids[0]}" 2>/dev/null || true; pids=(); sleep 1
$ours >"$tmp/ours.log" 2>&1 & pids+=($!)
awaitport || { tail -20 "$tmp/ours.log" >&2; exit 2; }
measure dialtone $!
awk '{w=$3; k[$1" "w]=$5; for(i=1;i<=NF;i++){if($i=="rate")r[$1" "w]=$(i+1); if($i=="p99")l[$1" "w]=$(i+1); if($i=="lost")x[$1" "w]=$(i+1)} s[w]=1}
 END{for(w in s) printf "ratio window %s: cpu %.2f, rate %.2f, setup p99 %.2f, lost %d (peer %d)\n", w, k["dialtone "w]/k["kamailio "w], r["dialtone "w]/r["kamailio "w], l["dialtone "w]/l["kamailio "w], x["dialtone "w], x["kamailio "w]}' "$tmp/rows" | sort -t' ' -k3n
