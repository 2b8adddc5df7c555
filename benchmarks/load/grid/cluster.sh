# A cluster of real processes on loopback for scripts of this folder: a host with the registry, nodes, an edge, and a caller that takes orders. Sourced, not run.
#   needs: curl, jq, the jar of benchmarks/calls; sets: tmp (logs), and for each process NAME pid[NAME]
# Settings: BASE_PORT (25000; about thirty ports from there), IMAGES_SIZE, NOTES (560, bytes of a call's state that say nothing), NODE_OPTIONS and EDGE_OPTIONS (of their JVMs), NODES (named in the file), SERVICE (HeldCallService), SERVICE_SETTINGS (what else stands with it), WIRE (udp; how the edge listens)
port=${BASE_PORT:-25000} admin_host=127.0.0.1
declare -A pid=() admin=()
tmp=$(mktemp -d "${TMPDIR:-/tmp}/dialtone-load-XXXXXX")
host=$(basename "$tmp")
dialtone=$root/dialtone
calls=$root/benchmarks/calls/target/calls.jar
[ -f "$calls" ] || { echo "$calls is not there (expected: mvn -q -pl benchmarks/calls -am -DskipTests package)" >&2; exit 2; }
for needed in curl jq; do command -v $needed >/dev/null || { echo "$needed is missing (expected: apt-get install -y $needed)" >&2; exit 2; }; done
. "$root/runtime/distribution/src/main/bin/find-java.sh"
java=$(dialtone_find_java java)/bin/java
"$dialtone" version >/dev/null  # builds it if need be

stop_all() {
  local p
  [ -z "${caller_in:-}" ] || { echo quit >&"$caller_in"; } 2>/dev/null || true
  for p in "${pid[@]}"; do kill -9 "$p" 2>/dev/null || true; done
  sleep 0.5
  rm -rf /dev/shm/dialtone-"$host" /dev/shm/dialtone-"$host".lock /dev/shm/dialtone-"$host".watch /dev/shm/dialtone-registry-"$host"
  [ -n "${KEEP:-}" ] && echo "logs are in $tmp" || rm -rf "$tmp"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

write_cluster() {
  local i
  (umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$tmp/cluster.key")
  {
    echo "service: { name: held, handler: io.dialtone.benchmarks.calls.${SERVICE:-HeldCallService}, class-path: \"$calls\", ${SERVICE_SETTINGS:-sessions-max: 4000000} }"
    echo "link: { peer-silence-max: 3s }"
    echo "node: { dialogs-max: 4000000, transactions-max: 4000000 }"
    echo "grid: { registry: \"$host@127.0.0.1:$((port + 10))\", registry-directory: registry, images-size: ${IMAGES_SIZE:-1600m}, images-reserve: 10 }"
    echo "cluster:"
    echo "  key-file: cluster.key"
    echo "  members:"
    echo "    - { name: edge-1, role: edge, host: $host, link: \"127.0.0.1:$((port + 1))\", listen: \"${WIRE:-udp}:127.0.0.1:$port\" }"
    for i in $(seq "${NODES:-2}"); do echo "    - { name: node-$i, role: node, host: $host, link: \"127.0.0.1:$((port + 1 + i))\" }"; done
  } >"$tmp/cluster.yaml"
}

# start ROLE NAME PLACE: PLACE tells admin ports apart
start() {
  local options=""
  admin[$2]=$admin_host:$((port + 20 + $3))
  if [ "$1" = node ]; then
    options="-Xlog:gc*,safepoint:file=$tmp/$2.gc:uptime:filecount=0 -Dcalls.notes=${NOTES:-560} ${NODE_OPTIONS:-}"
  elif [ "$1" = edge ]; then
    options=${EDGE_OPTIONS:-}
  fi
  DIALTONE_JAVA_OPTIONS="$options" "$dialtone" "$1" --config "$tmp/cluster.yaml" --name "$2" --admin "${admin[$2]}" >>"$tmp/$2.log" 2>&1 </dev/null &
  pid[$2]=$!
  disown "${pid[$2]}"  # its death is no news for the shell to print
}

# await SECONDS WHAT COMMAND...: until the command says yes
await() {
  local until=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $until ] || { echo "$what: not within the time" >&2; tail -n 5 "$tmp"/*.log >&2; exit 1; }
    sleep 0.1
  done
}

status() { curl -s --max-time 5 "http://${admin[$1]}/status"; }
metric() { curl -s --max-time 5 "http://${admin[$1]}/metrics" | awk -v m="$2" 'index($1, m "{") == 1 || $1 == m { s += $2 } END { printf "%.0f", s }'; }
settled() { [ "$(status edge-1 | jq -r '.grid | (.settled and (.members | length) == '"$1"')')" = true ]; }
up() { curl -sf --max-time 5 "http://${admin[$1]}/status" >/dev/null; }
slots_of() { status "$1" | jq -r '.ownedSlots | map(tostring) | join(",")'; }

# take_orders MAIN ARGUMENTS...: starts a class of the jar that obeys "order" and is "heard"; heap and more by CALLER_OPTIONS
take_orders() {
  local main=io.dialtone.benchmarks.calls.$1
  shift
  mkfifo "$tmp/orders" "$tmp/words"
  # shellcheck disable=SC2086  # several options in one variable are meant to be split
  "$java" $CALLER_OPTIONS -XX:+UseSerialGC --add-opens java.base/jdk.internal.misc=ALL-UNNAMED --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$calls" "$main" "$@" <"$tmp/orders" >"$tmp/words" 2>>"$tmp/caller.log" &
  pid[caller]=$!
  disown "${pid[caller]}"
  exec {caller_in}>"$tmp/orders" {caller_out}<"$tmp/words"
}
start_caller() { CALLER_OPTIONS="-Xms384m -Xmx384m -Dagrona.disable.bounds.checks=true" take_orders CallerMain 127.0.0.1 "$port" "$tmp/cluster.key" 256; }
order() { echo "$*" >&"$caller_in"; }
# What the caller says next.
heard() { local line; read -r -t "${1:-900}" -u "$caller_out" line || { echo "the caller is silent" >&2; cat "$tmp/caller.log" >&2; exit 1; }; echo "$line"; }
order_await() { order "$@"; order await; heard >/dev/null; }
say() { printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*"; }

# memory NAME: resident bytes in MiB, once as the system counts them, once with what is shared divided among those who share it
memory() {
  local p=${pid[$1]}
  awk -v n="$1" '/^Rss:/ { rss = $2 } /^Pss:/ { pss = $2 } /^Pss_Anon:/ { anon = $2 } /^AnonHugePages:/ { huge = $2 }
    END { printf "%-7s resident %4d MiB, its own share %4d MiB (anonymous %4d, of these huge pages %4d)", n, rss / 1024, pss / 1024, anon / 1024, huge / 1024 }' "/proc/$p/smaps_rollup"
}
# longest NAME SINCE: the longest stop of the world since an uptime in s, in ms, and how many were longer than 10 ms; of collections alone, and of all safepoints with the way to them
pauses() {
  awk -v since="$2" '{ t = $1; gsub(/[][s]/, "", t); t += 0 }
    t < since { next }
    / Pause / && /ms$/ { ms = $NF; sub(/ms$/, "", ms); ms += 0; n++; if (ms > gc) gc = ms; if (ms > 10) over++ }
    /^.*Safepoint "/ { total = $0; sub(/.*Total: */, "", total); sub(/ ns.*/, "", total); total /= 1e6; if (total > all) { all = total; why = $0; sub(/.*Safepoint "/, "", why); sub(/".*/, "", why) } }
    END { printf "%d collection pauses, longest %.2f ms, %d over 10 ms; longest stop of any kind %.1f ms (%s)", n, gc, over, all, why }' "$tmp/$1.gc"
}
uptime_of() { awk -v now="$(awk '{ print $1 }' /proc/uptime)" -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print now - $20 / tick }' "/proc/${pid[$1]}/stat"; }
cpu_of() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / tick }' "/proc/${pid[$1]}/stat"; }
heap_of() { "$(dirname "$java")/jcmd" "${pid[$1]}" GC.heap_info | awk '/garbage-first|ZHeap|ZGC|def new/ { sub(/^ +/, ""); print; exit }'; }
