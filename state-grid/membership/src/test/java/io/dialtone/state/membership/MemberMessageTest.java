package io.dialtone.state.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dialtone.state.api.MemberFigures;
import io.dialtone.state.api.WatchedProcesses;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemberMessageTest {
    @Test
    void shouldReadWhatWasWritten() {
        final MemberMessage[] messages = {
            new MemberMessage.Figures(new MemberFigures(3, -5, 71, 123_456)),
            new MemberMessage.Exit(4, Long.MIN_VALUE),
            new MemberMessage.Goodbye(65_535, 9),
            new MemberMessage.Watched(new WatchedProcesses(61_440, -7, List.of())),
            new MemberMessage.Watched(new WatchedProcesses(
                    61_440, -7, List.of(new MemberFigures(3, -5, 71, 123_456), new MemberFigures(4, 6, 0, 0))))
        };

        for (final MemberMessage message : messages) {
            assertEquals(message, MemberMessage.of(message.toLongs()));
        }
    }

    @Test
    void shouldReadALongerMessageOfALaterVersion() {
        assertEquals(new MemberMessage.Exit(4, 44), MemberMessage.of(new long[] {2, 4, 44, 55, 66}));
        assertEquals(
                new MemberMessage.Watched(new WatchedProcesses(
                        4, 44, List.of(new MemberFigures(7, 77, 1, 2), new MemberFigures(8, 88, 3, 4)))),
                MemberMessage.of(new long[] {4, 4, 44, 2, 5, 7, 77, 1, 2, 99, 8, 88, 3, 4, 99, 98}));
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
        assertNull(MemberMessage.of(new long[] {4, 4, 44, 1}));
        assertNull(MemberMessage.of(new long[] {4, 4, 44, 1, 4, 7, 77, 1}));
        assertNull(MemberMessage.of(new long[] {4, 4, 44, 1, 3, 7, 77, 1, 2}));
        assertNull(MemberMessage.of(new long[] {4, 4, 44, 257, 4}));
        assertNull(MemberMessage.of(new long[] {4, 4, 44, 2, Long.MAX_VALUE, 7, 77, 1, 2}));
        assertNull(MemberMessage.of(new long[] {4, 4, 44, 1, 4, 7, 77, 101, 2}));
    }
}
