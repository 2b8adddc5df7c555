package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkFrame;

/**
 * The door a request came in by, and by which its answers leave: the edge's thread, its listener, and the peer. Mutable, kept by who may have to answer later. Called
 * only by the owning worker.
 */
public final class ReplyPort {
    private int member;
    private int thread;
    private int transport;
    private int listener;
    private long remoteHigh;
    private long remoteLow;
    private int remotePort;
    private long arrivalNs;
    private long request;
    private long registration;
    private boolean isNaming;

    public ReplyPort from(final LinkFrame frame) {
        member = frame.member();
        thread = frame.thread();
        transport = frame.transport();
        listener = frame.listener();
        remoteHigh = frame.remoteHigh();
        remoteLow = frame.remoteLow();
        remotePort = frame.remotePort();
        arrivalNs = frame.arrivalNs();
        request = frame.request();
        registration = frame.registration();
        isNaming = false;
        return this;
    }

    public ReplyPort copyFrom(final ReplyPort other) {
        member = other.member;
        thread = other.thread;
        transport = other.transport;
        listener = other.listener;
        remoteHigh = other.remoteHigh;
        remoteLow = other.remoteLow;
        remotePort = other.remotePort;
        arrivalNs = other.arrivalNs;
        request = other.request;
        registration = other.registration;
        isNaming = other.isNaming;
        return this;
    }

    /** For what is sent on our own account, and is no answer. */
    public ReplyPort forgetArrival() {
        arrivalNs = 0;
        request = 0;
        isNaming = false;
        return this;
    }

    /** Who has registered by the connection, as a number; 0 is nobody. */
    public long registration() {
        return registration;
    }

    public ReplyPort registration(final long number) {
        registration = number;
        return this;
    }

    /** What leaves by this port tells the edge that the connection is this registration's. */
    public ReplyPort naming(final long number) {
        registration = number;
        isNaming = true;
        return this;
    }

    /** Another address of the peer at the same listener. */
    public ReplyPort remote(final long high, final long low, final int port) {
        remoteHigh = high;
        remoteLow = low;
        remotePort = port;
        registration = 0;
        return this;
    }

    /** Another listener of the same edge. */
    public ReplyPort listener(final int itsTransport, final int index) {
        transport = itsTransport;
        listener = index;
        registration = 0;
        return this;
    }

    /** A door that a text names. */
    public ReplyPort edge(final int itsMember, final int itsThread) {
        member = itsMember;
        thread = itsThread;
        return forgetArrival();
    }

    /** Another port of the same peer. */
    public ReplyPort remotePort(final int port) {
        remotePort = port;
        return this;
    }

    /**
     * Fills a frame. The arrival is told once, with the first answer, so that the edge can tell how long that took; the request's number with each, so that
     * the edge stops keeping the request.
     */
    void to(final LinkFrame frame) {
        frame.arrivalNs(arrivalNs);
        arrivalNs = 0;
        frame.request(request).registration(registration).naming(isNaming);
        frame.transport(transport)
                .listener(listener)
                .remoteHigh(remoteHigh)
                .remoteLow(remoteLow)
                .remotePort(remotePort);
    }

    /** Writes the door as it is, without what only the first answer tells. */
    public void encode(final ImageWriter image) {
        image.putShort(member)
                .putByte(thread)
                .putByte(transport)
                .putShort(listener)
                .putShort(remotePort)
                .putLong(remoteHigh)
                .putLong(remoteLow)
                .putLong(request)
                .putLong(registration)
                .putByte(isNaming ? 1 : 0);
    }

    /** Reads what {@link #encode} wrote. */
    public void decode(final ImageReader image) {
        member = image.readShort() & 0xFFFF;
        thread = image.readByte() & 0xFF;
        transport = image.readByte() & 0xFF;
        listener = image.readShort() & 0xFFFF;
        remotePort = image.readShort() & 0xFFFF;
        remoteHigh = image.readLong();
        remoteLow = image.readLong();
        request = image.readLong();
        registration = image.readLong();
        isNaming = image.readByte() != 0;
        arrivalNs = 0;
    }

    /** Number of the edge in the cluster's list of members. */
    public int member() {
        return member;
    }

    /** Which of the edge's threads. */
    public int thread() {
        return thread;
    }

    /** How the listener speaks, as the edge numbers it; 0 is UDP. */
    public int transport() {
        return transport;
    }

    /** True if it is the same edge's thread and listener, and the same address of the peer. */
    public boolean leadsWhere(final ReplyPort other) {
        return member == other.member
                && thread == other.thread
                && transport == other.transport
                && listener == other.listener
                && remotePort == other.remotePort
                && remoteLow == other.remoteLow
                && remoteHigh == other.remoteHigh;
    }

    /** True if the peer is the other end of a connection of the edge: nothing is lost on the way while it lasts. */
    public boolean isStream() {
        return transport != 0;
    }

    /** Which of the edge's listeners. */
    public int listener() {
        return listener;
    }

    /** First eight bytes of the peer's IPv6 (or IPv4-mapped) address, big-endian. */
    public long remoteHigh() {
        return remoteHigh;
    }

    /** Last eight bytes of the peer's IPv6 (or IPv4-mapped) address, big-endian. */
    public long remoteLow() {
        return remoteLow;
    }

    public int remotePort() {
        return remotePort;
    }
}
