package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkFrame;

/**
 * The door a request came in by, and by which its answers leave: the edge's thread, its listener, and the peer. Mutable, kept by who may have to answer later. Called
 * only by the owning worker.
 *
 * <p>It may lead to another service of this worker's chain instead. Then edge, listener and peer are those that the first request of the chain came by: by them what leaves the chain is known to its
 * peers.
 */
public final class ReplyPort {
    /** As many services may a chain have. */
    public static final int SERVICES_MAX = 7;

    private static final int NAMING = 1;
    private static final int SERVICE_SHIFT = 1;
    private static final int OWN_SERVICE_SHIFT = 4;

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
    private int service;
    private int ownService;

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
        service = frame.fromService();
        ownService = frame.toService();
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
        service = other.service;
        ownService = other.ownService;
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

    /** To another service of this worker's chain, from the one at {@code own}. */
    public ReplyPort within(final int own, final int other) {
        ownService = own;
        service = other;
        registration = 0;
        isNaming = false;
        return this;
    }

    /** To the peer of the edge, past all other services. */
    public ReplyPort outside() {
        service = 0;
        ownService = 0;
        return this;
    }

    /** True if another service of this worker is at the other end. */
    public boolean isWithin() {
        return service != 0;
    }

    /** The place in this worker's chain of the service at the other end, the first is 1; 0 if it is a peer of an edge. */
    public int service() {
        return service;
    }

    /** Another address of the peer at the same listener. */
    public ReplyPort remote(final long high, final long low, final int port) {
        outside();
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
        outside();
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
        if (service != 0) {
            frame.services(ownService, service);
        }
    }

    /** Writes the door as it is, without what only the first answer tells. The last byte: 1 is naming, then the service it leads to (3 bits), and from which (3 bits). */
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
                .putByte((isNaming ? NAMING : 0) | service << SERVICE_SHIFT | ownService << OWN_SERVICE_SHIFT);
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
        final int last = image.readByte();
        isNaming = (last & NAMING) != 0;
        service = last >> SERVICE_SHIFT & SERVICES_MAX;
        ownService = last >> OWN_SERVICE_SHIFT & SERVICES_MAX;
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
                && service == other.service
                && remotePort == other.remotePort
                && remoteLow == other.remoteLow
                && remoteHigh == other.remoteHigh;
    }

    /** True if the peer is the other end of a connection of the edge, or a service of this worker: nothing is lost on the way while it lasts. */
    public boolean isStream() {
        return transport != 0 || service != 0;
    }

    /** True if the edge's listener, which a door within the worker has too, speaks by connections. */
    public boolean isOfConnection() {
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
