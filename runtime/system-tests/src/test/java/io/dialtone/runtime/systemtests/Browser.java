package io.dialtone.runtime.systemtests;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A caller as browsers are: by WebSocket, with a name in its Via and Contact that nobody can look up (RFC 7118). Used by one test's thread. */
final class Browser implements AutoCloseable, WebSocket.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String NAME = "df7jal23ls0d.invalid";

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();
    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable WebSocket socket;
    private int branches;

    /** Connects to a listener by {@code ws:} on loopback. */
    static Browser connect(final Stage stage, final int port) {
        final Browser browser = new Browser();
        browser.socket = browser.client
                .newWebSocketBuilder()
                .subprotocols("sip")
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/"), browser)
                .join();
        stage.closeAtEnd(browser);
        return browser;
    }

    void send(final String message) {
        if (socket == null) {
            throw new IllegalStateException("not connected");
        }
        socket.sendText(message, true).join();
    }

    /** A request of a call, with a branch of its own; further header lines and no body. */
    void request(
            final String method,
            final String uri,
            final String callId,
            final int cseq,
            final String to,
            final List<String> more) {
        branches++;
        final StringBuilder text = new StringBuilder();
        text.append(method)
                .append(' ')
                .append(uri)
                .append(" SIP/2.0\r\nVia: SIP/2.0/WS ")
                .append(NAME);
        text.append(";branch=z9hG4bK").append(callId).append(branches).append("\r\nMax-Forwards: 70\r\n");
        text.append("From: <sip:alice@example.com>;tag=a")
                .append(callId)
                .append("\r\nTo: ")
                .append(to);
        text.append("\r\nCall-ID: ")
                .append(callId)
                .append("\r\nCSeq: ")
                .append(cseq)
                .append(' ')
                .append(method);
        text.append("\r\nContact: <sip:alice@").append(NAME).append(";transport=ws>\r\n");
        more.forEach(line -> text.append(line).append("\r\n"));
        send(text.append("Content-Length: 0\r\n\r\n").toString());
    }

    /** The next message that begins so; others before it, provisional answers for instance, are passed over. */
    String await(final String beginning) {
        final long untilNs = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (true) {
                final String message = received.poll(untilNs - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (message == null) {
                    throw new AssertionError("nothing came that begins with " + beginning);
                }
                if (message.startsWith(beginning)) {
                    return message;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The value of a message's header. */
    static String header(final String message, final String name) {
        return message.lines()
                .filter(line -> line.startsWith(name + ": "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + message))
                .substring(name.length() + 2);
    }

    /** All values of a header, as lines of another header: a route set from Record-Route. */
    static List<String> lines(final String message, final String name, final String as) {
        return message.lines()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> as + line.substring(name.length()))
                .toList()
                .reversed();
    }

    /** The URI in a Contact. */
    static String uri(final String contact) {
        return contact.substring(contact.indexOf('<') + 1, contact.indexOf('>'));
    }

    /** 200 to a request that came. */
    void answer(final String request) {
        final StringBuilder text = new StringBuilder("SIP/2.0 200 OK\r\n");
        request.lines()
                .filter(line -> line.matches("(Via|From|To|Call-ID|CSeq): .*"))
                .forEach(line -> text.append(line).append("\r\n"));
        send(text.append("Content-Length: 0\r\n\r\n").toString());
    }

    @Override
    public CompletionStage<?> onText(final WebSocket from, final CharSequence data, final boolean last) {
        part.append(data);
        if (last) {
            received.add(part.toString());
            part.setLength(0);
        }
        return WebSocket.Listener.super.onText(from, data, last);
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.abort();
        }
        client.close();
    }
}
