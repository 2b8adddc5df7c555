package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.DiameterMessage;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongHashSet;

/** A peer that does as the test says and keeps what it is sent. */
final class ScriptedPeer implements PeerPort {
    private static long connections;

    final String host;
    final List<Message> requests = new ArrayList<>();
    final List<Message> answers = new ArrayList<>();
    final List<Long> drained = new ArrayList<>();
    final LongHashSet open = new LongHashSet();

    /** Empty for all, as a relay has them. */
    Set<Integer> applications = Set.of();

    boolean isUsable = true;
    boolean isTaking = true;
    boolean isServing;
    boolean isCapturing = true;
    long connection;

    /** How many of its requests the test has looked at. */
    int answeredTo;

    long sent;

    /** The identifier of what it was sent last, also while it does not capture. */
    int lastHopByHopId;

    ScriptedPeer(final String host) {
        this.host = host;
    }

    long connect() {
        connection = ++connections;
        open.add(connection);
        isUsable = true;
        return connection;
    }

    Message request() {
        return requests.getLast();
    }

    Message answer() {
        return answers.getLast();
    }

    @Override
    public boolean isUsable() {
        return isUsable && !open.isEmpty();
    }

    @Override
    public boolean supports(final int applicationId) {
        return applications.isEmpty() || applications.contains(applicationId);
    }

    @Override
    public long send(final DirectBuffer buffer, final int offset, final int length) {
        if (!isTaking || !open.contains(connection)) {
            return NOT_SENT;
        }
        sent++;
        if (isCapturing) {
            requests.add(Message.copyOf(buffer, offset, length));
        }
        lastHopByHopId = buffer.getInt(offset + 12, ByteOrder.BIG_ENDIAN);
        return connection;
    }

    @Override
    public boolean reply(final long by, final DirectBuffer buffer, final int offset, final int length) {
        if (!open.contains(by)) {
            return false;
        }
        if (isCapturing) {
            answers.add(Message.copyOf(buffer, offset, length));
        }
        return true;
    }

    @Override
    public boolean serve(final long by, final DiameterMessage request, final long nowNs) {
        return isServing;
    }

    @Override
    public void drained(final long by, final long nowNs) {
        drained.add(by);
    }
}
