package io.dialtone.sip.locate;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3263 section 4 as a function: from a destination, and what DNS has said so far, to the targets to be tried. What is not known yet comes out as questions, and whoever
 * has the answers calls again with the same seed, from the beginning: nothing is remembered in between. One for each call; any thread.
 *
 * <pre>
 *   address or port written  ─────────────────────────────────────────▶ A, AAAA
 *   transport written        ──────────────▶ SRV of it      ──none───▶ A, AAAA
 *   neither                  ──▶ NAPTR ──none──▶ SRV of each ──none───▶ A, AAAA
 *                                  └──▶ SRV of those named
 * </pre>
 *
 * <p>Where nobody could say whether there are servers (a question failed, and the others found none), there are none: an address of the domain itself would be a guess.
 */
final class ServerFinder {
    /** Targets of one request. */
    static final int TARGETS_MAX = 16;

    /** Servers of one SRV answer that are looked at. */
    private static final int SERVERS_MAX = 16;
    /** Addresses of one server. */
    private static final int ADDRESSES_MAX = 8;
    /** NAPTR records that are looked at. */
    private static final int NAMINGS_MAX = 8;

    private static final List<ViaTransport> PLAIN = List.of(ViaTransport.UDP, ViaTransport.TCP, ViaTransport.TLS);
    private static final List<ViaTransport> SECURE = List.of(ViaTransport.TLS);

    private final Ways ways;
    private final Function<Question, @Nullable Answer> known;
    private final SplittableRandom random;
    private final Set<Question> missing = new LinkedHashSet<>();
    private final List<Target> targets = new ArrayList<>();
    private boolean hasFailed;

    private ServerFinder(final Ways ways, final Function<Question, @Nullable Answer> known, final long seed) {
        this.ways = ways;
        this.known = known;
        random = new SplittableRandom(seed);
    }

    static Finding find(
            final Destination destination,
            final Ways ways,
            final StaticRoutes routes,
            final Function<Question, @Nullable Answer> known,
            final long seed) {
        final ServerFinder finder = new ServerFinder(ways, known, seed);
        final List<StaticRoutes.Route> own = routes.of(destination.host());
        if (own.isEmpty()) {
            finder.add(destination);
        } else {
            for (final StaticRoutes.Route route :
                    WeightedOrder.of(own, StaticRoutes.Route::priority, StaticRoutes.Route::weight, finder.random)) {
                finder.add(route.towards(destination));
            }
        }
        return finder.finding(destination);
    }

    private Finding finding(final Destination destination) {
        if (!missing.isEmpty()) {
            return new Finding.Asks(missing);
        }
        if (!targets.isEmpty()) {
            return new Finding.Found(List.copyOf(targets));
        }
        return new Finding.Nobody(destination
                + (hasFailed
                        ? ": DNS has not answered"
                        : ": DNS knows no server that can be reached by a listener of the edge"));
    }

    private void add(final Destination destination) {
        final List<ViaTransport> transports = transportsOf(destination);
        final IpLiteral literal = literalOf(destination.host());
        if (literal != null) {
            for (final ViaTransport transport : transports) {
                if (ways.has(transport, IpLiteral.isIpv4(literal.high(), literal.low()))) {
                    add(new Target(transport, literal.high(), literal.low(), portOf(destination, transport)));
                    return;
                }
            }
        } else if (transports.isEmpty() || !Question.isName(destination.host())) {
            return;
        } else if (destination.port() > 0) {
            addAddresses(destination.host(), transports.getFirst(), destination.port());
        } else if (destination.transport() != null || !addNamed(destination, transports)) {
            addServices(destination, transports);
        }
    }

    /** By which transports it can go, the best first. */
    private List<ViaTransport> transportsOf(final Destination destination) {
        final ViaTransport asked = destination.transport();
        return (destination.isSecure() ? SECURE : PLAIN)
                .stream()
                        .filter(each ->
                                asked == null || each == asked || (destination.isSecure() && asked == ViaTransport.TCP))
                        .filter(ways::has)
                        .toList();
    }

    private static int portOf(final Destination destination, final ViaTransport transport) {
        return destination.port() > 0 ? destination.port() : transport.defaultPort();
    }

    /** Adds what NAPTR records lead to; false if there are none that we could follow (section 4.1). */
    private boolean addNamed(final Destination destination, final List<ViaTransport> transports) {
        final Answer answer = ask(destination.host(), RecordType.NAPTR);
        if (answer == null) {
            return true;
        }
        final List<DnsRecord.Naming> fit = answer.records().stream()
                .map(DnsRecord.Naming.class::cast)
                .filter(each -> {
                    final ViaTransport transport = transportOf(each);
                    return transport != null && transports.contains(transport);
                })
                .sorted(Comparator.comparingInt(DnsRecord.Naming::order).thenComparingInt(DnsRecord.Naming::preference))
                .limit(NAMINGS_MAX)
                .toList();
        for (final DnsRecord.Naming naming : fit) {
            final ViaTransport transport = transportOf(naming);
            if (transport != null && naming.order() == fit.getFirst().order()) { // RFC 3403 section 4.1
                addServers(naming.replacement(), transport);
            }
        }
        return !fit.isEmpty();
    }

    private static @Nullable ViaTransport transportOf(final DnsRecord.Naming naming) {
        if (!naming.flags().equalsIgnoreCase("s") || !Question.isName(naming.replacement())) {
            return null;
        }
        return switch (naming.service().toUpperCase(Locale.ROOT)) {
            case "SIP+D2U" -> ViaTransport.UDP;
            case "SIP+D2T" -> ViaTransport.TCP;
            case "SIPS+D2T" -> ViaTransport.TLS;
            default -> null;
        };
    }

    private void addServices(final Destination destination, final List<ViaTransport> transports) {
        boolean isSaid = false;
        for (final ViaTransport transport : transports) {
            isSaid |= addServers(prefixOf(transport) + destination.host(), transport);
        }
        if (!isSaid && !hasFailed) {
            final ViaTransport transport = transports.getFirst();
            addAddresses(destination.host(), transport, transport.defaultPort());
        }
    }

    private static String prefixOf(final ViaTransport transport) {
        return switch (transport) {
            case UDP -> "_sip._udp.";
            case TCP -> "_sip._tcp.";
            case TLS -> "_sips._tcp.";
            case WS, WSS -> throw new IllegalArgumentException("nobody is called by " + transport);
        };
    }

    /** Adds the servers of a service; false if DNS says that there are no such records, which is not the same as that there is no such service. */
    private boolean addServers(final String service, final ViaTransport transport) {
        final Answer answer = ask(service, RecordType.SRV);
        if (answer == null) {
            return true;
        }
        final List<DnsRecord.Service> servers =
                answer.records().stream().map(DnsRecord.Service.class::cast).toList();
        int looked = 0;
        for (final DnsRecord.Service server :
                WeightedOrder.of(servers, DnsRecord.Service::priority, DnsRecord.Service::weight, random)) {
            // A target that is the root says that the service is decidedly not there (RFC 2782).
            if (Question.isName(server.target()) && server.port() > 0 && looked < SERVERS_MAX) {
                looked++;
                addAddresses(server.target(), transport, server.port());
            }
        }
        return !servers.isEmpty();
    }

    /** Adds a host's addresses, IPv6 first (RFC 7984 section 3). */
    private void addAddresses(final String host, final ViaTransport transport, final int port) {
        if (targets.size() == TARGETS_MAX) {
            return;
        }
        final Answer ipv6 = ways.has(transport, false) ? ask(host, RecordType.AAAA) : Answer.none(0);
        final Answer ipv4 = ways.has(transport, true) ? ask(host, RecordType.A) : Answer.none(0);
        if (ipv6 != null && ipv4 != null) {
            addAddresses(ipv6, transport, port);
            addAddresses(ipv4, transport, port);
        }
    }

    private void addAddresses(final Answer answer, final ViaTransport transport, final int port) {
        answer.records().stream().limit(ADDRESSES_MAX).forEach(each -> {
            final DnsRecord.Address address = (DnsRecord.Address) each;
            add(new Target(transport, address.high(), address.low(), port));
        });
    }

    private void add(final Target target) {
        if (targets.size() < TARGETS_MAX && !targets.contains(target)) {
            targets.add(target);
        }
    }

    private @Nullable Answer ask(final String name, final RecordType type) {
        final Question question = new Question(name, type);
        final Answer answer = known.apply(question);
        if (answer == null) {
            missing.add(question);
        } else if (answer.kind() == Answer.Kind.FAILED && type != RecordType.NAPTR) {
            hasFailed = true; // there are servers that cannot tell NAPTR from nonsense
        }
        return answer;
    }

    /** The address that a host is, or null if it is a name. */
    private static @Nullable IpLiteral literalOf(final String host) {
        final byte[] bytes = host.getBytes(StandardCharsets.US_ASCII);
        final IpLiteral literal = new IpLiteral();
        return literal.parse(new UnsafeBuffer(bytes), 0, bytes.length) ? literal : null;
    }
}
