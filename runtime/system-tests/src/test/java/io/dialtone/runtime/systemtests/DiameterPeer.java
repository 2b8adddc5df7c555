package io.dialtone.runtime.systemtests;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ResultCode;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A peer that does what a test tells it, over a plain socket: a server that answers every request with success until it is told to hold answers back or to freeze, or a client that
 * keeps a window of requests under way. Both exchange capabilities, and answer watchdogs and Disconnect-Peer.
 */
final class DiameterPeer implements AutoCloseable {
    static final String REALM = "test.realm";
    static final String PROXY_STATE = "state-of-";

    private static final Duration CAPABILITIES_MAX = Duration.ofSeconds(10);
    private static final Duration WINDOW_MAX = Duration.ofSeconds(20);
    private static final int MESSAGE_MAX = 4_096;
    private static final int READ_MAX = 1 << 20;
    private static final int PROXY_HOST_CODE = 280;
    private static final int PROXY_STATE_CODE = 33;
    private static final int SERVICE_CONTEXT_ID_CODE = 461;
    /** Makes the Hop-by-Hop Identifier of a request another than its End-to-End Identifier. */
    private static final int HOP_MASK = 0x5A5A_5A5A;

    private enum Manner {
        ANSWERS,
        HOLDS,
        FROZEN
    }

    private final String host;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<SeenMessage> requests = new CopyOnWriteArrayList<>();
    private final Map<Integer, List<SeenMessage>> answers = new ConcurrentHashMap<>();
    private final List<SeenMessage> capabilities = new CopyOnWriteArrayList<>();
    private final List<SeenMessage> partings = new CopyOnWriteArrayList<>();
    private final CountDownLatch allClosed = new CountDownLatch(1);
    private final Semaphore window = new Semaphore(0);
    private final Object thaw = new Object();
    private volatile Manner manner = Manner.ANSWERS;
    private volatile boolean isClosed;
    private volatile ServerSocket listener;

    private DiameterPeer(final String host) throws IOException {
        this.host = host;
        listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    }

    /** A server that takes connections. */
    static DiameterPeer serving(final Stage stage, final String host) {
        final DiameterPeer peer = made(stage, host);
        Thread.ofVirtual().start(peer::accept);
        return peer;
    }

    /** A client that has connected and exchanged capabilities, whatever the answer was. */
    static DiameterPeer dialling(final Stage stage, final String host, final int port) {
        final DiameterPeer peer = made(stage, host);
        try {
            final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            peer.sockets.add(socket);
            Thread.ofVirtual().start(() -> peer.read(socket));
            send(socket, peer.capabilitiesRequest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Await.until(host + " has a CEA", CAPABILITIES_MAX, () -> !peer.capabilities.isEmpty());
        return peer;
    }

    private static DiameterPeer made(final Stage stage, final String host) {
        try {
            final DiameterPeer peer = new DiameterPeer(host);
            stage.closeAtEnd(peer);
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String host() {
        return host;
    }

    /** As {@code --peer} wants it. */
    String address() {
        return host + "=tcp:127.0.0.1:" + listener.getLocalPort();
    }

    // ---- what it has seen

    /** Requests that are no base messages, in their order. */
    List<SeenMessage> requests() {
        return List.copyOf(requests);
    }

    Set<Integer> requestIds(final boolean retransmitted) {
        final Set<Integer> ids = new HashSet<>();
        requests.stream()
                .filter(each -> each.message().isRetransmitted() == retransmitted)
                .forEach(each -> ids.add(each.endToEndId()));
        return ids;
    }

    /** Answers by the End-to-End Identifier. */
    Map<Integer, List<SeenMessage>> answers() {
        return new HashMap<>(answers);
    }

    /** The first answer to a request; there must be one. */
    SeenMessage answer(final int endToEndId) {
        return answers.getOrDefault(endToEndId, List.of()).getFirst();
    }

    /** The CEA of a client. */
    SeenMessage capabilities() {
        return capabilities.getFirst();
    }

    /** Disconnect-Peer-Requests. */
    List<SeenMessage> partings() {
        return List.copyOf(partings);
    }

    /** Whether the other side has closed a connection of it. */
    void awaitClosed(final Duration atMost) {
        try {
            if (!allClosed.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(host + " still has its connection after " + atMost.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    void awaitAnswers(final int count, final Duration atMost) {
        Await.until(
                host + " has " + count + " answers",
                atMost,
                () -> answers.size() >= count,
                () -> "but " + answers.size());
    }

    // ---- what it is told

    /** From now on requests are read and not answered. */
    void hold() {
        manner = Manner.HOLDS;
    }

    /** From now on nothing is read and nothing answered, the watchdog's questions neither; the connection stays. */
    void freeze() {
        manner = Manner.FROZEN;
    }

    /** Goes on as if nothing had been, with what has come meanwhile. */
    void thaw() {
        synchronized (thaw) {
            manner = Manner.ANSWERS;
            thaw.notifyAll();
        }
    }

    /** As a crash: connections are gone, and there is nobody to dial. */
    @Override
    public void close() {
        isClosed = true;
        try {
            listener.close();
            for (final Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thaw();
    }

    /** Sends requests, so many at most without an answer. */
    void sendAll(final List<byte[]> messages, final int windowMax) {
        window.drainPermits();
        window.release(windowMax);
        try {
            for (final byte[] message : messages) {
                if (!window.tryAcquire(WINDOW_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError(host + " has no answer to " + windowMax + " requests");
                }
                send(sockets.getFirst(), message);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- what it says

    /** A CCR of this peer, with a Proxy-Info of one who was there before. */
    byte[] creditControl(
            final int endToEndId,
            final String session,
            final int number,
            final String destinationRealm,
            final String... routeRecords) {
        final Words words = new Words();
        words.begin(
                CommandFlags.REQUEST | CommandFlags.PROXIABLE,
                CommandCode.CREDIT_CONTROL,
                ApplicationId.CREDIT_CONTROL,
                hopByHopId(endToEndId),
                endToEndId);
        words.text(BaseAvp.SESSION_ID, session);
        origin(words);
        words.text(BaseAvp.DESTINATION_REALM, destinationRealm);
        words.number(BaseAvp.AUTH_APPLICATION_ID, ApplicationId.CREDIT_CONTROL);
        words.writer.text(SERVICE_CONTEXT_ID_CODE, AvpFlags.MANDATORY, 0, "32251@3gpp.org");
        words.number(BaseAvp.CC_REQUEST_TYPE, number == 0 ? 1 : 2);
        words.number(BaseAvp.CC_REQUEST_NUMBER, number);
        for (final String record : routeRecords) {
            words.text(BaseAvp.ROUTE_RECORD, record);
        }
        words.writer.beginGroup(BaseAvp.PROXY_INFO.code(), AvpFlags.MANDATORY, 0);
        words.writer.text(PROXY_HOST_CODE, AvpFlags.MANDATORY, 0, "before." + REALM);
        words.writer.text(PROXY_STATE_CODE, AvpFlags.MANDATORY, 0, PROXY_STATE + endToEndId);
        words.writer.endGroup();
        return words.end();
    }

    static int hopByHopId(final int endToEndId) {
        return endToEndId ^ HOP_MASK;
    }

    private byte[] capabilitiesRequest() {
        final Words words = new Words();
        words.begin(CommandFlags.REQUEST, CommandCode.CAPABILITIES_EXCHANGE, ApplicationId.BASE, 1, 1);
        capabilities(words);
        return words.end();
    }

    private void capabilities(final Words words) {
        origin(words);
        words.writer.address(BaseAvp.HOST_IP_ADDRESS.code(), AvpFlags.MANDATORY, 0, InetAddress.getLoopbackAddress());
        words.number(BaseAvp.VENDOR_ID, 0);
        words.writer.text(BaseAvp.PRODUCT_NAME.code(), 0, 0, "scripted");
        words.number(BaseAvp.AUTH_APPLICATION_ID, ApplicationId.CREDIT_CONTROL);
    }

    private void origin(final Words words) {
        words.text(BaseAvp.ORIGIN_HOST, host);
        words.text(BaseAvp.ORIGIN_REALM, REALM);
    }

    private byte[] answer(final DiameterMessage request) {
        final Words words = new Words();
        words.writer.answer(words.buffer, 0, MESSAGE_MAX, request, ResultCode.SUCCESS);
        switch (request.commandCode()) {
            case CommandCode.CAPABILITIES_EXCHANGE -> capabilities(words);
            case CommandCode.DEVICE_WATCHDOG, CommandCode.DISCONNECT_PEER -> origin(words);
            default -> {
                origin(words);
                words.writer.copyFirst(request, BaseAvp.AUTH_APPLICATION_ID);
                words.writer.copyFirst(request, BaseAvp.CC_REQUEST_TYPE);
                words.writer.copyFirst(request, BaseAvp.CC_REQUEST_NUMBER);
                words.writer.copyAll(request, BaseAvp.PROXY_INFO);
            }
        }
        return words.end();
    }

    /** One message as it is written. */
    private static final class Words {
        final DiameterWriter writer = new DiameterWriter();
        final byte[] bytes = new byte[MESSAGE_MAX];
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);

        void begin(
                final int flags,
                final int commandCode,
                final int applicationId,
                final int hopByHopId,
                final int endToEndId) {
            writer.begin(buffer, 0, MESSAGE_MAX, flags, commandCode, applicationId, hopByHopId, endToEndId);
        }

        void text(final BaseAvp avp, final String value) {
            writer.bytes(avp.code(), AvpFlags.MANDATORY, 0, value.getBytes(StandardCharsets.UTF_8));
        }

        void number(final BaseAvp avp, final long value) {
            writer.unsigned32(avp.code(), AvpFlags.MANDATORY, 0, value);
        }

        byte[] end() {
            return Arrays.copyOf(bytes, writer.end());
        }
    }

    // ---- its connections

    private void accept() {
        while (!isClosed) {
            try {
                final Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> read(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void read(final Socket socket) {
        try (socket) {
            final DataInputStream in = new DataInputStream(socket.getInputStream());
            while (!isClosed) {
                awaitThaw();
                final int first = in.readInt();
                final int length = first & 0xFF_FFFF;
                if (length < DiameterMessage.HEADER_BYTES || length > READ_MAX) {
                    throw new AssertionError(host + " was sent a message of " + length + " bytes");
                }
                final byte[] bytes = new byte[length];
                ByteBuffer.wrap(bytes).putInt(first);
                in.readFully(bytes, Integer.BYTES, length - Integer.BYTES);
                awaitThaw();
                onMessage(socket, new SeenMessage(bytes));
            }
        } catch (IOException ended) {
            // by the other side or by close()
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            allClosed.countDown();
        }
    }

    private void awaitThaw() throws InterruptedException {
        synchronized (thaw) {
            while (manner == Manner.FROZEN && !isClosed) {
                thaw.wait();
            }
        }
    }

    private void onMessage(final Socket socket, final SeenMessage seen) throws IOException {
        final DiameterMessage message = seen.message();
        final boolean isBase = message.applicationId() == ApplicationId.BASE;
        if (!message.isRequest()) {
            if (isBase) {
                capabilities.add(seen);
            } else {
                answers.computeIfAbsent(message.endToEndId(), id -> new CopyOnWriteArrayList<>())
                        .add(seen);
                window.release();
            }
            return;
        }
        if (!isBase) {
            requests.add(seen);
        } else if (message.commandCode() == CommandCode.DISCONNECT_PEER) {
            partings.add(seen);
        }
        if (isBase || manner == Manner.ANSWERS) {
            send(socket, answer(message));
        }
    }

    private static void send(final Socket socket, final byte[] message) throws IOException {
        synchronized (socket) {
            socket.getOutputStream().write(message);
        }
    }
}
