package io.dialtone.sip.routing;

import io.dialtone.placement.table.SipHash;
import io.dialtone.sip.codec.ViaTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.IntFunction;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A backend in the table: its address as numbers, its share, and its signs of life. Immutable but for {@link BackendVitals}; read by any
 * thread.
 */
final class Backend {
    /** Fixed, so that balancers side by side, and one before and after a restart, call a backend by the same number. */
    private static final SipHash IDENTITY = new SipHash(0x6469_616c_746f_6e65L, 0x6261_636b_656e_6473L);

    private final BackendSpec spec;
    private final long high;
    private final long low;
    private final int port;
    private final long seed;
    private final BackendVitals vitals;
    private final boolean draining;
    private final BackendState health;
    private final float share;

    private Backend(
            final BackendSpec spec,
            final SipFlow address,
            final long seed,
            final BackendVitals vitals,
            final boolean draining,
            final BackendState health,
            final float share) {
        this.spec = spec;
        this.high = address.remoteHigh();
        this.low = address.remoteLow();
        this.port = address.remotePort();
        this.seed = seed;
        this.vitals = vitals;
        this.draining = draining;
        this.health = health;
        this.share = share;
    }

    /**
     * Looks the name up; may block.
     *
     * @param counts where the count of open transactions is found that belongs to an id
     */
    static Backend resolve(final BackendSpec spec, final int loops, final IntFunction<OpenCount> counts)
            throws UnknownHostException {
        return at(InetAddress.getByName(spec.host()), spec, loops, counts);
    }

    /** The backend at an address that its name leads to. */
    static Backend at(
            final InetAddress address, final BackendSpec spec, final int loops, final IntFunction<OpenCount> counts) {
        final SipFlow flow = new SipFlow().remote(new InetSocketAddress(address, spec.port()));
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[20]);
        bytes.putLong(0, flow.remoteHigh());
        bytes.putLong(8, flow.remoteLow());
        bytes.putInt(16, flow.remotePort());
        final long seed = IDENTITY.hash(bytes, 0, bytes.capacity());
        return new Backend(
                spec, flow, seed, new BackendVitals(loops, counts.apply((int) seed)), false, BackendState.UP, 1f);
    }

    /** With another weight or limit; the address stays. */
    Backend withSpec(final BackendSpec newSpec) {
        assert newSpec.name().equals(name()) : newSpec;
        return new Backend(newSpec, address(), seed, vitals, draining, health, share);
    }

    Backend withDraining(final boolean drain) {
        return new Backend(spec, address(), seed, vitals, drain, health, share);
    }

    Backend withHealth(final BackendState state, final float newShare) {
        return new Backend(spec, address(), seed, vitals, draining, state, newShare);
    }

    BackendSpec spec() {
        return spec;
    }

    String name() {
        return spec.name();
    }

    /** What tokens and memory call it: a number that follows from its address. */
    int id() {
        return (int) seed;
    }

    /** What rendezvous mixes with the key. */
    long seed() {
        return seed;
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    int port() {
        return port;
    }

    /** How requests go to it. */
    ViaTransport transport() {
        return spec.transport();
    }

    boolean isIpv4() {
        return high == 0 && low >>> 32 == 0xFFFFL;
    }

    boolean hasAddress(final long otherHigh, final long otherLow, final int otherPort) {
        return low == otherLow && port == otherPort && high == otherHigh;
    }

    BackendVitals vitals() {
        return vitals;
    }

    boolean draining() {
        return draining;
    }

    /** The state of health as it was published: UP, SLOW_START, EJECTED or DOWN. */
    BackendState health() {
        return health;
    }

    boolean isDown() {
        return health == BackendState.DOWN;
    }

    boolean isEjected() {
        return health == BackendState.EJECTED;
    }

    /** Whether new calls may go to it. */
    boolean isEligible() {
        return !draining && !isDown() && !isEjected();
    }

    /** Most transactions it may have open, 0 for no limit: its own limit, or without one that of all. */
    int openMax(final int ofAll) {
        return spec.openMax() > 0 ? spec.openMax() : ofAll;
    }

    /** Part of its weight that counts now, above 0 up to 1. */
    float share() {
        return share;
    }

    float effectiveWeight() {
        return spec.weight() * share;
    }

    SipFlow address() {
        return new SipFlow().remote(high, low, port);
    }

    BackendStatus status(final int openMaxOfAll, final long nowNs) {
        final InetSocketAddress socket = address().toSocketAddress();
        final String host = socket.getAddress().getHostAddress();
        final long heard = vitals.lastHeardNs();
        final BackendState seen = vitals.state();
        return new BackendStatus(
                name(),
                (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port,
                spec.transport(),
                spec.weight(),
                isEligible() ? Math.round(share * 100) : 0,
                draining && seen != BackendState.DOWN ? BackendState.DRAINING : seen,
                draining,
                vitals.requests(),
                vitals.responses(),
                vitals.newCalls(),
                vitals.probesSent(),
                vitals.probesMissed(),
                vitals.timesDown(),
                vitals.timesEjected(),
                vitals.open(),
                openMax(openMaxOfAll),
                heard == 0 ? -1 : Math.max(0, (nowNs - heard) / 1_000_000),
                vitals.firstResponse(),
                vitals.firstResponse(RequestClass.INVITE),
                vitals.firstResponse(RequestClass.REGISTER),
                vitals.firstResponse(RequestClass.OTHER));
    }

    @Override
    public String toString() {
        return spec + " " + health + (draining ? " draining" : "") + " share " + share;
    }
}
