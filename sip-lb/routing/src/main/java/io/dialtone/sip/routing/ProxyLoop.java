package io.dialtone.sip.routing;

import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the parts of one I/O thread's {@link SipProxy} share. Called only by that thread, but for what is shared between threads by design. */
final class ProxyLoop {
    final int index;
    final ProxyConfig config;
    final SipEgress egress;
    final BackendTable table;
    final AffinityMemory memory;
    final KeyMemory keyMemory;
    final ProxyCounters counters;
    final ProxyLatencies latencies;
    final ProxyKeys keys;
    final OwnNames names;
    final ListenerText[] listeners;
    /** The same for dialogs that are {@code sips}; who does not speak TLS says what it says otherwise. */
    final ListenerText[] sipsListeners;
    /** What a refusal says in Warning where {@code sips} cannot be had, for each listener. */
    final byte[][] sipsWarnings;

    final @Nullable SipFlow outbound;

    ProxyLoop(final Balancer balancer, final int index, final SipEgress egress) {
        final int count = egress.listeners();
        if (count < 1 || count > ListenerText.LISTENERS_MAX) {
            throw new IllegalArgumentException(
                    "listeners: " + count + " (expected: 1 to " + ListenerText.LISTENERS_MAX + ")");
        }
        this.index = index;
        this.config = balancer.config();
        this.egress = egress;
        this.table = balancer.table();
        this.memory = balancer.memory();
        this.keyMemory = balancer.keyMemory();
        this.counters = balancer.counters(index);
        this.latencies = balancer.latencies(index);
        this.keys = new ProxyKeys(config.key());
        this.names = new OwnNames(egress, config.aliases());
        this.outbound =
                config.outbound().map(address -> new SipFlow().remote(address)).orElse(null);
        this.listeners = new ListenerText[count];
        this.sipsListeners = new ListenerText[count];
        this.sipsWarnings = new byte[count][];
        for (int i = 0; i < count; i++) {
            final SipListener listener = egress.listener(i);
            listeners[i] = new ListenerText(listener);
            sipsWarnings[i] = ("380 " + listener.advertisedHost() + ":" + listener.advertisedPort()
                            + " \"SIPS Not Allowed\"")
                    .getBytes(StandardCharsets.US_ASCII);
            sipsListeners[i] = listener.speaks().isSecure() ? new ListenerText(listener, true) : listeners[i];
        }
    }

    /** The listener to reach an address by: the one given if it has the address's family and speaks so, else the first that does; -1 if none. */
    int listenerTowards(final ViaTransport transport, final boolean ipv4, final int preferred) {
        if (listeners[preferred].isIpv4() == ipv4 && listeners[preferred].speaks() == transport) {
            return preferred;
        }
        for (int i = 0; i < listeners.length; i++) {
            if (listeners[i].isIpv4() == ipv4 && listeners[i].speaks() == transport) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a listener speaks so. */
    boolean speaks(final ViaTransport transport) {
        for (final ListenerText listener : listeners) {
            if (listener.speaks() == transport) {
                return true;
            }
        }
        return false;
    }

    void count(final ProxyCounter counter) {
        counters.increment(counter);
    }
}
