package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.Harness.ECHO;
import static io.dialtone.sip.transport.Harness.address;
import static io.dialtone.sip.transport.Harness.awaitCount;
import static io.dialtone.sip.transport.Harness.on;
import static io.dialtone.sip.transport.Harness.start;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.net.IoKind;
import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every way of I/O does with datagrams. */
class DatagramLawsTest {
    private static final String KINDS = "io.dialtone.sip.transport.Harness#kinds";
    private static final int LONGEST_IPV4_PAYLOAD = 65_507;

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldAnswerFromTheSocketTheMessageCameInBy(final IoKind io) throws IOException {
        // given
        try (SipTransport transport =
                        start(on(io).listen("127.0.0.1", 0).listen("::1", 0).listen("127.0.0.1", 0), ECHO);
                Peer ipv4 = new Peer("127.0.0.1");
                Peer ipv6 = new Peer("::1")) {
            // when
            ipv4.send("first", address(transport, 0));
            ipv6.send("second", address(transport, 1));

            // then
            assertEquals("first", ipv4.awaitText());
            assertEquals("second", ipv6.awaitText());

            // when
            ipv4.send("third", address(transport, 2));

            // then
            assertEquals(address(transport, 2), ipv4.awaitSender());
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldShowPeerAndListenerOfEachMessage(final IoKind io) throws IOException {
        // given
        final Set<String> seen = ConcurrentHashMap.newKeySet();
        try (SipTransport transport = start(
                        on(io).listen("127.0.0.1", 0).listen("::1", 0), egress -> (buffer, offset, length, from) -> {
                            seen.add(from.toString());
                            egress.send(buffer, offset, length, from);
                        });
                Peer ipv4 = new Peer("127.0.0.1");
                Peer ipv6 = new Peer("::1")) {
            // when
            ipv4.send("x", address(transport, 0));
            ipv4.awaitText();
            ipv6.send("x", address(transport, 1));
            ipv6.awaitText();

            // then
            assertEquals(
                    Set.of("listener 0 peer " + ipv4.address(), "listener 1 peer " + ipv6.address()),
                    new HashSet<>(seen));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldForwardMessagesEditedInPlaceWithAllTheirRoom(final IoKind io) throws IOException {
        // given
        final byte[] head = new byte[SipIngress.HEADROOM_BYTES];
        final byte[] tail = new byte[SipIngress.TAILROOM_BYTES];
        Arrays.fill(head, (byte) 'h');
        Arrays.fill(tail, (byte) 't');
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), egress -> (buffer, offset, length, from) -> {
                    buffer.putBytes(offset - head.length, head);
                    buffer.putBytes(offset + length, tail);
                    egress.send(buffer, offset - head.length, head.length + length + tail.length, from);
                });
                Peer peer = new Peer("127.0.0.1")) {
            // when
            for (int i = 0; i < 50; i++) {
                peer.send("-" + i + "-", address(transport, 0));
            }

            // then
            for (int i = 0; i < 50; i++) {
                assertEquals(new String(head, US_ASCII) + "-" + i + "-" + new String(tail, US_ASCII), peer.awaitText());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLeaveByAnotherListenersSocketWhenRoutingSaysSo(final IoKind io) throws IOException {
        // given
        try (Peer caller = new Peer("127.0.0.1");
                Peer callee = new Peer("::1");
                SipTransport transport = start(on(io).listen("127.0.0.1", 0).listen("::1", 0), egress -> {
                    final SipFlow to = new SipFlow();
                    return (buffer, offset, length, from) -> {
                        to.set(1, SipFlow.TRANSPORT_UDP, 0, 0, 0).remote(callee.address());
                        egress.send(buffer, offset, length, to);
                    };
                })) {
            // when
            caller.send("through", address(transport, 0));

            // then
            assertEquals("through", callee.awaitText());
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldForwardBothWaysWhenBothListenersAreBusy(final IoKind io) throws IOException {
        // given
        final int rounds = 200;
        final int burst = 20;
        try (Peer left = new Peer("127.0.0.1");
                Peer right = new Peer("::1");
                SipTransport transport =
                        start(on(io).listen("127.0.0.1", 0).listen("::1", 0).batch(8), egress -> {
                            final SipFlow toLeft = new SipFlow().listener(0).remote(left.address());
                            final SipFlow toRight = new SipFlow().listener(1).remote(right.address());
                            return (buffer, offset, length, from) ->
                                    egress.send(buffer, offset, length, from.listener() == 0 ? toRight : toLeft);
                        })) {
            for (int round = 0; round < rounds; round++) {
                // when
                for (int i = 0; i < burst; i++) {
                    left.send("from left " + round + " " + i, address(transport, 0));
                    right.send("from right " + round + " " + i, address(transport, 1));
                }

                // then
                for (int i = 0; i < burst; i++) {
                    assertEquals("from right " + round + " " + i, left.awaitText());
                    assertEquals("from left " + round + " " + i, right.awaitText());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldKeepOrderAndBytesWhenATurnSendsMoreThanTheQueueHolds(final IoKind io) throws IOException {
        // given
        final int answers = 300;
        try (SipTransport transport = start(
                        on(io).listen("127.0.0.1", 0).batch(4).sendQueue(16),
                        egress -> (buffer, offset, length, from) -> {
                            for (int i = 0; i < answers; i++) {
                                final UnsafeBuffer own = egress.claim();
                                final int bytes = own.putStringWithoutLengthAscii(0, "answer " + i);
                                egress.send(own, 0, bytes, from);
                            }
                        });
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send("how many?", address(transport, 0));

            // then
            for (int i = 0; i < answers; i++) {
                assertEquals("answer " + i, peer.awaitText());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldTakeBurstsLongerThanABatch(final IoKind io) throws IOException {
        // given
        final int messages = 500;
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0).batch(8), ECHO);
                Peer peer = new Peer("127.0.0.1")) {
            // when
            for (int i = 0; i < messages; i++) {
                peer.send("message " + i, address(transport, 0));
            }

            // then
            for (int i = 0; i < messages; i++) {
                assertEquals("message " + i, peer.awaitText());
            }
            awaitCount(transport, TransportCounter.SENT_DATAGRAMS, messages);
            assertEquals(messages, transport.count(TransportCounter.RECEIVED_DATAGRAMS));
            assertEquals(
                    transport.count(TransportCounter.RECEIVED_BYTES), transport.count(TransportCounter.SENT_BYTES));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldCarryTheLongestDatagram(final IoKind io) throws IOException {
        // given
        final byte[] longest = new byte[LONGEST_IPV4_PAYLOAD];
        for (int i = 0; i < longest.length; i++) {
            longest[i] = (byte) (i * 31);
        }
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), ECHO);
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send(longest, address(transport, 0));

            // then
            assertArrayEquals(longest, peer.awaitBytes());
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldDropAndCountDatagramsLongerThanASlot(final IoKind io) throws IOException {
        // given
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0).messageBytesMax(1_000), ECHO);
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send(new byte[1_001], address(transport, 0));
            peer.send(new byte[1_000], address(transport, 0));

            // then
            assertEquals(1_000, peer.awaitBytes().length);
            awaitCount(transport, TransportCounter.DROPPED_TRUNCATED, 1);
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldDropAndCountKeepAlives(final IoKind io) throws IOException {
        // given
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), ECHO);
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send("", address(transport, 0));
            peer.send("\r\n\r\n", address(transport, 0));
            peer.send("\0\0\0\0", address(transport, 0));
            peer.send("\r\nX", address(transport, 0));

            // then
            assertEquals("\r\nX", peer.awaitText());
            awaitCount(transport, TransportCounter.RECEIVED_KEEP_ALIVES, 3);
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLeaveOutWhatCannotBeSentAndSendTheRest(final IoKind io) throws IOException {
        // given
        final List<Boolean> taken = new ArrayList<>();
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), egress -> {
                    final SipFlow to = new SipFlow();
                    return (buffer, offset, length, from) -> {
                        // A loopback socket cannot reach another network, so nothing of this leaves the machine.
                        to.copyFrom(from).remoteIpv4(0xC000_0201, 5060);
                        taken.add(egress.send(buffer, offset, length, to));
                        taken.add(egress.send(buffer, offset, length, to.remote(0, 1, 5060)));
                        taken.add(egress.send(
                                buffer, offset, length, to.copyFrom(from).remoteIpv4(0x7F00_0001, 0)));
                        taken.add(egress.send(
                                buffer, offset, length, to.copyFrom(from).listener(7)));
                        taken.add(egress.sendCopy(new UnsafeBuffer(new byte[65_535]), 0, 65_535, from));
                        taken.add(egress.send(buffer, offset, length, from));
                    };
                });
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send("rest", address(transport, 0));

            // then
            assertEquals("rest", peer.awaitText());
            awaitCount(transport, TransportCounter.SENT_DATAGRAMS, 1);
            assertEquals(List.of(true, false, false, false, true, true), taken);
            assertEquals(1, transport.count(TransportCounter.DROPPED_WRONG_FAMILY));
            assertEquals(1, transport.count(TransportCounter.DROPPED_TOO_BIG));
            assertEquals(
                    3,
                    transport.count(TransportCounter.DROPPED_INVALID)
                            + transport.count(TransportCounter.DROPPED_UNREACHABLE));
            assertEquals(4, transport.count(TransportCounter.SENT_BYTES));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldGoOnWhenNobodyListensAtThePeersPort(final IoKind io) throws IOException {
        // given
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), ECHO);
                Peer peer = new Peer("127.0.0.1")) {
            // when
            for (int i = 0; i < 10; i++) {
                try (Peer gone = new Peer("127.0.0.1")) {
                    gone.send("ping", address(transport, 0));
                }
            }
            peer.send("still there?", address(transport, 0));

            // then
            assertEquals("still there?", peer.awaitText());
            assertTrue(transport.isAlive());
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLoseOnlyTheMessageThatRoutingThrewFor(final IoKind io) throws IOException {
        // given
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), egress -> (buffer, offset, length, from) -> {
                    if (buffer.getByte(offset) == '!') {
                        throw new IllegalStateException("the test wants it so");
                    }
                    egress.send(buffer, offset, length, from);
                });
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send("one", address(transport, 0));
            peer.send("!", address(transport, 0));
            peer.send("two", address(transport, 0));

            // then
            assertEquals("one", peer.awaitText());
            assertEquals("two", peer.awaitText());
            assertEquals(1, transport.count(TransportCounter.INGRESS_FAILURES));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldCopyMessagesThatLieOnTheHeapOrInChangingMemory(final IoKind io) throws IOException {
        // given
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), egress -> {
                    final byte[] shared = new byte[60_000];
                    final UnsafeBuffer elsewhere = new UnsafeBuffer(shared);
                    return (buffer, offset, length, from) -> {
                        // More than the transport's room for copies, so that it must flush in between.
                        for (int i = 0; i < 40; i++) {
                            Arrays.fill(shared, (byte) i);
                            egress.sendCopy(elsewhere, 0, shared.length, from);
                        }
                    };
                });
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send("go", address(transport, 0));

            // then
            for (int i = 0; i < 40; i++) {
                final byte[] expected = new byte[60_000];
                Arrays.fill(expected, (byte) i);
                assertArrayEquals(expected, peer.awaitBytes());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldReadRouteAndSendOnOneThread(final IoKind io) throws IOException {
        // given
        final Set<String> threads = ConcurrentHashMap.newKeySet();
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), egress -> (buffer, offset, length, from) -> {
                    threads.add(Thread.currentThread().getName());
                    egress.send(buffer, offset, length, from);
                });
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send("where", address(transport, 0));
            peer.awaitText();

            // then
            assertEquals(Set.of("sip-io-0"), new HashSet<>(threads));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLendFreshBuffersHoweverManyAreAskedFor(final IoKind io) throws IOException {
        // given
        final Set<Integer> sizes = ConcurrentHashMap.newKeySet();
        try (SipTransport transport = start(on(io).listen("127.0.0.1", 0), egress -> (buffer, offset, length, from) -> {
                    for (int i = 0; i < 3 * LoopEgress.CLAIMS; i++) {
                        sizes.add(egress.claim().capacity());
                    }
                    egress.send(buffer, offset, length, from);
                });
                Peer peer = new Peer("127.0.0.1")) {
            // when
            peer.send("lend", address(transport, 0));
            peer.awaitText();

            // then
            assertEquals(Set.of(SipEgress.CLAIM_BYTES), new HashSet<>(sizes));
        }
    }
}
