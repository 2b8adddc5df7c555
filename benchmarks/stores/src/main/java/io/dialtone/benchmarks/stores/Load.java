package io.dialtone.benchmarks.stores;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Sessions of 1 KiB with keys as long as a Call-ID, in a store. */
final class Load {
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(StoreKind.KEY_BYTES));
    private final UnsafeBuffer image = new UnsafeBuffer(ByteBuffer.allocateDirect(StoreKind.IMAGE_BYTES));
    private final ImageView view = new ImageView();
    private final ImageStore store;

    Load(final ImageStore store, final int sessions) {
        this.store = store;
        image.setMemory(0, StoreKind.IMAGE_BYTES, (byte) 'x');
        for (int i = 0; i < sessions; i++) {
            if (put(i) != ImageStore.KEPT) {
                throw new IllegalStateException("full at " + i + " of " + sessions);
            }
        }
    }

    private static long hashOf(final int session) {
        final long mixed = session * SPREAD;
        return mixed ^ (mixed >>> 31);
    }

    private static int slotOf(final long hash) {
        return (int) (hash >>> 20) & (StoreKind.SLOTS - 1);
    }

    private long setKey(final int session) {
        final long hash = hashOf(session);
        key.putLong(0, hash);
        key.putLong(32, session);
        return hash;
    }

    int put(final int session) {
        final long hash = setKey(session);
        image.putLong(0, session);
        return store.put(slotOf(hash), hash, key, 0, StoreKind.KEY_BYTES, image, 0, StoreKind.IMAGE_BYTES, session);
    }

    long find(final int session) {
        final long hash = setKey(session);
        return store.find(slotOf(hash), hash, key, 0, StoreKind.KEY_BYTES, view)
                ? view.image().getLong(0) + view.image().getLong(StoreKind.IMAGE_BYTES - Long.BYTES)
                : -1;
    }

    boolean remove(final int session) {
        final long hash = setKey(session);
        return store.remove(slotOf(hash), hash, key, 0, StoreKind.KEY_BYTES);
    }
}
