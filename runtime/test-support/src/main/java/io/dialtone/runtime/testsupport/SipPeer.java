package io.dialtone.runtime.testsupport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A scripted SIP phone at an address of its own. It says what the test tells it to say, well formed or not, and does nothing of its own accord: no retransmission,
 * no ACK. Not thread safe.
 */
public final class SipPeer {
    private final TestCluster cluster;
    private final String name;
    private final int ipv4;
    private final List<SipText> received = new ArrayList<>();
    /** What came before, where a new owner may send again at once what its predecessor has sent: phones take that for what it is. */
    private final Set<ByteBuffer> seen = new HashSet<>();

    private int calls;
    private int connection;
    private boolean isByTls;
    private String scheme = "sip";
    private boolean isTolerant;

    SipPeer(final TestCluster cluster, final String name, final int ipv4) {
        this.cluster = cluster;
        this.name = name;
        this.ipv4 = ipv4;
    }

    /** User name, as in {@code sip:alice@192.0.2.1}. */
    public String name() {
        return name;
    }

    /** Address, port 5060 included. */
    public String address() {
        return (ipv4 >>> 24) + "." + (ipv4 >> 16 & 0xFF) + "." + (ipv4 >> 8 & 0xFF) + "." + (ipv4 & 0xFF) + ":5060";
    }

    /** From now on this peer speaks by a TCP connection from this port; one that it had is gone, and what is sent there is lost. */
    public void connectFrom(final int port) {
        connection = port;
    }

    /** The same, by TLS. */
    public void connectByTlsFrom(final int port) {
        connection = port;
        isByTls = true;
    }

    boolean isByTls() {
        return isByTls;
    }

    /** What it writes before the address in a Contact of its own. */
    String scheme() {
        return scheme;
    }

    /** From now on its Contact begins with this: {@code sip} or {@code sips}. */
    public SipPeer scheme(final String itsScheme) {
        scheme = itsScheme;
        return this;
    }

    /** Port of its connection; 0 if it speaks by UDP. */
    int connection() {
        return connection;
    }

    /** Begins a call: sends an INVITE with a session description. */
    public SipCall invite(final String requestUri) {
        final SipCall call = newCall(requestUri);
        call.invite();
        return call;
    }

    /** A call that has not said anything yet. */
    public SipCall newCall(final String requestUri) {
        calls++;
        return new SipCall(this, requestUri, name + "-call-" + calls + "@" + address());
    }

    /** Registrations for an address of record that have not begun yet; each has a Call-ID of its own. */
    public SipRegistration registration(final String registrar, final String addressOfRecord) {
        calls++;
        return new SipRegistration(this, registrar, addressOfRecord, name + "-registration-" + calls + "@" + address());
    }

    /** Sends text as a datagram; line ends become CRLF. */
    public void send(final String text) {
        send(text.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes as a datagram, and lets the cluster work on it. */
    public void send(final byte[] datagram) {
        cluster.onDatagram(this, datagram);
    }

    /** Takes the next message that came for this peer; fails the test if there is none. */
    public SipText receive() {
        if (received.isEmpty()) {
            throw cluster.failure(name + " received nothing");
        }
        return received.removeFirst();
    }

    /** Takes the next message, which must be a response with this status. */
    public SipText expect(final int status) {
        final SipText message = receive();
        if (!message.isResponse() || message.status() != status) {
            throw cluster.failure(name + " expected " + status + " but received:\n" + message);
        }
        return message;
    }

    /** Takes the next message, which must be a request with this method. */
    public SipText expectRequest(final String method) {
        final SipText message = receive();
        if (message.isResponse() || !message.method().equals(method)) {
            throw cluster.failure(name + " expected " + method + " but received:\n" + message);
        }
        return message;
    }

    /** Takes the next message, which must be an INVITE of the cluster that calls this peer. */
    public SipCalled expectCall() {
        return new SipCalled(this, expectRequest("INVITE"), name + "-tag");
    }

    /** The end of a call that a proxy has brought to another place as well: it has another tag. */
    public SipCalled fork(final SipCalled call, final String tag) {
        return new SipCalled(this, call.invite(), tag);
    }

    /** Answers a request of the cluster. */
    public void respond(final SipText request, final int status, final String... headers) {
        final StringBuilder text = new StringBuilder("SIP/2.0 ").append(status).append(" Answer\n");
        for (final String name : List.of("Via", "From", "To", "Call-ID", "CSeq")) {
            request.headers(name)
                    .forEach(value ->
                            text.append(name).append(": ").append(value).append('\n'));
        }
        for (final String header : headers) {
            text.append(header).append('\n');
        }
        send(text.append("Content-Length: 0\n\n").toString());
    }

    /** Fails the test if a message came. */
    public void expectNothing() {
        if (!received.isEmpty()) {
            throw cluster.failure(name + " expected nothing but received:\n" + received.getFirst());
        }
    }

    /** True if nothing came that was not taken. */
    public boolean isIdle() {
        return received.isEmpty();
    }

    /** Takes all that came. */
    public List<SipText> drainAll() {
        final List<SipText> all = List.copyOf(received);
        received.clear();
        return all;
    }

    /** Forgets what came so far, and says how many messages that were. */
    public int drain() {
        final int count = received.size();
        received.clear();
        return count;
    }

    int ipv4() {
        return ipv4;
    }

    /** What cannot be read is passed over from now on, rather than failing the test: for tests that break messages on purpose. */
    public SipPeer toleratesAnything() {
        isTolerant = true;
        return this;
    }

    void onDatagram(final byte[] datagram) {
        if (isTolerant && !SipText.isReadable(datagram)) {
            return;
        }
        if (!cluster.isWorstCase() || seen.add(ByteBuffer.wrap(datagram))) {
            received.add(SipText.of(datagram));
        }
    }
}
