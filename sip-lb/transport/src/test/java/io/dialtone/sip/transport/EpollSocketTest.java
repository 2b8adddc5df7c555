package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.Harness.ECHO;
import static io.dialtone.sip.transport.Harness.address;
import static io.dialtone.sip.transport.Harness.awaitCount;
import static io.dialtone.sip.transport.Harness.on;
import static io.dialtone.sip.transport.Harness.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.net.IoKind;
import io.dialtone.net.Linux;
import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only system calls can do. */
@EnabledOnOs(OS.LINUX)
class EpollSocketTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1, 0, 1", "::1, 41, 67"})
    void shouldMarkWhatItSendsWithTheDscp(final String host, final int level, final int option) throws IOException {
        // given
        final SipTransportConfig config =
                SipTransportConfig.builder().listen(host, 0).dscp(24).build();
        final LoopMemory memory = LoopMemory.create(config.datagrams(), false);

        // when
        final SipListener wanted = Listeners.wanted(0, config.listeners().get(0));
        final EpollUdpSocket socket =
                (EpollUdpSocket) new EpollBinder(config, StreamGreetings.open(config)).bind(wanted, 0, 1, memory);

        // then
        assertEquals(24 << 2, intOption(socket, level, option));
        socket.close();
        memory.arena().close();
    }

    @Test
    void shouldCloseItsDescriptors() throws IOException {
        // given
        start(on(IoKind.EPOLL).listen("127.0.0.1", 0), ECHO).close();
        final long before = descriptors();

        // when
        for (int i = 0; i < 5; i++) {
            start(on(IoKind.EPOLL).listen("127.0.0.1", 0).listen("::1", 0).loops(3), ECHO)
                    .close();
        }

        // then
        assertEquals(before, descriptors());
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, false", "127.0.0.1, true", "::1, false", "::1, true"})
    void shouldCarryJoinedDatagramsEachByItself(final String host, final boolean gro) throws IOException {
        // given
        final int answers = 40;
        try (Peer peer = new Peer(host);
                SipTransport echo =
                        start(on(IoKind.EPOLL).listen(host, 0).gro(gro), egress -> (buffer, offset, length, from) -> {
                            // Grows to both sides, so that neighbours would overwrite each other.
                            buffer.setMemory(offset - 100, 100, (byte) '<');
                            buffer.setMemory(offset + length, 100, (byte) '>');
                            egress.send(buffer, offset - 100, length + 200, from);
                        });
                SipTransport joiner = start(on(IoKind.EPOLL).listen(host, 0).gso(true), egress -> {
                    final SipFlow back = new SipFlow().remote(peer.address());
                    final SipFlow there = new SipFlow().remote(address(echo, 0));
                    return (buffer, offset, length, from) -> {
                        if (from.sameRemote(there)) {
                            egress.send(buffer, offset, length, back);
                            return;
                        }
                        for (int i = 0; i < answers; i++) {
                            final UnsafeBuffer own = egress.claim();
                            own.setMemory(0, 1_000, (byte) ('A' + i));
                            egress.send(own, 0, 1_000, there);
                        }
                    };
                })) {
            // when
            peer.send("begin", address(joiner, 0));

            // then
            for (int i = 0; i < answers; i++) {
                final String expected =
                        "<".repeat(100) + Character.toString('A' + i).repeat(1_000) + ">".repeat(100);
                assertEquals(expected, peer.awaitText());
            }
            assertTrue(joiner.count(TransportCounter.SEND_SEGMENTED) >= answers);
            awaitCount(echo, TransportCounter.SENT_DATAGRAMS, answers);
            assertEquals(answers, echo.count(TransportCounter.RECEIVED_DATAGRAMS));
            assertEquals(gro ? answers : 0, echo.count(TransportCounter.RECEIVED_SEGMENTED));
        }
    }

    @Test
    void shouldCountWhatTheKernelDropsAtAFullReceiveBuffer() throws IOException {
        // given
        final Object gate = new Object();
        final SipTransport transport;
        try (Peer peer = new Peer("127.0.0.1")) {
            transport = start(
                    on(IoKind.EPOLL)
                            .listen("127.0.0.1", 0)
                            .receiveBufferBytes(4_096)
                            .batch(1),
                    egress -> (buffer, offset, length, from) -> {
                        synchronized (gate) {
                            egress.send(buffer, offset, length, from);
                        }
                    });

            // when
            synchronized (gate) {
                for (int i = 0; i < 100; i++) {
                    peer.send(new byte[1_000], address(transport, 0));
                }
            }
            transport.close();
        }

        // then
        final long dropped = transport.count(TransportCounter.DROPPED_BY_KERNEL);
        assertTrue(dropped > 50, "dropped " + dropped);
    }

    private static int intOption(final EpollUdpSocket socket, final int level, final int option) {
        try (Arena arena = Arena.ofConfined()) {
            final UnsafeBuffer value = NativeMemory.allocate(arena, 2 * Integer.BYTES);
            value.putInt(Integer.BYTES, Integer.BYTES);
            final int answer = Linux.getsockopt(
                    Linux.errnoSegment(arena),
                    socket.fd().intValue(),
                    level,
                    option,
                    value.addressOffset(),
                    value.addressOffset() + Integer.BYTES);
            assertEquals(0, answer);
            return value.getInt(0);
        }
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
