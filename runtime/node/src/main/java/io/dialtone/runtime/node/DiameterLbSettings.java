package io.dialtone.runtime.node;

import io.dialtone.diameter.routing.Algorithm;
import io.dialtone.diameter.routing.RelayLimits;
import io.dialtone.diameter.routing.Rerouting;
import java.nio.file.Path;
import java.util.List;

/** Settings of the stand-alone Diameter agent. */
final class DiameterLbSettings {
    static final Setting<List<DiameterPeer>> PEERS = Setting.optional(
                    "diameter-lb.peers",
                    "--peer",
                    SettingType.listOf(DiameterPeer.TYPE),
                    "a peer that we dial, and that serves its realm: its identity, how it is reached, its share; once for each")
            .reference("RFC 6733 2.6");

    static final Setting<List<String>> ACCEPT = Setting.optional(
                    "diameter-lb.accept",
                    "--accept",
                    SettingType.listOf(SettingType.text("IDENTITY", "an identity, *.REALM, or *")),
                    "whom we take that dials us and is no peer of ours: an identity, *.REALM for all below it, or * for anybody;"
                            + " others are answered 3010")
            .reference("RFC 6733 5.3.1");

    static final Setting<Path> ROUTES_FILE = Setting.optional(
            "diameter-lb.routes-file",
            "--routes-file",
            SettingType.file(),
            "file with groups of peers, routes to them, and rules, a line each; read again by 'dialtone reload' and by SIGHUP."
                    + " Without it each peer serves its own realm, for all applications");

    static final Setting<Algorithm> ALGORITHM = Setting.of(
            "diameter-lb.algorithm",
            "--algorithm",
            SettingType.oneOf(Algorithm.class),
            "weighted-hash",
            "how the peer of a new session is chosen: weighted-hash by its Session-Id alone, least-pending by unanswered requests for"
                    + " its weight, peak-ewma by how soon it answers, unanswered requests counted in");

    static final Setting<Boolean> STICKY = Setting.of(
            "diameter-lb.sticky",
            "--sticky",
            SettingType.yesOrNo(),
            "true",
            "a session stays with the peer that had its first request, for as long as that can be used");

    static final Setting<Long> ANSWER_TIMEOUT = Setting.of(
            "diameter-lb.answer-timeout",
            "--answer-timeout",
            SettingType.duration("10ms", "5m"),
            "2s",
            "how long an answer is waited for before the request goes to another peer, with its T bit set");

    static final Setting<Integer> FURTHER_PEERS = Setting.of(
            "diameter-lb.further-peers",
            "--further-peers",
            SettingType.wholeNumber(0, 3),
            String.valueOf(Rerouting.FURTHER_PEERS_DEFAULT),
            "how many other peers a request goes to that is not answered; then it is answered 3002");

    static final Setting<List<Integer>> REROUTE_ON = Setting.of(
            "diameter-lb.reroute-on",
            "--reroute-on",
            SettingType.listOf(SettingType.wholeNumber(3001, 5999)),
            "3002,3004",
            "result codes after which another peer is tried, unless they come from the request's Destination-Host");

    static final Setting<Long> SUSPECT_AFTER = Setting.of(
            "diameter-lb.suspect-after",
            "--suspect-after",
            SettingType.duration("10ms", "1m"),
            "500ms",
            "a peer that has answered nobody for so long, though it was asked, is left: long before its watchdog says so");

    static final Setting<Long> SLOW_START = Setting.of(
            "diameter-lb.slow-start",
            "--slow-start",
            SettingType.duration("0ms", "10m"),
            "10s",
            "how long the share of a peer grows that is back; 0 is off");

    static final Setting<Integer> PENDING_MAX = Setting.of(
            "diameter-lb.pending-max",
            "--pending-max",
            SettingType.powerOfTwo(1024, 1 << 22),
            String.valueOf(RelayLimits.PENDING_DEFAULT),
            "requests that wait for an answer; one more is answered 3004");

    static final Setting<Integer> PENDING_SIZE_MAX = Setting.of(
            "diameter-lb.pending-size-max",
            "--pending-size-max",
            SettingType.size("1m", "160m"),
            "64m",
            "bytes of all of them, which are kept so that they can go to another peer; one that does not fit is answered 3004");

    static final Setting<Integer> SESSIONS_MAX = Setting.of(
            "diameter-lb.sessions-max",
            "--sessions-max",
            SettingType.powerOfTwo(1024, 1 << 24),
            String.valueOf(RelayLimits.SESSIONS_DEFAULT),
            "sessions whose peer is remembered; for one more one is forgotten that was not used lately");

    static final Setting<Long> SESSION_IDLE = Setting.of(
            "diameter-lb.session-idle",
            "--session-idle",
            SettingType.duration("1s", "720h"),
            "1h",
            "how long a session is remembered that is not used");

    static final SettingGroup PEERS_GROUP = SettingGroup.of("Peers and routes", PEERS, ACCEPT, ROUTES_FILE);
    static final SettingGroup CHOICE = SettingGroup.of(
            "Choice of a peer",
            ALGORITHM,
            STICKY,
            ANSWER_TIMEOUT,
            FURTHER_PEERS,
            REROUTE_ON,
            SUSPECT_AFTER,
            SLOW_START);
    static final SettingGroup LIMITS =
            SettingGroup.of("What is kept", PENDING_MAX, PENDING_SIZE_MAX, SESSIONS_MAX, SESSION_IDLE);

    static final List<SettingGroup> GROUPS = List.of(
            DiameterSettings.LISTENING,
            PEERS_GROUP,
            CHOICE,
            LIMITS,
            DiameterSettings.WATCHING,
            DiameterSettings.CONNECTIONS,
            DiameterSettings.TLS,
            CommonSettings.GROUP);

    private DiameterLbSettings() {}
}
