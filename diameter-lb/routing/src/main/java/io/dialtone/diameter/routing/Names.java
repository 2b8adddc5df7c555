package io.dialtone.diameter.routing;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** DiameterIdentities and realms as bytes: compared without case. */
final class Names {
    private static final long OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long PRIME = 0x100_0000_01B3L;

    private Names() {}

    /** As we keep them: in lower case. */
    static byte[] bytes(final String name) {
        return name.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    }

    /** FNV-1a, and mixed. What is looked up in is what operators have written: nobody else chooses what meets there. */
    static long hash(final DirectBuffer buffer, final int offset, final int length) {
        long hash = OFFSET;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ lower(buffer.getByte(offset + i))) * PRIME;
        }
        return mix(hash);
    }

    static long hash(final byte[] name) {
        return hash(new UnsafeBuffer(name), 0, name.length);
    }

    /** Whether these bytes are the name, which is in lower case. */
    static boolean equal(final byte[] name, final DirectBuffer buffer, final int offset, final int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(buffer.getByte(offset + i)) != name[i]) {
                return false;
            }
        }
        return true;
    }

    static byte lower(final byte c) {
        return (byte) (c >= 'A' && c <= 'Z' ? c + 32 : c);
    }

    /** Stafford's variant 13 of the finisher of MurmurHash3. */
    static long mix(final long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
