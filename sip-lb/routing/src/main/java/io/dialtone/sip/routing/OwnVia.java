package io.dialtone.sip.routing;

import io.dialtone.sip.codec.ViaView;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads what we wrote into a Via of ours. One per I/O thread; valid until the next reading. */
final class OwnVia {
    /** What a Via turns out to be. */
    enum Kind {
        /** No Via of ours, or one that was tampered with. */
        FOREIGN,
        /** Of a request we forwarded. */
        FORWARDED,
        /** Of a probe. */
        PROBE
    }

    /** {@code z9hG4bKdp}, then backend, sequence number and check. */
    static final int PROBE_BRANCH_LENGTH = ListenerText.BRANCH_MARK.length + 2 * Base32.INT_LENGTH + Base32.LONG_LENGTH;

    /** Place of the letter in which the marks of forwarded requests and probes differ. */
    private static final int KIND_OFFSET = ListenerText.BRANCH_MARK.length - 1;

    private static final long MARK = new UnsafeBuffer(ListenerText.BRANCH_MARK).getLong(0, ByteOrder.LITTLE_ENDIAN);

    private long transaction;
    private int listener;
    private long loop;
    private long wayBack;
    private int probeBackend;
    private int probeSequence;
    private long probeCheck;

    /** Reads a Via whose sent-by is ours. */
    Kind read(final DirectBuffer buffer, final ViaView via) {
        final int branch = via.branchOffset();
        final int length = via.branchLength();
        if (length == ListenerText.BRANCH_LENGTH
                && hasMark(buffer, branch)
                && buffer.getByte(branch + KIND_OFFSET) == 't') {
            return readForwarded(buffer, via);
        }
        if (length == PROBE_BRANCH_LENGTH && hasMark(buffer, branch) && buffer.getByte(branch + KIND_OFFSET) == 'p') {
            return readProbe(buffer, branch + KIND_OFFSET + 1);
        }
        return Kind.FOREIGN;
    }

    private Kind readForwarded(final DirectBuffer buffer, final ViaView via) {
        final int id = via.branchOffset() + ListenerText.BRANCH_MARK.length;
        final int param = paramOffset(buffer, via);
        if (param < 0) {
            return Kind.FOREIGN;
        }
        readValues(buffer, id, param);
        return Kind.FORWARDED;
    }

    /** Reads a whole Via header that is word for word as we wrote it. */
    void readVerbatim(final DirectBuffer buffer, final int offset, final ListenerText text) {
        readValues(buffer, offset + text.transactionPlace(), offset + text.viaParamPlace());
    }

    private void readValues(final DirectBuffer buffer, final int id, final int param) {
        transaction = Base32.read(buffer, id, Base32.LONG_LENGTH);
        listener = (int) Base32.read(buffer, param, 1);
        loop = Base32.read(buffer, param + 1, ListenerText.LOOP_LENGTH);
        wayBack = Base32.read(buffer, param + 1 + ListenerText.LOOP_LENGTH, Base32.LONG_LENGTH);
    }

    private Kind readProbe(final DirectBuffer buffer, final int offset) {
        probeBackend = (int) Base32.read(buffer, offset, Base32.INT_LENGTH);
        probeSequence = (int) Base32.read(buffer, offset + Base32.INT_LENGTH, Base32.INT_LENGTH);
        probeCheck = Base32.read(buffer, offset + 2 * Base32.INT_LENGTH, Base32.LONG_LENGTH);
        return Kind.PROBE;
    }

    /** Where the value of {@code dt} begins: behind the branch, where we put it, or wherever a peer moved it. */
    private static int paramOffset(final DirectBuffer buffer, final ViaView via) {
        final int expected = via.branchOffset() + via.branchLength();
        final int value = paramAt(buffer, expected, via.paramsEnd());
        return value >= 0 ? value : paramOffsetSlowPath(buffer, via);
    }

    private static int paramOffsetSlowPath(final DirectBuffer buffer, final ViaView via) {
        for (int i = via.sentByEnd(); i < via.paramsEnd(); i++) {
            if (buffer.getByte(i) == ';') {
                final int value = paramAt(buffer, i, via.paramsEnd());
                if (value >= 0) {
                    return value;
                }
            }
        }
        return -1;
    }

    /** Where the value begins if {@code ;dt=} and as many characters as it has stand there, white space allowed; else -1. */
    private static int paramAt(final DirectBuffer buffer, final int semicolon, final int end) {
        int at = skipBlanks(buffer, semicolon, end);
        if (at >= end || buffer.getByte(at) != ';') {
            return -1;
        }
        at = skipBlanks(buffer, at + 1, end);
        if (at + 2 > end || (buffer.getByte(at) | 0x20) != 'd' || (buffer.getByte(at + 1) | 0x20) != 't') {
            return -1;
        }
        at = skipBlanks(buffer, at + 2, end);
        if (at >= end || buffer.getByte(at) != '=') {
            return -1;
        }
        at = skipBlanks(buffer, at + 1, end);
        return at + ListenerText.VIA_PARAM_LENGTH <= end ? at : -1;
    }

    private static int skipBlanks(final DirectBuffer buffer, final int from, final int end) {
        int at = from;
        while (at < end && buffer.getByte(at) <= ' ' && buffer.getByte(at) > 0) {
            at++;
        }
        return at;
    }

    /** Whether the branch begins with our mark, its last letter aside: eight bytes. */
    private static boolean hasMark(final DirectBuffer buffer, final int branch) {
        return buffer.getLong(branch, ByteOrder.LITTLE_ENDIAN) == MARK;
    }

    /** Transaction of the request we forwarded. */
    long transaction() {
        return transaction;
    }

    /** Listener the request came in by; not checked against the number of listeners. */
    int listener() {
        return listener;
    }

    /** What the request was routed by when we forwarded it. */
    long loop() {
        return loop;
    }

    /** Check over where the response must go. */
    long wayBack() {
        return wayBack;
    }

    int probeBackend() {
        return probeBackend;
    }

    int probeSequence() {
        return probeSequence;
    }

    long probeCheck() {
        return probeCheck;
    }
}
