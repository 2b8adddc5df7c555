package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.Harness.ECHO;
import static io.dialtone.sip.transport.Harness.address;
import static io.dialtone.sip.transport.Harness.awaitCount;
import static io.dialtone.sip.transport.Harness.on;
import static io.dialtone.sip.transport.Harness.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.net.IoKind;
import io.dialtone.net.TlsSettings.Clients;
import io.dialtone.sip.codec.ViaTransport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SIP over WebSocket (RFC 7118), by the JDK's client. */
class WebSocketTest {
    private static final String MESSAGE = String.join(
            "\r\n",
            "OPTIONS sip:a@example.com SIP/2.0",
            "Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK1",
            "From: <sip:a@b>;tag=1",
            "To: <sip:b@b>",
            "Call-ID: 1",
            "CSeq: 1 OPTIONS",
            "",
            "");

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldTakeAMessageAFrameAndAnswerInOne(final IoKind io) throws Exception {
        try (SipTransport transport = start(on(io).listen(listener(ViaTransport.WS)), ECHO);
                Browser browser = Browser.connect("ws", transport, "sip")) {
            browser.socket.sendText(MESSAGE, true).join();
            assertEquals(MESSAGE, browser.next());

            browser.socket.sendText(MESSAGE.substring(0, 40), false).join();
            browser.socket.sendText(MESSAGE.substring(40), true).join();
            assertEquals(MESSAGE, browser.next());

            final String umlaut = MESSAGE.replace("<sip:b@b>", "\"J\u00f6rg\" <sip:b@b>");
            browser.socket
                    .sendBinary(ByteBuffer.wrap(umlaut.getBytes(StandardCharsets.UTF_8)), true)
                    .join();
            assertEquals(umlaut, browser.next());

            browser.socket.sendText("\r\n\r\n", true).join();
            assertEquals("\r\n", browser.next());
            assertEquals(3, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
        }
    }

    @Test
    void shouldSpeakByTlsToo() throws Exception {
        try (SipTransport transport = start(
                        on(IoKind.AUTO).listen(listener(ViaTransport.WSS)).tls(TestCertificates.settings(Clients.NONE)),
                        ECHO);
                Browser browser = Browser.connect("wss", transport, "sip")) {
            browser.socket.sendText(MESSAGE, true).join();
            assertEquals(MESSAGE, browser.next());
        }
    }

    @Test
    void shouldRefuseWhoDoesNotSpeakSip() throws Exception {
        try (SipTransport transport = start(on(IoKind.AUTO).listen(listener(ViaTransport.WS)), ECHO)) {
            try (Browser chat = Browser.connect("ws", transport, "chat")) {
                awaitCount(transport, TransportCounter.STREAM_HANDSHAKE_FAILURES, 1);
                assertEquals("", chat.socket.getSubprotocol());
            }
            try (StreamPeer page = StreamPeer.connect(address(transport, 0))) {
                page.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").expectEnd();
            }
            try (StreamPeer plain = StreamPeer.connect(address(transport, 0))) {
                plain.send(MESSAGE).expectEnd();
            }
            awaitCount(transport, TransportCounter.STREAM_CLOSED, 3);
            assertEquals(0, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
        }
    }

    @Test
    void shouldCloseWhoSendsMoreThanAMessageMayHave() throws Exception {
        try (SipTransport transport = start(on(IoKind.AUTO).listen(listener(ViaTransport.WS)), ECHO);
                Browser browser = Browser.connect("ws", transport, "sip")) {
            browser.socket.sendText("x".repeat(70_000), true).join();

            awaitCount(transport, TransportCounter.STREAM_CLOSED, 1);
            assertTrue(browser.socket.isOutputClosed() || transport.count(TransportCounter.STREAM_CLOSED) == 1);
        }
    }

    private static ListenerConfig listener(final ViaTransport transport) {
        return new ListenerConfig("127.0.0.1", 0).speaking(transport);
    }

    /** One who keeps what it is told, frame by frame. */
    private static final class Browser implements AutoCloseable {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private final HttpClient client =
                HttpClient.newBuilder().sslContext(TestCertificates.context("")).build();

        private final WebSocket socket;

        private Browser(final String scheme, final SipTransport transport, final String protocol) {
            socket = client.newWebSocketBuilder()
                    .subprotocols(protocol)
                    .buildAsync(
                            URI.create(scheme + "://127.0.0.1:"
                                    + address(transport, 0).getPort() + "/sip"),
                            new Ear(told))
                    .join();
        }

        static Browser connect(final String scheme, final SipTransport transport, final String protocol) {
            return new Browser(scheme, transport, protocol);
        }

        String next() throws InterruptedException, IOException {
            final String text = told.poll(10, TimeUnit.SECONDS);
            if (text == null) {
                throw new IOException("nothing came");
            }
            return text;
        }

        @Override
        public void close() {
            socket.abort();
            client.close();
        }
    }

    private record Ear(BlockingQueue<String> told) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(final WebSocket from, final CharSequence data, final boolean last) {
            told.add(data.toString());
            return WebSocket.Listener.super.onText(from, data, last);
        }

        @Override
        public CompletionStage<?> onBinary(final WebSocket from, final ByteBuffer data, final boolean last) {
            told.add(StandardCharsets.UTF_8.decode(data).toString());
            return WebSocket.Listener.super.onBinary(from, data, last);
        }
    }
}
