package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dialtone.net.IoKind;
import io.dialtone.net.Linux;
import io.dialtone.sip.routing.SipEgress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Starts transports for tests and waits, with a limit, for what they count. */
final class Harness {
    private static final long AWAIT_NS = 10_000_000_000L;

    private Harness() {}

    /** Ways of I/O that must keep the same laws. */
    static Stream<IoKind> kinds() {
        return Stream.of(IoKind.NIO, IoKind.EPOLL);
    }

    /** What a test does with a message and its loop's way out. */
    interface Rule {
        ScriptedIngress.Script with(SipEgress egress);
    }

    static final Rule ECHO = egress -> (buffer, offset, length, from) -> egress.send(buffer, offset, length, from);

    static SipTransportConfig.Builder on(final IoKind io) {
        assumeTrue(io != IoKind.EPOLL || Linux.isHere(), "epoll needs Linux on x86-64 or AArch64");
        return SipTransportConfig.builder().io(io);
    }

    static SipTransport start(final SipTransportConfig.Builder config, final Rule rule) throws IOException {
        return SipTransport.start(config.build(), (loop, egress) -> new ScriptedIngress(rule.with(egress)));
    }

    static InetSocketAddress address(final SipTransport transport, final int listener) {
        return transport.listeners().get(listener).local();
    }

    static void awaitCount(final SipTransport transport, final TransportCounter counter, final long atLeast) {
        await(counter + " of at least " + atLeast, () -> transport.count(counter) >= atLeast);
    }

    static void await(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + AWAIT_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                fail("waited in vain for " + what);
            }
            Thread.onSpinWait();
        }
    }
}
