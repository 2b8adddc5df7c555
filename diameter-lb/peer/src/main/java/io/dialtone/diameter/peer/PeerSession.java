package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.DiameterMessage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from its first byte to its last. The transport calls the {@code on} methods, the agent {@link #drained}; only by the thread of its {@link
 * PeerDoor}.
 */
public final class PeerSession {
    private final PeerDoor door;
    private final PeerConnection connection;

    /** Whose connection it is: known from the start if we have dialled it, else with the CER. */
    private @Nullable PeerMachine machine;

    private @Nullable Capabilities capabilities;
    private Applications common = Applications.NONE;
    private boolean agreesOnTls;

    /** Of the CER: theirs if they have dialled, else ours. */
    private int cerHopByHopId;

    private int cerEndToEndId;
    private boolean closed;

    // While no CER has come, it stands in the door's list, in the order of coming.
    private long cerDueNs;

    @Nullable
    PeerSession older;

    @Nullable
    PeerSession younger;

    private boolean awaitsCer;

    PeerSession(final PeerDoor door, final PeerConnection connection, final @Nullable PeerMachine machine) {
        this.door = door;
        this.connection = connection;
        this.machine = machine;
    }

    /** That of its {@link PeerConnection}. */
    public long id() {
        return connection.id();
    }

    /** For logs and status. */
    public String remote() {
        return connection.remote();
    }

    /** What was sent by it and has not left. */
    public int queuedBytes() {
        return connection.queuedBytes();
    }

    /** Whether it is over; nothing goes either way any more. */
    public boolean isClosed() {
        return closed;
    }

    /** A message that could be read; it is valid until this returns. */
    public void onMessage(final DiameterMessage message, final long nowNs) {
        if (closed) {
            return;
        }
        final PeerMachine its = machine;
        if (its == null) {
            door.greeter().onFirst(this, message, nowNs);
        } else {
            its.onMessage(this, message, nowNs);
        }
    }

    /** A message that could not be read; answered as RFC 6733 says if it can be, and the connection is closed if nobody can say where the next one begins. */
    public void onMalformed(final DiameterMessage message, final long nowNs) {
        if (closed) {
            return;
        }
        final PeerMachine its = machine;
        if (its == null) {
            door.greeter().onFirstMalformed(this, message);
        } else {
            its.onMalformed(this, message, nowNs);
        }
    }

    /** Hands are shaken, after {@link PeerConnection#startTls}. */
    public void onSecured(final long nowNs) {
        final PeerMachine its = machine;
        if (!closed && its != null) {
            its.onSecured(this, nowNs);
        }
    }

    /** The connection is gone, by the other side's will or by accident. Does nothing if it was closed here. */
    public void onClosed(final long nowNs) {
        if (closed) {
            return;
        }
        markClosed();
        final PeerMachine its = machine;
        if (its != null) {
            its.onGone(this, nowNs);
        }
    }

    /** Whoever was told to drain it waits for no more answers by it. */
    public void drained(final long nowNs) {
        final PeerMachine its = machine;
        if (!closed && its != null) {
            its.drained(this, nowNs);
        }
    }

    // For this room

    PeerConnection connection() {
        return connection;
    }

    /** Sends what {@link BaseMessages} has written; false if it was not taken or the connection is over. */
    boolean send(final int length) {
        return !closed && length > 0 && connection.send(door.messages().buffer(), 0, length) && !closed;
    }

    void close(final CloseCause cause) {
        if (!closed) {
            markClosed();
            connection.close(cause);
        }
    }

    private void markClosed() {
        closed = true;
        door.onNoLongerAwaited(this);
    }

    void awaitCer(final long dueNs) {
        awaitsCer = true;
        cerDueNs = dueNs;
    }

    boolean awaitsCer() {
        return awaitsCer;
    }

    void awaitNoCer() {
        awaitsCer = false;
    }

    long cerDueNs() {
        return cerDueNs;
    }

    void belongsTo(final PeerMachine its) {
        machine = its;
    }

    void onCer(final DiameterMessage cer) {
        cerHopByHopId = cer.hopByHopId();
        cerEndToEndId = cer.endToEndId();
    }

    void onCerSent(final int hopByHopId) {
        cerHopByHopId = hopByHopId;
    }

    int cerHopByHopId() {
        return cerHopByHopId;
    }

    int cerEndToEndId() {
        return cerEndToEndId;
    }

    void onCapabilities(final Capabilities theirs, final Applications inCommon, final boolean tls) {
        capabilities = theirs;
        common = inCommon;
        agreesOnTls = tls;
    }

    Capabilities capabilities() {
        return Objects.requireNonNull(capabilities, "asked for before they were exchanged");
    }

    Applications common() {
        return common;
    }

    /** Whether TLS is to begin within it before anything else. */
    boolean agreesOnTls() {
        return agreesOnTls;
    }
}
