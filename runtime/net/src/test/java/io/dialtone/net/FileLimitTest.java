package io.dialtone.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FileLimitTest {
    @Test
    void shouldTakeNoMoreConnectionsThanThereAreFilesFor() {
        assertEquals(20_000, FileLimit.keepTo(20_000, 1, 1_000_000));
        assertEquals(4_872, FileLimit.keepTo(20_000, 2, 10_256));
        assertEquals(1, FileLimit.keepTo(20_000, 2, 100));
    }

    @Test
    void shouldAskForNothingWhenNobodyHasConnections() {
        assertEquals(20_000, FileLimit.keepTo(20_000, 0));
    }
}
