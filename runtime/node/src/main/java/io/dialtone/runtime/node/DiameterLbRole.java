package io.dialtone.runtime.node;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.dictionary.Dictionary;
import io.dialtone.diameter.dictionary.DictionaryFault;
import io.dialtone.diameter.peer.AcceptList;
import io.dialtone.diameter.peer.DiameterTransport;
import io.dialtone.diameter.peer.DisconnectCause;
import io.dialtone.diameter.peer.LocalPeer;
import io.dialtone.diameter.peer.PeerConfig;
import io.dialtone.diameter.peer.PeerIdentity;
import io.dialtone.diameter.peer.PeerSpec;
import io.dialtone.diameter.peer.PeerTimes;
import io.dialtone.diameter.routing.AnswerTimers;
import io.dialtone.diameter.routing.PeerGroup;
import io.dialtone.diameter.routing.RelayConfig;
import io.dialtone.diameter.routing.RelayLimits;
import io.dialtone.diameter.routing.Rerouting;
import io.dialtone.diameter.routing.Route;
import io.dialtone.diameter.routing.RouteTable;
import io.dialtone.diameter.routing.Suspicion;
import io.dialtone.diameter.transport.ConnectionSettings;
import io.dialtone.diameter.transport.DiameterIoConfig;
import io.dialtone.diameter.transport.DiameterListener;
import io.dialtone.diameter.transport.Sctp;
import io.dialtone.net.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds a stand-alone Diameter agent, keeps it until it is told to stop, parts from its peers, takes it down. Used by the main thread only. */
final class DiameterLbRole {
    static final String ROLE = "diameter-lb";

    private static final int NS_PER_MS = 1_000_000;
    private static final long UNSIGNED_32_MAX = 0xFFFF_FFFFL;
    /** After the time that requests under way may take, what the words of parting themselves may. */
    private static final long PARTING_MS = 2_000;

    private static final TlsPlan TLS = new TlsPlan(
            DiameterSettings.TLS_CERTIFICATES,
            DiameterSettings.TLS_KEYS,
            DiameterSettings.TLS_AUTHORITIES,
            DiameterSettings.TLS_CLIENTS);

    private DiameterLbRole() {}

    static int run(final Settings settings)
            throws WrongConfigurationException, UnavailableException, IOException, InterruptedException {
        final Problems problems = new Problems();
        final PeerIdentity identity = identity(settings);
        final List<DiameterPeer> peers = settings.find(DiameterLbSettings.PEERS).orElse(List.of());
        final List<DiameterListener> listeners =
                settings.find(DiameterSettings.LISTEN).orElse(List.of());
        checkPeers(identity, peers, listeners, problems);
        final Optional<TlsSettings> tls = tls(settings, listeners, peers, problems);
        final List<PeerSpec> specs = specs(settings, peers, problems);
        final RouteTable routes = routes(settings, peers, problems);
        final Optional<LocalPeer> local = local(settings, identity, listeners, problems);
        final Optional<AcceptList> accept = accept(settings, problems);
        final AdminServer.Access access = RoleProcess.access(settings, problems);
        problems.throwIfAny();

        final PeerConfig peerConfig = PeerConfig.of(local.orElseThrow(), System.nanoTime())
                .withAccept(accept.orElseThrow())
                .withCertificates(settings.get(DiameterSettings.CERTIFICATE_CHECK))
                .withTimes(times(settings));
        final StopSignal stop = StopSignal.install();
        final String name = settings.find(CommonSettings.NAME).orElse(ROLE);
        try (DiameterAgent agent = DiameterAgent.start(
                io(settings, listeners, tls), peerConfig, relay(settings, identity), routes, specs)) {
            final DiameterLbPages pages = new DiameterLbPages(
                    agent, identity, peer -> watched(settings, peer), () -> reread(settings, peers));
            try (RoleProcess process = RoleProcess.open(ROLE, name, settings, stop, access, pages)) {
                process.onHangUp(pages);
                process.say("identity", identity.host() + " in " + identity.realm());
                process.say("listens", pages.listeners());
                process.say("peers", peers.isEmpty() ? "none; only those that dial us" : text(peers));
                final int exitCode = process.runUntilStopped(() -> agent.io().isAlive());
                agent.part(DisconnectCause.REBOOTING, drainMs(settings) + PARTING_MS);
                process.lastWords(pages.lastWords());
                return exitCode;
            }
        }
    }

    private static PeerIdentity identity(final Settings settings) {
        final PeerIdentity identity = settings.get(DiameterSettings.IDENTITY);
        return settings.find(DiameterSettings.REALM)
                .map(realm -> new PeerIdentity(identity.host(), realm))
                .orElse(identity);
    }

    private static void checkPeers(
            final PeerIdentity identity,
            final List<DiameterPeer> peers,
            final List<DiameterListener> listeners,
            final Problems problems) {
        final Set<String> seen = new LinkedHashSet<>();
        for (final DiameterPeer peer : peers) {
            final String key = DiameterLbSettings.PEERS.key() + ": " + peer.host();
            if (!seen.add(peer.host())) {
                problems.add(key + " is there twice (expected: each identity once). Maybe ;connections=2.");
            }
            if (peer.host().equals(identity.host())) {
                problems.add(key + " is our own identity (expected: another's).");
            }
            whyNotDialled(peer).ifPresent(why -> problems.add(key + ": " + why + "."));
            if (peer.spec().address().isEmpty()) {
                problems.add(key + " has no address (expected: " + peer.host() + "=tcp:HOST:PORT). Maybe "
                        + DiameterLbSettings.ACCEPT.flag() + " " + peer.host() + " is meant.");
            }
        }
        if (peers.isEmpty() && listeners.isEmpty()) {
            problems.add(DiameterSettings.LISTEN.key() + " is missing, and " + DiameterLbSettings.PEERS.key()
                    + " too (expected: one of them at least). Maybe tcp:127.0.0.1:3868.");
        }
    }

    /** Why a peer cannot be dialled, whoever it is. */
    static Optional<String> whyNotDialled(final DiameterPeer peer) {
        return peer.spec()
                .address()
                .filter(address -> address.transport() == DiameterTransport.SCTP)
                .map(_ -> Sctp.reason());
    }

    private static Optional<TlsSettings> tls(
            final Settings settings,
            final List<DiameterListener> listeners,
            final List<DiameterPeer> peers,
            final Problems problems) {
        final boolean isNeeded = listeners.stream().anyMatch(each -> each.transport() == DiameterTransport.TLS)
                || peers.stream()
                        .flatMap(each -> each.spec().address().stream())
                        .anyMatch(address -> address.transport() == DiameterTransport.TLS);
        return TLS.read(settings, isNeeded, "a listener or a peer speaks tls:", List.of(), problems);
    }

    private static List<PeerSpec> specs(
            final Settings settings, final List<DiameterPeer> peers, final Problems problems) {
        final Duration first = Duration.ofNanos(settings.get(DiameterSettings.RECONNECT_FIRST));
        final Duration max = Duration.ofNanos(settings.get(DiameterSettings.RECONNECT_MAX));
        if (first.compareTo(max) > 0) {
            problems.wrongValue(
                    DiameterSettings.RECONNECT_FIRST.key(),
                    DiameterSettings.ms(first),
                    "at most " + DiameterSettings.RECONNECT_MAX.key() + ", which is " + DiameterSettings.ms(max),
                    DiameterSettings.ms(max),
                    settings.origin(DiameterSettings.RECONNECT_FIRST));
            return List.of();
        }
        return peers.stream().map(peer -> watched(settings, peer)).toList();
    }

    /** A peer with the times that hold for all. */
    static PeerSpec watched(final Settings settings, final DiameterPeer peer) {
        return peer.spec()
                .withWatchdog(Duration.ofNanos(settings.get(DiameterSettings.WATCHDOG)))
                .withReconnect(
                        Duration.ofNanos(settings.get(DiameterSettings.RECONNECT_FIRST)),
                        Duration.ofNanos(settings.get(DiameterSettings.RECONNECT_MAX)));
    }

    /** From the file, or each peer for its own realm. */
    private static RouteTable routes(final Settings settings, final List<DiameterPeer> peers, final Problems problems) {
        final Optional<Path> file = settings.find(DiameterLbSettings.ROUTES_FILE);
        if (file.isPresent()) {
            return DiameterRoutesFile.read(
                    file.get(),
                    settings.get(DiameterLbSettings.ALGORITHM),
                    settings.get(DiameterLbSettings.STICKY),
                    dictionary(settings, problems),
                    problems);
        }
        final Map<String, List<PeerGroup.Member>> byRealm = new LinkedHashMap<>();
        for (final DiameterPeer peer : peers) {
            byRealm.computeIfAbsent(peer.realm(), realm -> new ArrayList<>()).add(peer.member());
        }
        final List<PeerGroup> groups = new ArrayList<>();
        final List<Route> routes = new ArrayList<>();
        try {
            byRealm.forEach((realm, members) -> {
                groups.add(new PeerGroup(
                        realm,
                        members,
                        settings.get(DiameterLbSettings.ALGORITHM),
                        Optional.empty(),
                        settings.get(DiameterLbSettings.STICKY)));
                routes.add(Route.of(realm, realm));
            });
            return new RouteTable(groups, List.of(), routes);
        } catch (IllegalArgumentException e) {
            problems.add(DiameterLbSettings.PEERS.key() + ": " + e.getMessage());
            return RouteTable.empty();
        }
    }

    private static Dictionary dictionary(final Settings settings, final Problems problems) {
        try {
            return Dictionary.load(settings.find(DiameterSettings.DICTIONARY).orElse(List.of()));
        } catch (DictionaryFault e) {
            problems.add(DiameterSettings.DICTIONARY.key() + ": " + e.getMessage());
            return Dictionary.standard();
        }
    }

    /** The routes file once more. */
    private static RouteTable reread(final Settings settings, final List<DiameterPeer> peers) throws AdminRefusal {
        final Path file = settings.find(DiameterLbSettings.ROUTES_FILE)
                .orElseThrow(() -> new AdminRefusal(
                        AdminRefusal.CONFLICT, "there is no routes file to read; start with --routes-file FILE"));
        final Problems problems = new Problems();
        final RouteTable routes = routes(settings, peers, problems);
        if (!problems.isEmpty()) {
            throw new AdminRefusal(
                    AdminRefusal.BAD_REQUEST,
                    "nothing has changed of what " + file + " says: " + String.join(" ", problems.sentences()));
        }
        return routes;
    }

    private static Optional<LocalPeer> local(
            final Settings settings,
            final PeerIdentity identity,
            final List<DiameterListener> listeners,
            final Problems problems) {
        try {
            final List<InetAddress> addresses =
                    settings.find(DiameterSettings.ADDRESSES).orElseGet(() -> addresses(listeners));
            // Grows with each start, and stays for as long as the process lives (RFC 6733 section 8.16).
            final long originStateId = Instant.now().getEpochSecond() & UNSIGNED_32_MAX;
            return Optional.of(LocalPeer.relay(identity, addresses, originStateId));
        } catch (IllegalArgumentException e) {
            problems.add(DiameterSettings.ADDRESSES.key() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Where we listen; all of this machine's that others can reach where we listen to all, or to none. */
    private static List<InetAddress> addresses(final List<DiameterListener> listeners) {
        final Set<InetAddress> addresses = new LinkedHashSet<>();
        try {
            for (final DiameterListener listener : listeners) {
                final InetAddress address = InetAddress.getByName(listener.host());
                if (!address.isAnyLocalAddress()) {
                    addresses.add(address);
                }
            }
            if (addresses.isEmpty()) {
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                        .limit(LocalPeer.ADDRESSES_MAX)
                        .forEach(addresses::add);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + " (expected: addresses that can be found out, or "
                            + DiameterSettings.ADDRESSES.flag() + ")",
                    e);
        }
        return addresses.isEmpty()
                ? List.of(InetAddress.getLoopbackAddress())
                : addresses.stream().limit(LocalPeer.ADDRESSES_MAX).toList();
    }

    private static Optional<AcceptList> accept(final Settings settings, final Problems problems) {
        try {
            return Optional.of(
                    AcceptList.of(settings.find(DiameterLbSettings.ACCEPT).orElse(List.of()))
                            .withWatchdog(Duration.ofNanos(settings.get(DiameterSettings.WATCHDOG))));
        } catch (IllegalArgumentException e) {
            problems.add(DiameterLbSettings.ACCEPT.key() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private static PeerTimes times(final Settings settings) {
        final Duration capabilities = Duration.ofNanos(settings.get(DiameterSettings.CAPABILITIES_TIME));
        return PeerTimes.defaults()
                .withHandshake(PeerTimes.CONNECT_DEFAULT, capabilities)
                .withParting(
                        Duration.ofMillis(drainMs(settings)),
                        PeerTimes.DISCONNECT_HOLD_DEFAULT,
                        PeerTimes.DISCONNECT_DEFAULT);
    }

    private static long drainMs(final Settings settings) {
        return settings.get(DiameterSettings.DRAIN_TIME) / NS_PER_MS;
    }

    private static DiameterIoConfig io(
            final Settings settings, final List<DiameterListener> listeners, final Optional<TlsSettings> tls) {
        final ConnectionSettings defaults = ConnectionSettings.defaults();
        return DiameterIoConfig.of(listeners, tls.orElse(null))
                .withLimits(messages(settings))
                .withConnections(defaults.withConnections(
                                settings.get(DiameterSettings.CONNECTIONS_MAX),
                                settings.get(DiameterSettings.CONNECTIONS_OF_AN_ADDRESS_MAX))
                        .withBytes(
                                Math.max(
                                        settings.get(DiameterSettings.QUEUED_MAX),
                                        2 * settings.get(DiameterSettings.MESSAGE_SIZE_MAX)),
                                defaults.queuedBytesOfAllMax(),
                                defaults.halvesBytesMax())
                        .withTimes(
                                (int) (settings.get(DiameterSettings.MESSAGE_TIME) / NS_PER_MS),
                                (int) (settings.get(DiameterSettings.SLOW_PEER_TIME) / NS_PER_MS),
                                defaults.closeMs()));
    }

    private static DiameterLimits messages(final Settings settings) {
        final DiameterLimits defaults = DiameterLimits.defaults();
        return new DiameterLimits(
                settings.get(DiameterSettings.MESSAGE_SIZE_MAX), defaults.avpsMax(), defaults.depthMax());
    }

    private static RelayConfig relay(final Settings settings, final PeerIdentity identity) {
        final RelayLimits limits = RelayLimits.defaults();
        final Suspicion suspicion = Suspicion.defaults();
        final Duration suspectAfter = Duration.ofNanos(settings.get(DiameterLbSettings.SUSPECT_AFTER));
        // Relays of one realm choose alike.
        return RelayConfig.of(identity, identity.realm().hashCode())
                .withLimits(new RelayLimits(
                        settings.get(DiameterLbSettings.PENDING_MAX),
                        settings.get(DiameterLbSettings.PENDING_SIZE_MAX),
                        settings.get(DiameterLbSettings.SESSIONS_MAX),
                        Duration.ofNanos(settings.get(DiameterLbSettings.SESSION_IDLE)),
                        limits.connectionsMax()))
                .withTimers(
                        new AnswerTimers(Duration.ofNanos(settings.get(DiameterLbSettings.ANSWER_TIMEOUT)), Map.of()))
                .withRerouting(new Rerouting(
                        settings.get(DiameterLbSettings.FURTHER_PEERS),
                        Set.copyOf(settings.get(DiameterLbSettings.REROUTE_ON)),
                        Rerouting.defaults().onSuspicion()))
                .withSuspicion(new Suspicion(
                        suspectAfter,
                        suspicion.multiple(),
                        max(suspectAfter, suspicion.most()),
                        suspicion.probeInterval()))
                .withSlowStart(Duration.ofNanos(settings.get(DiameterLbSettings.SLOW_START)));
    }

    private static Duration max(final Duration one, final Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static String text(final List<DiameterPeer> peers) {
        return String.join(", ", peers.stream().map(DiameterPeer::toString).toList());
    }
}
