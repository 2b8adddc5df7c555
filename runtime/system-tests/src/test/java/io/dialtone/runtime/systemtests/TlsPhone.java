package io.dialtone.runtime.systemtests;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** A phone on a TLS connection of its own, with one call: nobody can reach it but by that connection. Used by one thread. */
final class TlsPhone implements AutoCloseable {
    private static final int PATIENCE_MS = 60_000;

    private final SSLContext context;
    private final String name;
    private final List<String> passedOver = new ArrayList<>();
    private Socket socket = new Socket();
    private InputStream in = InputStream.nullInputStream();
    private String target = "";
    private String to = "";
    private int cseq;
    private int registrations;

    TlsPhone(final SSLContext context, final String name) {
        this.context = context;
        this.name = name;
    }

    /** Opens a connection to a port of loopback; the one before is gone. */
    void connect(final int port) throws IOException {
        close();
        passedOver.clear();
        socket = context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Registers by the connection that there is. */
    void register() throws IOException {
        registrations++;
        send(new StringBuilder("REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/TLS ")
                .append(name)
                .append(".invalid;branch=z9hG4bK")
                .append(name)
                .append("REGISTER")
                .append(registrations)
                .append("\r\nMax-Forwards: 70\r\nFrom: <sip:")
                .append(name)
                .append("@example.com>;tag=1\r\nTo: <sip:")
                .append(name)
                .append("@example.com>\r\nCall-ID: registration-")
                .append(name)
                .append("\r\nCSeq: ")
                .append(registrations)
                .append(" REGISTER\r\nContact: ")
                .append(contact())
                .append("\r\nContent-Length: 0\r\n\r\n"));
        final String answer = await("SIP/2.0 ");
        if (!answer.startsWith("SIP/2.0 200")) {
            throw new AssertionError(name + ": REGISTER was answered by " + answer);
        }
    }

    /** Calls this user and confirms the answer. */
    void call(final String user) throws IOException {
        target = "sip:" + user + "@127.0.0.1";
        to = "<" + target + ">";
        request("INVITE");
        final String ok = await("SIP/2.0 200");
        to = Browser.header(ok, "To");
        target = Browser.uri(Browser.header(ok, "Contact"));
        request("ACK");
    }

    /** Sends a request of the call and waits for its 200, whatever comes before. */
    void ask(final String method) throws IOException {
        request(method);
        final String answer = await("SIP/2.0 ");
        if (!answer.startsWith("SIP/2.0 200")) {
            throw new AssertionError(name + ": " + method + " was answered by " + answer);
        }
    }

    /** Answers the next request of this method, which may have come already. */
    void answer(final String method) throws IOException {
        final String request = await(method + " ");
        final StringBuilder text = new StringBuilder("SIP/2.0 200 OK\r\n");
        request.lines()
                .filter(line -> line.matches("(Via|From|To|Call-ID|CSeq): .*"))
                .forEach(line -> text.append(line).append("\r\n"));
        send(text.append("Contact: ").append(contact()).append("\r\nContent-Length: 0\r\n\r\n"));
    }

    /** Waits until the other end has closed the connection, or broken it. */
    void awaitLoss() throws IOException {
        try {
            while (in.read() >= 0) {
                // what was on its way
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException | SSLException lost) {
            return; // as it should be
        }
    }

    private void request(final String method) throws IOException {
        cseq += method.equals("ACK") ? 0 : 1;
        send(new StringBuilder(method)
                .append(' ')
                .append(target)
                .append(" SIP/2.0\r\nVia: SIP/2.0/TLS ")
                .append(name)
                .append(".invalid;branch=z9hG4bK")
                .append(name)
                .append(method)
                .append(cseq)
                .append("\r\nMax-Forwards: 70\r\nFrom: <sip:")
                .append(name)
                .append("@example.com>;tag=1\r\nTo: ")
                .append(to)
                .append("\r\nCall-ID: ")
                .append(name)
                .append("\r\nCSeq: ")
                .append(cseq)
                .append(' ')
                .append(method)
                .append("\r\nContact: ")
                .append(contact())
                .append("\r\nContent-Length: 0\r\n\r\n"));
    }

    private String contact() {
        return "<sip:" + name + "@" + name + ".invalid;transport=tls>";
    }

    private void send(final StringBuilder message) throws IOException {
        socket.getOutputStream().write(message.toString().getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** The first message that begins so; provisional answers are passed over, others kept. */
    private String await(final String beginning) throws IOException {
        for (int i = 0; i < passedOver.size(); i++) {
            if (passedOver.get(i).startsWith(beginning)) {
                return passedOver.remove(i);
            }
        }
        while (true) {
            final String message = read();
            if (message.startsWith("SIP/2.0 1")) {
                continue;
            }
            if (message.startsWith(beginning)) {
                return message;
            }
            passedOver.add(message);
        }
    }

    private String read() throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            final int next = in.read();
            if (next < 0) {
                throw new AssertionError(name + ": the connection was closed");
            }
            bytes.write(next);
            if (next == '\n') {
                final String head = bytes.toString(StandardCharsets.ISO_8859_1);
                if (head.endsWith("\r\n\r\n")) {
                    final int body = Integer.parseInt(Browser.header(head, "Content-Length"));
                    return head + new String(in.readNBytes(body), StandardCharsets.ISO_8859_1);
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
