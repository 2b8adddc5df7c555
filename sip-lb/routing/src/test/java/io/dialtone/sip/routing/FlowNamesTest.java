package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.placement.table.SipHash;
import io.dialtone.sip.codec.ViaTransport;
import org.junit.jupiter.api.Test;

class FlowNamesTest {
    private final FlowNames names = new FlowNames(new SipHash(1, 2), 4);

    private static SipFlow flow(final int port) {
        return new SipFlow().set(1, ViaTransport.TLS.code(), 0, 0, 0).remoteIpv4(0xC0000201, port);
    }

    private void assertFound(final long name, final int port) {
        final SipFlow found = names.find(name);
        assertNotNull(found);
        assertTrue(found.sameRemote(flow(port)));
    }

    @Test
    void shouldKnowAConnectionByWhoHasRegistered() {
        assertTrue(names.put(flow(1), 7));

        assertEquals(7, names.of(flow(1)));
        assertEquals(0, names.of(flow(2)));
        assertEquals(0, names.of(flow(1).listener(0)));
        assertFound(7, 1);
        assertNull(names.find(8));
    }

    @Test
    void shouldFindTheLatestConnectionAndForgetThoseThatEnd() {
        names.put(flow(1), 7);
        names.put(flow(2), 7);
        assertFound(7, 2);
        assertEquals(7, names.of(flow(1)));

        names.remove(flow(1));
        assertFound(7, 2);

        names.remove(flow(2));
        assertNull(names.find(7));
        assertEquals(0, names.size());
    }

    @Test
    void shouldTellNoNameForAConnectionOfSeveralButFindEach() {
        names.put(flow(1), 7);
        names.put(flow(1), 8);
        names.put(flow(1), 7);

        assertEquals(0, names.of(flow(1)));
        assertFound(7, 1);
        assertFound(8, 1);

        names.put(flow(2), 8);
        names.remove(flow(1));
        assertNull(names.find(7));
        assertFound(8, 2);
    }

    @Test
    void shouldKeepNoMoreThanItMay() {
        for (int i = 1; i <= 4; i++) {
            assertTrue(names.put(flow(i), i));
        }
        assertFalse(names.put(flow(5), 5));
        assertFalse(names.put(flow(1), 6));
        assertTrue(names.put(flow(1), 1));
        assertTrue(names.put(flow(1), 2)); // has moved
        assertFound(2, 1);

        names.remove(flow(4));
        assertTrue(names.put(flow(5), 5));
    }
}
