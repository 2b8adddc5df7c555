package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.sip.routing.SipListener;
import io.dialtone.sip.transport.SipTransport;
import io.dialtone.sip.transport.TransportCounter;
import java.util.Locale;

/** What operators see of the SIP transport. Any thread. */
final class SipTransportPages {
    private static final String STREAM = "stream_";

    private final SipTransport transport;

    SipTransportPages(final SipTransport transport) {
        this.transport = transport;
    }

    void metrics(final MetricsPage page) {
        page.gauge("dialtone_sip_udp_loops", "I/O threads.").sample(transport.loops());
        page.gauge("dialtone_sip_stream_open", "Connections that are open, or about to be.");
        for (int loop = 0; loop < transport.loops(); loop++) {
            page.sample(open(loop), "loop", String.valueOf(loop));
        }
        for (final TransportCounter counter : TransportCounter.values()) {
            page.counter(metric(counter), counter.sentence());
            for (int loop = 0; loop < transport.loops(); loop++) {
                page.sample(transport.count(loop, counter), "loop", String.valueOf(loop));
            }
        }
    }

    /** Connections that are open; up to a few more or less, as the counters are read one by one. */
    private long open(final int loop) {
        return Math.max(
                0,
                transport.count(loop, TransportCounter.STREAM_ACCEPTED)
                        + transport.count(loop, TransportCounter.STREAM_CONNECTS)
                        - transport.count(loop, TransportCounter.STREAM_CLOSED));
    }

    private static String metric(final TransportCounter counter) {
        final String name = lower(counter);
        return "dialtone_sip_" + (name.startsWith(STREAM) ? "" : "udp_") + name + "_total";
    }

    void status(final ObjectNode status) {
        final ArrayNode listeners = status.putArray("listeners");
        for (final SipListener listener : transport.listeners()) {
            listeners
                    .addObject()
                    .put("address", listener.speaks().scheme() + ":" + address(listener))
                    .put("advertised", listener.advertisedHost() + ":" + listener.advertisedPort());
        }
        final ObjectNode io = status.putObject("io");
        io.put("kind", transport.io().name().toLowerCase(Locale.ROOT)).put("loops", transport.loops());
        final ArrayNode loops = io.putArray("countersOfLoops");
        for (int loop = 0; loop < transport.loops(); loop++) {
            final ObjectNode counters = loops.addObject();
            for (final TransportCounter counter : TransportCounter.values()) {
                counters.put(lower(counter).replace('_', '-'), transport.count(loop, counter));
            }
        }
    }

    /** The listeners for people: {@code udp:127.0.0.1:5060 (epoll, 1 loop)}. */
    String summary() {
        final StringBuilder text = new StringBuilder();
        for (final SipListener listener : transport.listeners()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(listener.speaks().scheme())
                    .append(':')
                    .append(address(listener));
        }
        return text + " (" + transport.io().name().toLowerCase(Locale.ROOT) + ", " + transport.loops()
                + (transport.loops() == 1 ? " loop)" : " loops)");
    }

    private static Endpoint address(final SipListener listener) {
        return new Endpoint(
                listener.local().getAddress().getHostAddress(), listener.local().getPort());
    }

    private static String lower(final TransportCounter counter) {
        return counter.name().toLowerCase(Locale.ROOT);
    }
}
