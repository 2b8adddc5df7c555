package io.dialtone.runtime.node;

import io.dialtone.api.AffinityRule;
import io.dialtone.api.DigestAlgorithm;
import io.dialtone.api.ServicePolicy;
import io.dialtone.runtime.sip.DigestSettings;
import io.dialtone.sip.routing.RedriveConfig;
import java.nio.file.Path;
import java.util.List;

/** Settings of a service, of the nodes that run it, and of the edges before them. */
final class NodeSettings {
    static final Setting<String> SERVICE_NAME = Setting.of(
            "service.name",
            "--service-name",
            SettingType.text("NAME", "a short name"),
            "service",
            "what status and metrics call the service");

    static final Setting<String> SERVICE_VERSION = Setting.of(
            "service.version", "--service-version", SettingType.text("TEXT", "a version"), "1", "its version");

    static final Setting<String> HANDLER = Setting.optional(
            "service.handler",
            "--handler",
            SettingType.text("CLASS", "the name of a class that implements io.dialtone.api.SipHandler"),
            "class of the service's handler, which is public and has a constructor without arguments; needed, unless"
                    + " a file lists several services under service.chain");

    static final Setting<List<Path>> CLASS_PATH = Setting.optional(
            "service.class-path",
            "--class-path",
            SettingType.listOf(SettingType.file()),
            "jar or folder with the service's classes");

    static final Setting<AffinityRule> AFFINITY = Setting.of(
            "service.affinity",
            "--affinity",
            SipLbSettings.AFFINITY_RULE,
            "call-id",
            "what names a session's home: call-id, from-user, to-user, request-uri-user, address-of-record or"
                    + " header:NAME; the same for all members");

    static final Setting<Integer> BACKUPS = Setting.of(
            "service.backups",
            "--backups",
            SettingType.wholeNumber(0, ServicePolicy.BACKUPS_MAX),
            "1",
            "how many nodes besides its owner know each session before an answer leaves; the same for all members, and"
                    + " for the registry's life");

    static final Setting<ServicePolicy.WhenAlone> WHEN_ALONE = Setting.of(
            "service.when-alone",
            "--when-alone",
            SettingType.oneOf(ServicePolicy.WhenAlone.class),
            "serve",
            "what a node does with a slot that has no backup in sync: serve all, or established-only, which answers"
                    + " 503 to requests that would begin a session and goes on with those that are there");

    static final Setting<Integer> SESSIONS_MAX = Setting.of(
            "service.sessions-max",
            "--sessions-max",
            SettingType.wholeNumber(1, 1 << 26),
            String.valueOf(ServicePolicy.SESSIONS_MAX_DEFAULT),
            "sessions that a node may own, at rest or not, dealt to its workers in equal parts; a further one is"
                    + " answered 503. What it takes over may be more");

    static final Setting<Integer> STATE_SIZE_MAX = Setting.of(
            "service.state-size-max",
            "--state-size-max",
            SettingType.size("64", "64k"),
            "64k",
            "bytes of a session's state; an event that would make it longer is undone and answered 500");

    static final Setting<String> REALM = Setting.optional(
                    "service.realm",
                    "--realm",
                    SettingType.readBy(
                            "REALM",
                            "1 to " + DigestSettings.REALM_CHARS_MAX
                                    + " printable ASCII characters without quotes and backslashes",
                            DigestSettings::checkRealm,
                            List.of()),
                    "whose users are asked for credentials, usually a domain; the same for all nodes. Without it the"
                            + " service's name is taken")
            .reference("RFC 3261 22.1");

    static final Setting<List<DigestAlgorithm>> DIGEST_ALGORITHMS = Setting.of(
                    "service.digest-algorithms",
                    "--digest-algorithm",
                    SettingType.listOf(SettingType.oneOf(DigestAlgorithm.class)),
                    "sha-256,md5",
                    "which hashes are offered to who is asked for credentials, the strongest first; the same for all"
                            + " nodes")
            .reference("RFC 7616, RFC 8760");

    static final Setting<Boolean> DIGEST_BODIES = Setting.of(
                    "service.digest-bodies",
                    "--digest-bodies",
                    SettingType.yesOrNo(),
                    "false",
                    "offers to protect the bodies of requests by their credentials as well (qop auth-int)")
            .reference("RFC 7616 3.4.3");

    static final Setting<Long> NONCE_LIFE = Setting.of(
                    "node.nonce-life",
                    "--nonce-life",
                    SettingType.duration("1s", "24h"),
                    "5m",
                    "how long credentials may be made with a nonce; then a new one is asked for. A session that has"
                            + " taken credentials is remembered for as long after its end; the same for all nodes")
            .reference("RFC 7616 5.4");

    static final Setting<Integer> NONCES_MAX = Setting.of(
            "node.nonces-max",
            "--nonces-max",
            SettingType.wholeNumber(1, DigestSettings.NONCES_PER_SESSION_MAX_MAX),
            String.valueOf(DigestSettings.NONCES_PER_SESSION_MAX_DEFAULT),
            "nonces of a session of which is known how often they were used; with a further one the oldest is not"
                    + " taken any longer");

    static final Setting<Integer> CHALLENGES_PER_SECOND = Setting.of(
            "node.challenges-per-second",
            "--challenges-per-second",
            SettingType.wholeNumber(1, 10_000_000),
            String.valueOf(DigestSettings.CHALLENGES_PER_SECOND_DEFAULT),
            "most challenges of a worker in a second; beyond it requests without right credentials are dropped and"
                    + " counted");

    static final Setting<Integer> TRANSACTIONS_MAX = Setting.of(
            "node.transactions-max",
            "--transactions-max",
            SettingType.wholeNumber(1, 1 << 24),
            String.valueOf(1 << 20),
            "server transactions of a worker; a further request is answered 503");

    static final Setting<Integer> DIALOGS_MAX = Setting.of(
            "node.dialogs-max",
            "--dialogs-max",
            SettingType.wholeNumber(1, 1 << 24),
            String.valueOf(1 << 20),
            "dialogs of a worker; a further INVITE is answered 503");

    static final Setting<Integer> CLIENT_TRANSACTIONS_MAX = Setting.of(
            "node.client-transactions-max",
            "--client-transactions-max",
            SettingType.wholeNumber(1, 1 << 24),
            String.valueOf(1 << 20),
            "client transactions of a worker; a service that begins a further one is undone, and its request answered"
                    + " 503");

    static final Setting<Integer> LEGS_MAX = Setting.of(
            "node.legs-per-session-max",
            "--legs-per-session-max",
            SettingType.wholeNumber(1, 1_024),
            "16",
            "legs that one session may have begun and not ended; a service that begins a further one is undone");

    static final Setting<Integer> REQUESTS_MAX = Setting.of(
            "node.requests-per-session-max",
            "--requests-per-session-max",
            SettingType.wholeNumber(1, 4_096),
            "64",
            "requests of one session to others that wait for their final answer; a service that begins a further one"
                    + " is undone");

    static final Setting<Integer> FORKS_MAX = Setting.of(
                    "node.forks-max",
                    "--forks-max",
                    SettingType.wholeNumber(1, 1_024),
                    "8",
                    "early dialogs of one INVITE of a service; of further forks no dialog is kept before they accept")
            .reference("RFC 3261 13.2.2.4");

    static final Setting<Integer> DATAGRAM_REQUEST_MAX = Setting.of(
                    "node.datagram-request-max",
                    "--datagram-request-max",
                    SettingType.size("0", "65535"),
                    "1300",
                    "longest request of a service that goes by UDP; a longer one goes by TCP where the edge listens by TCP, and by UDP if nobody can be connected to. 0 lets all go by UDP")
            .reference("RFC 3261 18.1.1");

    static final Setting<Integer> BRANCHES_MAX = Setting.of(
                    "node.branches-max",
                    "--branches-max",
                    SettingType.wholeNumber(1, 256),
                    "16",
                    "targets of one proxied request; a service that names a further one is undone")
            .reference("RFC 3261 16.6");

    static final Setting<Long> TIMER_C = Setting.of(
                    "node.timer-c",
                    "--timer-c",
                    SettingType.duration("181s", "24h"),
                    "200s",
                    "a branch of a proxied INVITE that has said nothing but 100 for so long is withdrawn")
            .reference("RFC 3261 16.6 step 11");

    static final Setting<Integer> KEPT_CALLS_MAX = Setting.of(
            "node.kept-calls-max",
            "--kept-calls-max",
            SettingType.wholeNumber(1, 1_024),
            "16",
            "proxied calls that a session keeps at a time; a service that keeps a further one is undone, and of one"
                    + " that is only recorded there is no record");

    static final Setting<Long> KEPT_CALL_SILENCE_MAX = Setting.of(
                    "node.kept-call-silence-max",
                    "--kept-call-silence-max",
                    SettingType.duration("1m", "720h"),
                    "12h",
                    "a proxied call that is kept and has no session timer is taken for ended when nothing was heard of"
                            + " it for so long; one with a session timer 64*T1 after that has run out")
            .reference("RFC 4028 10");

    static final Setting<Long> PARK_MIN = Setting.of(
            "node.park-min",
            "--park-min",
            SettingType.duration("1us", "100ms"),
            "1us",
            "shortest rest of a worker that found no work; longer saves CPU under steady load, as more is done at a"
                    + " time, and costs latency; over 1us nobody wakes it, it looks by itself");

    static final Setting<Long> PARK_MAX = Setting.of(
            "node.park-max",
            "--park-max",
            SettingType.duration("0us", "100ms"),
            "1ms",
            "longest rest of an idle worker or edge loop; shorter costs CPU, longer costs latency; 0 never rests");

    static final Setting<Long> REHEARSAL_MAX = Setting.of(
            "node.rehearsal-max",
            "--rehearsal-max",
            SettingType.duration("0s", "60s"),
            "8s",
            "how long a node that comes to others may rehearse, within itself, before it asks for slots; 0 for no"
                    + " rehearsal");

    static final Setting<Long> T1 = Setting.of(
                    "node.t1", "--t1", SettingType.duration("10ms", "10s"), "500ms", "estimate of the round trip")
            .reference("RFC 3261 table 4, T1");

    static final Setting<Long> T2 = Setting.of(
                    "node.t2",
                    "--t2",
                    SettingType.duration("10ms", "1m"),
                    "4s",
                    "longest time between retransmissions of a final answer")
            .reference("RFC 3261 table 4, T2");

    static final Setting<Long> T4 = Setting.of(
                    "node.t4",
                    "--t4",
                    SettingType.duration("10ms", "1m"),
                    "5s",
                    "longest time a message stays in the network")
            .reference("RFC 3261 table 4, T4");

    static final Setting<Long> TRYING_AFTER = Setting.of(
                    "node.trying-after",
                    "--trying-after",
                    SettingType.duration("1ms", "10s"),
                    "200ms",
                    "a 100 is sent when the handler has not answered an INVITE by then")
            .reference("RFC 3261 17.2.1");

    static final Setting<Long> RINGING_MAX = Setting.of(
            "node.ringing-max",
            "--ringing-max",
            SettingType.duration("1s", "24h"),
            "10m",
            "an INVITE without final answer by then is answered 408, or withdrawn if a service has sent it");

    static final Setting<Long> RETRY_AFTER = Setting.of(
                    "node.retry-after",
                    "--node-retry-after",
                    SettingType.duration("1s", "1h"),
                    "5s",
                    "what a 503 of a node asks the caller to wait")
            .reference("RFC 3261 21.5.4");

    static final Setting<Long> EDGE_DEADLINE = Setting.of(
            "edge.deadline",
            "--deadline",
            SettingType.duration("100ms", "32s"),
            "4s",
            "how long after its arrival a request is still worth a node's work; after T2 it has been sent again");

    static final Setting<Long> EDGE_RETRY_AFTER = Setting.of(
                    "edge.retry-after",
                    "--retry-after",
                    SettingType.duration("0s", "1h"),
                    "5s",
                    "what a 503 of an edge asks the caller to wait")
            .reference("RFC 3261 21.5.4");

    static final Setting<Integer> EDGE_REFUSALS = Setting.of(
            "edge.refusals-per-second",
            "--refusals-per-second",
            SettingType.wholeNumber(1, 10_000_000),
            "10000",
            "most answers of an edge's own in a second and loop; beyond it requests are dropped and counted");

    static final Setting<Integer> EDGE_MEMORY = Setting.of(
            "edge.memory-entries",
            "--memory-entries",
            SettingType.powerOfTwo(1024, 1 << 24),
            "131072",
            "transactions that an edge remembers to have handed over");

    static final Setting<Long> EDGE_HOLD = Setting.of(
            "edge.hold",
            "--hold",
            SettingType.duration("0ms", "10s"),
            "800ms",
            "how long a request may wait for an owner of its slot before it is answered 503; 0ms refuses at once");

    static final Setting<Long> EDGE_REDRIVE_WINDOW = Setting.of(
            "edge.redrive-window",
            "--redrive-window",
            SettingType.duration("10ms", "32s"),
            "2s",
            "how long a request without answer is kept, to be handed over again when its slot's owner changes");

    static final Setting<Long> EDGE_ACK_WINDOW = Setting.of(
                    "edge.ack-window",
                    "--ack-window",
                    SettingType.duration("1ms", "32s"),
                    "500ms",
                    "the same for an ACK, which nobody answers (after T1 the node that misses it sends its answer"
                            + " again); and how long a response may wait for an owner of its slot")
            .reference("RFC 3261 13.3.1.4");

    static final Setting<Long> EDGE_REDRIVE_WINDOW_STREAM = Setting.of(
                    "edge.redrive-window-stream",
                    "--redrive-window-stream",
                    SettingType.duration("10ms", "32s"),
                    "32s",
                    "as edge.redrive-window, for requests that came by a connection: nobody repeats them")
            .reference("RFC 3261 17.1.2.2");

    static final Setting<Long> EDGE_ACK_WINDOW_STREAM = Setting.of(
            "edge.ack-window-stream",
            "--ack-window-stream",
            SettingType.duration("1ms", "32s"),
            "4s",
            "as edge.ack-window, for ACKs that came by a connection");

    static final Setting<Integer> EDGE_UNANSWERED_MAX = Setting.of(
            "edge.unanswered-max",
            "--unanswered-max",
            SettingType.wholeNumber(16, RedriveConfig.REQUESTS_MAX_MAX),
            String.valueOf(RedriveConfig.REQUESTS_MAX_DEFAULT),
            "requests that a loop keeps while they wait for an owner or an answer; what finds no room is not handed"
                    + " over again, or, if it had to wait, answered 503");

    static final Setting<Integer> EDGE_UNANSWERED_SIZE = Setting.of(
            "edge.unanswered-size",
            "--unanswered-size",
            SettingType.size("16k", "1g"),
            "16m",
            "memory of a loop for the bytes of those requests");

    static final Setting<Integer> EDGE_UNANSWERED_MESSAGE_SIZE = Setting.of(
            "edge.unanswered-message-size",
            "--unanswered-message-size",
            SettingType.size("512", "65535"),
            String.valueOf(RedriveConfig.MESSAGE_BYTES_MAX_DEFAULT),
            "longest request that is kept");

    static final Setting<Integer> RUN_NODES = Setting.of(
            "run.nodes", "--nodes", SettingType.wholeNumber(1, 16), "2", "nodes of a platform in one process");

    static final SettingGroup SERVICE =
            SettingGroup.of("Service", SERVICE_NAME, SERVICE_VERSION, HANDLER, CLASS_PATH, AFFINITY);
    /** How safe its sessions are, and how many there may be. */
    static final SettingGroup POLICY =
            SettingGroup.of("Service policy", BACKUPS, WHEN_ALONE, SESSIONS_MAX, STATE_SIZE_MAX);
    /** How requests are asked for credentials. */
    static final SettingGroup DIGEST = SettingGroup.of(
            "Credentials", REALM, DIGEST_ALGORITHMS, DIGEST_BODIES, NONCE_LIFE, NONCES_MAX, CHALLENGES_PER_SECOND);
    /** What who keeps the registry must know of it. */
    static final SettingGroup REGISTRY_POLICY = SettingGroup.of("Service policy", BACKUPS);

    static final SettingGroup NODE = SettingGroup.of(
            "Node",
            TRANSACTIONS_MAX,
            DIALOGS_MAX,
            CLIENT_TRANSACTIONS_MAX,
            LEGS_MAX,
            REQUESTS_MAX,
            FORKS_MAX,
            DATAGRAM_REQUEST_MAX,
            BRANCHES_MAX,
            TIMER_C,
            KEPT_CALLS_MAX,
            KEPT_CALL_SILENCE_MAX,
            PARK_MIN,
            PARK_MAX,
            REHEARSAL_MAX,
            T1,
            T2,
            T4,
            TRYING_AFTER,
            RINGING_MAX,
            RETRY_AFTER);
    static final SettingGroup EDGE = SettingGroup.of(
            "Edge",
            EDGE_DEADLINE,
            EDGE_RETRY_AFTER,
            EDGE_REFUSALS,
            EDGE_MEMORY,
            EDGE_HOLD,
            EDGE_REDRIVE_WINDOW,
            EDGE_ACK_WINDOW,
            EDGE_REDRIVE_WINDOW_STREAM,
            EDGE_ACK_WINDOW_STREAM,
            EDGE_UNANSWERED_MAX,
            EDGE_UNANSWERED_SIZE,
            EDGE_UNANSWERED_MESSAGE_SIZE);
    /** What an edge must know of the service. */
    static final SettingGroup ROUTING = SettingGroup.of("Routing", AFFINITY, PARK_MAX);

    static final SettingGroup RUN = SettingGroup.of("Platform in one process", RUN_NODES);

    private NodeSettings() {}
}
