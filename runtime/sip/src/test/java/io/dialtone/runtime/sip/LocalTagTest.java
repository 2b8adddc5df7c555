package io.dialtone.runtime.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotToken;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalTagTest {
    private static final int TAGS = 10_000;

    private final ClusterKey key = ClusterKey.parse("a secret for tests, known to all\n");
    private final SlotToken tokens = SlotToken.of(key, 0, 256);

    @Test
    void shouldBeUniqueAndLeadToItsSlot() {
        final LocalTag.Source source = new LocalTag.Source(key.derive("tags"));
        final LocalTag tag = new LocalTag();
        final Set<String> seen = new HashSet<>();
        for (int i = 0; i < TAGS; i++) {
            final int slot = i & 255;
            tag.set(tokens, slot, source.next());

            assertEquals(slot, tokens.parsePrefix(tag.buffer(), 0, tag.length()));
            assertTrue(seen.add(tag.buffer().getStringWithoutLengthAscii(0, tag.length())));
        }
    }
}
