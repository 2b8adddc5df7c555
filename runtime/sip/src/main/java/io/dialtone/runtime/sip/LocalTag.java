package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SipHash;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A To tag of ours: the slot's token, by which an edge routes, then 65 bits that make it unique and hard to guess (RFC 3261 section 19.3). Called only by the owning
 * worker.
 *
 * <p>Where the session's key is not the Call-ID there is a longer one: between the two, the hash of that key, so that messages find a session that rests.
 */
final class LocalTag {
    /** Of one that names no session. */
    static final int LENGTH = SlotToken.LENGTH + Base32.LONG_CHARACTERS;

    private static final int NAMING_LENGTH = LENGTH + Base32.LONG_CHARACTERS;

    private final byte[] bytes = new byte[NAMING_LENGTH];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private int length;

    void set(final SlotToken tokens, final int slot, final long unique) {
        write(tokens, slot, unique, buffer);
        length = LENGTH;
    }

    /** Writes {@link #LENGTH} bytes. */
    static void write(final SlotToken tokens, final int slot, final long unique, final UnsafeBuffer to) {
        tokens.write(slot, to, 0);
        Base32.write(unique, to, SlotToken.LENGTH);
    }

    /** A tag that names its session. */
    void set(final SlotToken tokens, final int slot, final long sessionHash, final long unique) {
        set(tokens, slot, sessionHash);
        Base32.write(unique, buffer, LENGTH);
        length = NAMING_LENGTH;
    }

    /** True if these bytes are a tag of this slot that names its session: {@link #sessionHash}. */
    static boolean isNaming(
            final SlotToken tokens, final int slot, final DirectBuffer from, final int offset, final int length) {
        return length == NAMING_LENGTH
                && tokens.parsePrefix(from, offset, length) == slot
                && Base32.isLong(from, offset + SlotToken.LENGTH);
    }

    /** The hash of the session's key in such a tag. */
    static long sessionHash(final DirectBuffer from, final int offset) {
        return Base32.read(from, offset + SlotToken.LENGTH);
    }

    void copyFrom(final LocalTag other) {
        System.arraycopy(other.bytes, 0, bytes, 0, NAMING_LENGTH);
        length = other.length;
    }

    void encode(final ImageWriter image) {
        image.putBytes(bytes, length);
    }

    void decode(final ImageReader image) {
        final int tagLength = image.readLength(NAMING_LENGTH);
        if (tagLength == 0 || tagLength == LENGTH || tagLength == NAMING_LENGTH) {
            image.buffer().getBytes(image.position(), bytes, 0, tagLength);
            image.skip(tagLength);
            length = tagLength;
        } else {
            image.refuse();
        }
    }

    void clear() {
        length = 0;
    }

    boolean isSet() {
        return length > 0;
    }

    int length() {
        return length;
    }

    /** Its first {@link #length} bytes are the tag; not to be changed. */
    UnsafeBuffer buffer() {
        return buffer;
    }

    /** Numbers that nobody outside can guess, for the unique part of tags. */
    static final class Source {
        private final SipHash hash;
        private long count;

        Source(final SipHash hash) {
            this.hash = hash;
        }

        long next() {
            return hash.hash(++count);
        }
    }
}
