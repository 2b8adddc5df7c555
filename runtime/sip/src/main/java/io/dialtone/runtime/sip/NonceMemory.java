package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;

/**
 * Which counts of which nonces a session has taken, so that nothing it has taken once is taken again (RFC 7616 section 5.12). A part of the session's image; called only by the owning
 * worker.
 *
 * <p>Counts may overtake each other on the way: of each nonce the highest is known and which of the 64 before it were there. There is room for some nonces only; when
 * one has to go, whatever is not newer than it is not taken any longer, so that forgetting never lets anything in twice.
 */
final class NonceMemory {
    private static final int WINDOW = 64;
    private static final int FIELDS = 4;
    private static final int ISSUED = 0;
    private static final int UNIQUE = 1;
    private static final int HIGHEST = 2;
    private static final int SEEN = 3;
    private static final long[] NONE = {};

    private long[] fields = NONE;
    private int size;
    /** Nonces issued until then are not known any more, and not taken; ms since 1970. */
    private long forgottenUntilMs;

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * Notes a count of a nonce. False if it was there before, or if nobody can say.
     *
     * @param issuedMs when the nonce was issued, ms since 1970
     * @param unique what tells it from others of the same millisecond
     * @param nonceCount at least 1
     * @param deadBeforeMs nonces issued before then are not taken by anybody any more
     * @param max how many are remembered
     */
    boolean take(
            final long issuedMs, final long unique, final long nonceCount, final long deadBeforeMs, final int max) {
        forgetBefore(deadBeforeMs);
        final int known = find(issuedMs, unique);
        if (known >= 0) {
            return takeAgain(known, nonceCount);
        }
        if (issuedMs <= forgottenUntilMs) {
            return false;
        }
        while (size >= max) {
            forgetOldest();
        }
        if (issuedMs <= forgottenUntilMs) {
            return false;
        }
        add(issuedMs, unique, nonceCount, 1);
        return true;
    }

    /** Forgets nonces that nobody takes any more. */
    void forgetBefore(final long deadBeforeMs) {
        for (int i = size - 1; i >= 0; i--) {
            if (fields[FIELDS * i + ISSUED] < deadBeforeMs) {
                remove(i);
            }
        }
    }

    /** When the newest was issued; ms since 1970. */
    long newestMs() {
        long newest = 0;
        for (int i = 0; i < size; i++) {
            newest = Math.max(newest, fields[FIELDS * i + ISSUED]);
        }
        return newest;
    }

    private boolean takeAgain(final int index, final long nonceCount) {
        final int at = FIELDS * index;
        final long ahead = nonceCount - fields[at + HIGHEST];
        if (ahead > 0) {
            fields[at + SEEN] = ahead >= WINDOW ? 1 : fields[at + SEEN] << ahead | 1;
            fields[at + HIGHEST] = nonceCount;
            return true;
        }
        final long bit = -ahead >= WINDOW ? 0 : 1L << -ahead;
        if (bit == 0 || (fields[at + SEEN] & bit) != 0) {
            return false;
        }
        fields[at + SEEN] |= bit;
        return true;
    }

    private int find(final long issuedMs, final long unique) {
        for (int i = 0; i < size; i++) {
            if (fields[FIELDS * i + ISSUED] == issuedMs && fields[FIELDS * i + UNIQUE] == unique) {
                return i;
            }
        }
        return -1;
    }

    private void forgetOldest() {
        int oldest = 0;
        for (int i = 1; i < size; i++) {
            if (fields[FIELDS * i + ISSUED] < fields[FIELDS * oldest + ISSUED]) {
                oldest = i;
            }
        }
        forgottenUntilMs = Math.max(forgottenUntilMs, fields[FIELDS * oldest + ISSUED]);
        remove(oldest);
    }

    private void add(final long issuedMs, final long unique, final long highest, final long seen) {
        if (fields.length < FIELDS * (size + 1)) {
            final long[] more = new long[FIELDS * Math.max(2, 2 * size)];
            System.arraycopy(fields, 0, more, 0, FIELDS * size);
            fields = more;
        }
        final int at = FIELDS * size;
        fields[at + ISSUED] = issuedMs;
        fields[at + UNIQUE] = unique;
        fields[at + HIGHEST] = highest;
        fields[at + SEEN] = seen;
        size++;
    }

    private void remove(final int index) {
        size--;
        System.arraycopy(fields, FIELDS * size, fields, FIELDS * index, FIELDS);
    }

    /**
     * Writes what another owner must know to take nothing twice.
     *
     * <pre>
     *  nonces (16) · if there are any: forgotten until (64) · each: issued (64), unique (64), highest count (64), bits of those before it (64)
     * </pre>
     */
    void encode(final ImageWriter image) {
        image.putShort(size);
        if (size > 0) {
            image.putLong(forgottenUntilMs);
            for (int i = 0; i < FIELDS * size; i++) {
                image.putLong(fields[i]);
            }
        }
    }

    /** Reads what {@link #encode} wrote. */
    void decode(final ImageReader image) {
        clear();
        final int count = image.readCount();
        if (count > DigestSettings.NONCES_PER_SESSION_MAX_MAX) {
            image.refuse();
        }
        if (count > 0 && image.isIntact()) {
            forgottenUntilMs = image.readLong();
            for (int i = 0; i < count && image.isIntact(); i++) {
                add(image.readLong(), image.readLong(), image.readLong(), image.readLong());
            }
        }
    }

    void clear() {
        size = 0;
        forgottenUntilMs = 0;
    }
}
