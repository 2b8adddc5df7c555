package io.dialtone.state.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/** Puts sessions with readable keys into a store and looks at them. An image's bytes follow from its fill, so that a mix-up is seen. */
final class Sessions {
    private final ImageStore store;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8_192]);
    private final UnsafeBuffer image = new UnsafeBuffer(new byte[256 * 1024]);
    private final ImageView view = new ImageView();

    Sessions(final ImageStore store) {
        this.store = store;
    }

    static long hashOf(final String name) {
        return name.hashCode() * 0x9E37_79B9_7F4A_7C15L;
    }

    int put(final int slot, final String name, final int length, final int fill) {
        fill(length, fill);
        return store.put(slot, hashOf(name), key, 3, keyOf(name), image, 5, length, fill * 1_000L);
    }

    void keep(final int slot, final String name, final int length, final int fill) {
        assertEquals(ImageStore.KEPT, put(slot, name, length, fill), name);
    }

    boolean remove(final int slot, final String name) {
        return store.remove(slot, hashOf(name), key, 3, keyOf(name));
    }

    boolean isHere(final int slot, final String name) {
        return store.find(slot, hashOf(name), key, 3, keyOf(name), view);
    }

    void assertHere(final int slot, final String name, final int length, final int fill) {
        assertTrue(isHere(slot, name), name);
        assertEquals(name, nameOf(view));
        assertEquals(hashOf(name), view.keyHash());
        assertEquals(fill * 1_000L, view.deadlineNs());
        assertImage(view, length, fill);
    }

    void assertImage(final ImageView shown, final int length, final int fill) {
        fill(length, fill);
        assertEquals(new UnsafeBuffer(image, 5, length), shown.image());
    }

    private void fill(final int length, final int fill) {
        for (int i = 0; i < length; i++) {
            image.putByte(5 + i, (byte) (fill + i * 7));
        }
    }

    private int keyOf(final String name) {
        return key.putStringWithoutLengthAscii(3, name);
    }

    static String nameOf(final ImageView view) {
        final byte[] bytes = new byte[view.key().capacity()];
        view.key().getBytes(0, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    Set<String> walk(final int slot) {
        final Set<String> names = new HashSet<>();
        long cursor = store.next(slot, ImageStore.BEGIN, view);
        while (cursor != ImageStore.END) {
            assertTrue(names.add(nameOf(view)), "shown twice though nothing has changed");
            cursor = store.next(slot, cursor, view);
        }
        return names;
    }
}
