package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceQueryTest {
    private static void assertRefused(final String query) {
        assertEquals(
                AdminRefusal.BAD_REQUEST,
                assertThrows(AdminRefusal.class, () -> TraceQuery.parse(query)).status());
    }

    @Test
    void shouldReadCallIdsOfAnyCharacters() throws AdminRefusal {
        final String odd = "a&b=c%?#+ <>\"\\é\u001b@[::1]";

        assertEquals(
                odd,
                TraceQuery.parse("call-id=" + URLEncoder.encode(odd, StandardCharsets.UTF_8))
                        .callId());
    }

    @Test
    void shouldReadSessionsCursorAndCredentials() throws AdminRefusal {
        final TraceQuery query =
                TraceQuery.parse("call-id=x&sessions=ffffffffffffffff,1a&cursor=12,0&credentials=true");

        assertEquals(List.of(-1L, 26L), query.sessions());
        assertEquals(List.of(12L, 0L), query.cursor());
        assertTrue(query.withCredentials());
        assertFalse(
                TraceQuery.parse("call-id=x&sessions=&cursor=&more=1&broken").withCredentials());
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        assertRefused("");
        assertRefused("call-id=");
        assertRefused("call-id=" + "x".repeat(10_000));
        assertRefused("call-id=%zz");
        assertRefused("call-id=x&sessions=xyz");
        assertRefused("call-id=x&cursor=1,,2");
    }
}
