package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.locate.Destination;
import io.dialtone.sip.locate.Located;
import io.dialtone.sip.locate.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request to a name may go: who is sought, and, once that is known, the target that has it and those that are left (RFC 3263 section 4.3). Empty for a request to an
 * address. Pooled with its transaction; called only by the owning worker.
 */
final class TargetList {
    private static final int FLAG_SOUGHT = 1;
    private static final int FLAG_HAS_OTHER_WAY = 2;
    private static final int FLAG_GIVEN_UP = 4;
    private static final int NO_TRANSPORT = 0xFF;

    /** True if there is a way to go even if nobody is found: for a request within a call, where the call came from. */
    boolean hasOtherWay;
    /** True if the next target has the request: nothing is sent again, and what comes in spite of that is not wanted. */
    boolean isGivenUp;

    private @Nullable Destination sought;
    private @Nullable Located located;
    private List<Target> targets = List.of();
    private int current;
    /** Number of the search, so that what an older one has found is known as such. */
    private long search;

    /** DNS is asked; the request waits. */
    void seek(final Destination destination, final long number) {
        sought = destination;
        search = number;
        located = null;
    }

    /** DNS is asked, and nothing waits for it. */
    void seekQuietly(final long number) {
        search = number;
    }

    boolean isSought() {
        return sought != null;
    }

    @Nullable
    Destination sought() {
        return sought;
    }

    boolean isSearch(final long number) {
        return search == number;
    }

    /** What a search has come to. */
    void located(final Located result) {
        located = result;
    }

    @Nullable
    Located located() {
        return located;
    }

    /** The request goes, to the first of these. */
    void begin(final List<Target> found) {
        sought = null;
        located = null;
        targets = found;
        current = 0;
    }

    /** The server that comes next is tried by a connection first, and by datagrams if that does not come about. */
    void tryFirst(final Target byConnection, final Target byDatagrams) {
        final List<Target> all = new ArrayList<>(targets.size() + 2);
        all.add(byConnection);
        all.add(byDatagrams);
        all.addAll(targets.subList(Math.min(current + 1, targets.size()), targets.size()));
        targets = all;
        current = 0;
    }

    /** Leaves out the other ways to the server that has the request: it was reached. Answers the way that it is known by otherwise. */
    @Nullable
    Target dropOtherWays() {
        while (otherWay() != null) {
            current++;
        }
        return current();
    }

    /** How the server that has the request is reached if not as it was; null if there is no other way. */
    @Nullable
    Target otherWay() {
        final Target other = hasNext() ? targets.get(current + 1) : null;
        return other != null && other.isSameServer(targets.get(current)) ? other : null;
    }

    /** True if there is another server, and not only another way to the one that has the request. */
    boolean hasNextServer() {
        return hasNext() && !targets.getLast().isSameServer(targets.get(current));
    }

    /** Takes on what another has left, from its next target on. */
    void continueFrom(final TargetList failed) {
        targets = failed.targets;
        current = failed.current + 1;
    }

    /** The request is sent again to the same target. */
    void stayWith(final TargetList former) {
        targets = former.targets;
        current = former.current;
        hasOtherWay = former.hasOtherWay;
    }

    /** The one that has the request; null if it has gone to an address that its URI named. */
    @Nullable
    Target current() {
        return current < targets.size() ? targets.get(current) : null;
    }

    boolean hasNext() {
        return current + 1 < targets.size();
    }

    /**
     * Writes what another owner must know to go on.
     *
     * <pre>
     *  flags (8): 1 is sought, 2 has another way, 4 is given up
     *  if it is sought: host, port (16), transport (8) or 255, 1 if by TLS only (8)
     *  how many targets, the one that has the request first (8), each: transport (8), address (128), port (16)
     * </pre>
     */
    void encode(final ImageWriter image) {
        final Destination who = sought;
        image.putByte((who == null ? 0 : FLAG_SOUGHT)
                | (hasOtherWay ? FLAG_HAS_OTHER_WAY : 0)
                | (isGivenUp ? FLAG_GIVEN_UP : 0));
        if (who != null) {
            final ViaTransport transport = who.transport();
            image.putText(who.host())
                    .putShort(who.port())
                    .putByte(transport == null ? NO_TRANSPORT : transport.code())
                    .putByte(who.isSecure() ? 1 : 0);
        }
        image.putByte(targets.size() - current);
        for (int i = current; i < targets.size(); i++) {
            final Target target = targets.get(i);
            image.putByte(target.transport().code())
                    .putLong(target.high())
                    .putLong(target.low())
                    .putShort(target.port());
        }
    }

    /** Reads what {@link #encode} wrote. */
    void decode(final ImageReader image) {
        final int flags = image.readByte();
        hasOtherWay = (flags & FLAG_HAS_OTHER_WAY) != 0;
        isGivenUp = (flags & FLAG_GIVEN_UP) != 0;
        if ((flags & FLAG_SOUGHT) != 0) {
            final String host = image.readText();
            final int port = image.readShort() & 0xFFFF;
            final ViaTransport transport = ViaTransport.of(image.readByte() & 0xFF);
            sought = new Destination(host, port, transport, image.readByte() != 0);
        }
        final int count = image.readByte() & 0xFF;
        if (count == 0) {
            return;
        }
        final List<Target> left = new ArrayList<>(count);
        for (int i = 0; i < count && image.isIntact(); i++) {
            final ViaTransport transport = ViaTransport.of(image.readByte() & 0xFF);
            final long high = image.readLong();
            final long low = image.readLong();
            final int port = image.readShort() & 0xFFFF;
            if (transport == null) {
                image.refuse();
            } else {
                left.add(new Target(transport, high, low, port));
            }
        }
        targets = left;
    }

    void clear() {
        hasOtherWay = false;
        isGivenUp = false;
        sought = null;
        located = null;
        targets = List.of();
        current = 0;
        search = 0;
    }
}
