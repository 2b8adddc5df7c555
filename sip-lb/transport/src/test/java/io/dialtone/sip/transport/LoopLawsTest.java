package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.Harness.ECHO;
import static io.dialtone.sip.transport.Harness.address;
import static io.dialtone.sip.transport.Harness.await;
import static io.dialtone.sip.transport.Harness.on;
import static io.dialtone.sip.transport.Harness.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.net.IoKind;
import io.dialtone.net.WaitMode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every way of I/O does with ports, loops and time. */
class LoopLawsTest {
    private static final String KINDS = "io.dialtone.sip.transport.Harness#kinds";

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldSpreadPeersOverLoopsThatShareOnePort(final IoKind io) throws IOException {
        // given
        final Set<String> threads = ConcurrentHashMap.newKeySet();
        try (SipTransport transport =
                start(on(io).listen("127.0.0.1", 0).loops(2), egress -> (buffer, offset, length, from) -> {
                    threads.add(Thread.currentThread().getName());
                    egress.send(buffer, offset, length, from);
                })) {
            // when
            for (int i = 0; i < 64; i++) {
                try (Peer peer = new Peer("127.0.0.1")) {
                    peer.send("spread", address(transport, 0));
                    assertEquals(address(transport, 0), peer.awaitSender());
                }
            }

            // then
            assertEquals(Set.of("sip-io-0", "sip-io-1"), new HashSet<>(threads));
            final long first = transport.count(0, TransportCounter.RECEIVED_DATAGRAMS);
            final long second = transport.count(1, TransportCounter.RECEIVED_DATAGRAMS);
            assertEquals(64, first + second);
            assertTrue(Math.min(first, second) >= 8, first + " and " + second);
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldRefuseAPortThatIsInUseEvenWhenItsHolderSharesIt(final IoKind io) throws IOException {
        // given
        try (SipTransport holder = start(on(io).listen("127.0.0.1", 0).loops(2), ECHO)) {
            final int port = address(holder, 0).getPort();

            for (final int loops : new int[] {1, 2}) {
                // when
                final BindException refusal = assertThrows(
                        BindException.class,
                        () -> start(
                                on(io).listen("127.0.0.1", 0)
                                        .listen("127.0.0.1", port)
                                        .loops(loops),
                                ECHO));

                // then
                assertTrue(
                        String.valueOf(refusal.getMessage())
                                .startsWith("udp:127.0.0.1:" + port + " is in use by another process; "),
                        refusal.getMessage());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldSayWhichAddressIsNotOfThisMachine(final IoKind io) {
        // when
        final BindException refusal =
                assertThrows(BindException.class, () -> start(on(io).listen("192.0.2.1", 5060), ECHO));

        // then
        assertTrue(
                String.valueOf(refusal.getMessage()).startsWith("udp:192.0.2.1:5060 cannot be bound: "),
                refusal.getMessage());
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldSayWhichHostHasNoAddress(final IoKind io) {
        // when
        final UnknownHostException refusal =
                assertThrows(UnknownHostException.class, () -> start(on(io).listen("no.such.host.invalid", 0), ECHO));

        // then
        assertTrue(
                String.valueOf(refusal.getMessage()).contains("no address for no.such.host.invalid"),
                refusal.getMessage());
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldServeAgainOnTheSamePortAfterAClose(final IoKind io) throws IOException {
        // given
        final InetSocketAddress place;
        try (SipTransport first = start(on(io).listen("127.0.0.1", 0).loops(2), ECHO)) {
            place = address(first, 0);
        }

        for (int i = 0; i < 3; i++) {
            // when
            try (SipTransport again =
                            start(on(io).listen("127.0.0.1", place.getPort()).loops(2), ECHO);
                    Peer peer = new Peer("127.0.0.1")) {
                peer.send("again", place);

                // then
                assertEquals("again", peer.awaitText());
                assertTrue(again.isAlive());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldCloseOnceAndEndItsThreads(final IoKind io) throws IOException {
        // given
        final SipTransport transport = start(on(io).listen("127.0.0.1", 0).loops(2), ECHO);
        assertTrue(transport.isAlive());

        // when
        transport.close();
        transport.close();
        transport.wakeUp();

        // then
        assertFalse(transport.isAlive());
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("sip-io-")));
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldGiveTheIngressATurnAtItsDeadlineThoughNothingArrives(final IoKind io) throws IOException {
        // given
        final ScriptedIngress ingress = new ScriptedIngress((buffer, offset, length, from) -> {});
        ingress.deadlineNs = System.nanoTime() + 20_000_000L;

        // when
        try (SipTransport transport =
                SipTransport.start(on(io).listen("127.0.0.1", 0).build(), (loop, egress) -> ingress)) {
            await("a turn after the deadline", () -> ingress.lastTurnNs - ingress.deadlineNs >= 0);

            // then
            ingress.deadlineNs = Long.MAX_VALUE;
            assertTrue(transport.isAlive());
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldGiveTheIngressATurnWhenWokenUp(final IoKind io) throws IOException {
        // given
        final ScriptedIngress ingress = new ScriptedIngress((buffer, offset, length, from) -> {});
        try (SipTransport transport =
                SipTransport.start(on(io).listen("127.0.0.1", 0).build(), (loop, egress) -> ingress)) {
            // Often enough to meet the loop at every step on its way to sleep.
            for (int i = 0; i < 20_000; i++) {
                // when
                final long before = ingress.turns.get();
                transport.wakeUp();

                // then
                await("a turn", () -> ingress.turns.get() > before);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLookAtTheIngressAgainAndAgainInPollMode(final IoKind io) throws IOException {
        // given
        final ScriptedIngress ingress = new ScriptedIngress((buffer, offset, length, from) -> {});

        // when
        try (SipTransport transport = SipTransport.start(
                on(io).listen("127.0.0.1", 0).waitMode(WaitMode.POLL).build(), (loop, egress) -> ingress)) {
            // then
            await("many turns without a datagram", () -> ingress.turns.get() >= 50);
            assertEquals(0, transport.count(TransportCounter.RECEIVED_DATAGRAMS));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldGoOnWhenATurnOfTheIngressThrows(final IoKind io) throws IOException {
        // given
        final ScriptedIngress ingress = new ScriptedIngress((buffer, offset, length, from) -> {});
        ingress.throwInDoWork = true;
        try (SipTransport transport = SipTransport.start(
                on(io).listen("127.0.0.1", 0).waitMode(WaitMode.POLL).build(), (loop, egress) -> ingress)) {
            // when
            await("a few failed turns", () -> ingress.turns.get() >= 3);

            // then
            assertTrue(transport.isAlive());
            assertTrue(transport.count(TransportCounter.INGRESS_FAILURES) >= 2);
        }
    }
}
