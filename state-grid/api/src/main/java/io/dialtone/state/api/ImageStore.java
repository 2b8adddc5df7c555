package io.dialtone.state.api;

import org.agrona.DirectBuffer;

/**
 * The images of sessions that one worker holds: its own, and those it keeps as backup. Private to its process and never read after that has ended. Called only by the
 * owning worker.
 *
 * <p>A session is known by its slot and the bytes of its key; the hash is the same everywhere in the cluster and only speeds up the search.
 */
public interface ImageStore {
    /** The image was kept. */
    int KEPT = 1;

    /** There is no room for it: nothing has changed. Admission must refuse new sessions long before. */
    int FULL = -1;

    /** The image is longer than a session's may be: nothing has changed. */
    int TOO_LONG = -2;

    /** Keeps the session's image instead of the one before: {@link #KEPT}, {@link #FULL} or {@link #TOO_LONG}. */
    int put(
            int slot,
            long keyHash,
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer image,
            int imageOffset,
            int imageLength,
            long deadlineNs);

    /** Lays {@code view} over the session's image, or returns false. */
    boolean find(int slot, long keyHash, DirectBuffer key, int keyOffset, int keyLength, ImageView view);

    /**
     * Lays {@code view} over the image of the session whose key has this hash, or returns false: for messages that name a session by its hash. If two have the same, it is
     * either of them.
     */
    default boolean find(final int slot, final long keyHash, final ImageView view) {
        long cursor = next(slot, BEGIN, view);
        while (cursor != END) {
            if (view.keyHash() == keyHash) {
                return true;
            }
            cursor = next(slot, cursor, view);
        }
        return false;
    }

    /** Forgets the session; false if it is not here. */
    boolean remove(int slot, long keyHash, DirectBuffer key, int keyOffset, int keyLength);

    /** Forgets all sessions of a slot. */
    void clear(int slot);

    /** How many sessions of a slot are here. */
    int count(int slot);

    /** How many sessions are here. */
    int count();

    /** How many more bytes of key and image fit, at least. */
    long bytesFree();

    /** How many bytes of key and image could be here at most. */
    long bytesMax();

    /**
     * Walks through a slot's sessions: lays {@code view} over the next one after the cursor and returns the cursor for the one after it, or {@link #END}. The walk
     * begins with {@link #BEGIN}. Sessions may be put and removed between two steps: what is here from the beginning to the end of the walk is shown at least once.
     */
    long next(int slot, long cursor, ImageView view);

    /** The cursor before the first session. */
    long BEGIN = 0;

    /** The answer when there is no further session; the view is not laid. */
    long END = -1;
}
