package io.dialtone.sip.trace;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.routing.SipFlow;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.agrona.DirectBuffer;

/**
 * Which messages are kept. Immutable; read by I/O threads.
 *
 * @param oneIn 1 for all; else one of so many slots, and where there are no slots one of so many calls. The legs of a call share a slot, and are kept or left out together
 * @param user only messages with this user in From or To
 * @param peer only messages from or to this address
 */
public record TraceFilter(int oneIn, Optional<String> user, Optional<InetAddress> peer) {
    public static final TraceFilter ALL = new TraceFilter(1, Optional.empty(), Optional.empty());
    public static final TraceFilter NOTHING = new TraceFilter(0, Optional.empty(), Optional.empty());
    public static final int ONE_IN_MAX = 1_000_000;

    /** Spreads neighbours: slots are dealt to nodes in order. */
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    public TraceFilter {
        if (oneIn < 0 || oneIn > ONE_IN_MAX) {
            throw new IllegalArgumentException("one-in: " + oneIn + " (expected: 1 to " + ONE_IN_MAX + ")");
        }
    }

    boolean isNothing() {
        return oneIn == 0;
    }

    boolean isSampling() {
        return oneIn > 1;
    }

    /** True if whoever asks must read the message first. */
    boolean asksForHeaders() {
        return user.isPresent();
    }

    /** Whether a number, a slot or a hash, is of those that are kept. */
    boolean takes(final long key) {
        return Long.remainderUnsigned((key * SPREAD) >>> 16, oneIn) == 0;
    }

    @Override
    public String toString() {
        if (isNothing()) {
            return "nothing";
        }
        final StringBuilder text = new StringBuilder(oneIn == 1 ? "all" : "one in " + oneIn);
        user.ifPresent(name -> text.append(", user ").append(name));
        peer.ifPresent(address -> text.append(", address ").append(address.getHostAddress()));
        return text.toString();
    }

    /** The same as an I/O thread asks it, without garbage. One for each thread. */
    static final class Match {
        final TraceFilter filter;
        private final byte[] user;
        private final SipFlow peer = new SipFlow();
        private final NameAddrView address = new NameAddrView();
        private final UriView uri = new UriView();

        Match(final TraceFilter filter) {
            this.filter = filter;
            user = filter.user.orElse("").getBytes(StandardCharsets.UTF_8);
            filter.peer.ifPresent(host -> peer.remote(new InetSocketAddress(host, 0)));
        }

        boolean isPeer(final SipFlow flow) {
            return filter.peer.isEmpty()
                    || (flow.remoteLow() == peer.remoteLow() && flow.remoteHigh() == peer.remoteHigh());
        }

        boolean isUser(final SipMessage message) {
            return isUser(message, HeaderName.FROM) || isUser(message, HeaderName.TO);
        }

        private boolean isUser(final SipMessage message, final HeaderName name) {
            final int header = message.firstHeader(name);
            return header >= 0
                    && address.wrap(message, header)
                    && uri.parse(message.buffer(), address.uriOffset(), address.uriLength())
                    && isUser(message.buffer(), uri.userOffset(), uri.userLength());
        }

        private boolean isUser(final DirectBuffer buffer, final int offset, final int length) {
            if (length != user.length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (buffer.getByte(offset + i) != user[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Numbers of bytes that tell calls apart well enough to choose some of them. */
    public static long hash(final DirectBuffer buffer, final int offset, final int length) {
        long hash = length;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + buffer.getByte(offset + i);
        }
        return hash;
    }
}
