package io.dialtone.sip.trace;

import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipListener;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The I/O thread that a record is of. Immutable, for any thread.
 *
 * @param loop index of the thread, from 0
 * @param listeners its sockets, in the order of configuration
 */
public record TraceSource(int loop, List<SipListener> listeners) {
    static TraceSource of(final int loop, final SipEgress egress) {
        return new TraceSource(
                loop,
                IntStream.range(0, egress.listeners())
                        .mapToObj(egress::listener)
                        .toList());
    }
}
