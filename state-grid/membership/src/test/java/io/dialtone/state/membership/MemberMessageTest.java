package io.dialtone.state.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dialtone.state.api.MemberFigures;
import org.junit.jupiter.api.Test;

final class MemberMessageTest {
    @Test
    void shouldReadWhatWasWritten() {
        final MemberMessage[] messages = {
            new MemberMessage.Figures(new MemberFigures(3, -5, 71, 123_456)),
            new MemberMessage.Exit(4, Long.MIN_VALUE),
            new MemberMessage.Goodbye(65_535, 9)
        };

        for (final MemberMessage message : messages) {
            assertEquals(message, MemberMessage.of(message.toLongs()));
        }
    }

    @Test
    void shouldReadALongerMessageOfALaterVersion() {
        assertEquals(new MemberMessage.Exit(4, 44), MemberMessage.of(new long[] {2, 4, 44, 55, 66}));
    }

    @Test
    void shouldRefuseWhatIsNoMessage() {
        assertNull(MemberMessage.of(new long[] {}));
        assertNull(MemberMessage.of(new long[] {2, 4}));
        assertNull(MemberMessage.of(new long[] {9, 4, 44}));
        assertNull(MemberMessage.of(new long[] {2, -1, 44}));
        assertNull(MemberMessage.of(new long[] {2, 65_536, 44}));
        assertNull(MemberMessage.of(new long[] {1, 4, 44}));
        assertNull(MemberMessage.of(new long[] {1, 4, 44, 101, 0}));
        assertNull(MemberMessage.of(new long[] {1, 4, 44, 1, -1}));
    }
}
