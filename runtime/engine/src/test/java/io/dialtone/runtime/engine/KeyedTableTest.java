package io.dialtone.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyedTableTest {
    private static final int ROUNDS = 200_000;
    private static final int KEYS = 500;

    private final KeyedTable<Entry> table = new KeyedTable<>(1_000);

    /** An entry without anything else. */
    private static final class Entry extends KeyedEntry {}

    @Test
    void shouldTellEqualHashesApartByTheirBytes() {
        final Entry one = entry(7, "a key of more than eight bytes");
        final Entry other = entry(7, "a key of more than eight bytez");
        table.add(one);
        table.add(other);

        assertSame(one, find(7, "a key of more than eight bytes"));
        assertSame(other, find(7, "a key of more than eight bytez"));
        assertNull(find(7, "a key"));
        assertNull(find(8, "a key of more than eight bytes"));
    }

    @Test
    void shouldFindAnEntryByItsHashAlone() {
        final Entry one = entry(7, "one");
        final Entry sameHome = entry(7 + (1L << 40), "other");
        table.add(one);
        table.add(sameHome);

        assertSame(one, table.find(7));
        assertSame(sameHome, table.find(7 + (1L << 40)));
        assertNull(table.find(8));
    }

    @Test
    void shouldRefuseAnEntryMoreThanItsBound() {
        final KeyedTable<Entry> small = new KeyedTable<>(2);
        assertTrue(small.add(entry(1, "1")));
        assertTrue(small.add(entry(2, "2")));

        assertTrue(small.isFull());
        assertFalse(small.add(entry(3, "3")));

        assertEquals(2, small.size());
    }

    @Test
    void shouldRemoveOnlyTheVeryEntry() {
        final Entry here = entry(1, "1");
        table.add(here);

        assertFalse(table.remove(entry(1, "1")));
        assertTrue(table.remove(here));
        assertFalse(table.remove(here));

        assertEquals(0, table.size());
    }

    @Test
    void shouldAgreeWithAMapWhateverComesAndGoes() {
        final Random random = new Random(20_261_120);
        final Map<String, Entry> model = new HashMap<>();
        for (int i = 0; i < ROUNDS; i++) {
            final String key = "key-" + random.nextInt(KEYS);
            final long hash = key.hashCode() & 0x3F; // many keys on few places, so that runs close over gaps
            final Entry known = model.get(key);
            assertSame(known, find(hash, key), key);
            if (known == null) {
                final Entry added = entry(hash, key);
                table.add(added);
                model.put(key, added);
            } else if (random.nextBoolean()) {
                assertTrue(table.remove(known));
                model.remove(key);
            }
        }

        assertEquals(model.size(), table.size());
        table.forEach(entry -> assertTrue(model.containsValue(entry)));
    }

    private @Nullable Entry find(final long hash, final String key) {
        final byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return table.find(hash, new UnsafeBuffer(bytes), 0, bytes.length);
    }

    private static Entry entry(final long hash, final String key) {
        final byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        final Entry entry = new Entry();
        entry.key(hash, new UnsafeBuffer(bytes), 0, bytes.length);
        return entry;
    }
}
