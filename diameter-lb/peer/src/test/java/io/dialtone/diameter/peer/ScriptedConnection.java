package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ParseResult;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** A connection in memory: keeps what is sent, refuses when told to, and has a name. */
final class ScriptedConnection implements PeerConnection {
    private static final int HOP_BY_HOP_OFFSET = 12;

    final String name;
    private final long id;

    /** Messages that nobody has taken yet. */
    final Deque<UnsafeBuffer> sent = new ArrayDeque<>();

    boolean full;
    boolean secure;
    boolean canStartTls;
    List<String> certificateNames = List.of();

    @Nullable
    CloseCause closedBy;

    @Nullable
    Boolean tlsBegunAsServer;

    /** Set where nothing may be kept, for tests that count bytes. */
    boolean forgetting;

    long forgotten;
    int lastHopByHopId;

    ScriptedConnection(final String name, final long id) {
        this.name = name;
        this.id = id;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public boolean send(final DirectBuffer buffer, final int offset, final int length) {
        if (full || closedBy != null) {
            return false;
        }
        if (forgetting) {
            forgotten++;
            lastHopByHopId = buffer.getInt(offset + HOP_BY_HOP_OFFSET, ByteOrder.BIG_ENDIAN);
            return true;
        }
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, buffer, offset, length);
        sent.add(copy);
        return true;
    }

    @Override
    public int queuedBytes() {
        return 0;
    }

    @Override
    public void close(final CloseCause cause) {
        if (closedBy == null) {
            closedBy = cause;
        }
    }

    @Override
    public String remote() {
        return name;
    }

    @Override
    public boolean isSecure() {
        return secure;
    }

    @Override
    public List<String> certificateNames() {
        return certificateNames;
    }

    @Override
    public boolean startTls(final boolean asServer) {
        tlsBegunAsServer = asServer;
        return canStartTls;
    }

    boolean isClosed() {
        return closedBy != null;
    }

    /** The next message that was sent, which must be well formed. */
    DiameterMessage take() {
        final UnsafeBuffer bytes = Objects.requireNonNull(sent.poll(), () -> "nothing was sent by " + name);
        final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
        final ParseResult result = message.parse(bytes, 0, bytes.capacity());
        if (result != ParseResult.COMPLETE || message.messageLength() != bytes.capacity()) {
            throw new AssertionError(name + " was sent what is " + result + ": " + message.malformation());
        }
        return message;
    }
}
