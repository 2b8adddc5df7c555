package io.dialtone.sip.trace;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Numbers of traces and spans. They are hashes of what all processes see alike, so edges that see parts of one call name them alike without talking to each other. Nothing depends on it that nobody
 * can find others with the same hash: they would share a trace.
 */
final class SpanIds {
    static final long BEGIN = 0x9E37_79B9_7F4A_7C15L;

    private static final long TRACE_HIGH = 0x6A09_E667_F3BC_C908L;
    private static final long TRACE_LOW = 0xBB67_AE85_84CA_A73BL;
    private static final long ROOT = 0x3C6E_F372_FE94_F82BL;
    private static final long FACTOR = 0xD6E8_FEB8_6659_FD93L;
    private static final int BITS_OF_CHANCE = 56;

    private SpanIds() {}

    static long traceHigh(final long of) {
        return number(of ^ TRACE_HIGH);
    }

    static long traceLow(final long of) {
        return number(of ^ TRACE_LOW);
    }

    /** The span of a whole call, by its session. */
    static long root(final long session) {
        return number(session ^ ROOT);
    }

    /** Whether a trace is of those that are kept: its last 56 bits decide, the higher ones first, as in the sampling by probability of OpenTelemetry. */
    static boolean isSampled(final long traceLow, final int oneIn) {
        final long all = 1L << BITS_OF_CHANCE;
        return (traceLow & (all - 1)) >= all - all / oneIn;
    }

    /** A hash that goes on with these bytes. */
    static long add(final long hash, final DirectBuffer buffer, final int offset, final int length) {
        long sum = add(hash, length);
        int at = offset;
        final int limit = offset + Math.max(0, length);
        for (; limit - at >= Long.BYTES; at += Long.BYTES) {
            sum = add(sum, buffer.getLong(at, ByteOrder.LITTLE_ENDIAN));
        }
        long rest = 0;
        for (; at < limit; at++) {
            rest = rest << Byte.SIZE | (buffer.getByte(at) & 0xFF);
        }
        return add(sum, rest);
    }

    static long add(final long hash, final long value) {
        final long sum = (hash ^ value) * FACTOR;
        return sum ^ sum >>> 32;
    }

    /** What is well spread and never 0, which means that there is none. */
    static long number(final long hash) {
        long mixed = (hash ^ hash >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
        mixed ^= mixed >>> 31;
        return mixed == 0 ? 1 : mixed;
    }
}
