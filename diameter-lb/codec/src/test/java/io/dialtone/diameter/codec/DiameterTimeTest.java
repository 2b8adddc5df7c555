package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiameterTimeTest {
    @ParameterizedTest
    @CsvSource({
        "80000000,1968-01-20T03:14:08Z",
        "83aa7e80,1970-01-01T00:00:00Z",
        "e9000000,2023-11-16T02:42:08Z",
        "ffffffff,2036-02-07T06:28:15Z",
        "00000000,2036-02-07T06:28:16Z",
        "00000001,2036-02-07T06:28:17Z",
        "7fffffff,2104-02-26T09:42:23Z"
    })
    void shouldReckonFrom1900Or2036ByTheHighestBit(final String wire, final Instant time) {
        assertEquals(time, Instant.ofEpochSecond(DiameterTime.epochSecond(Long.parseLong(wire, 16))));
        assertEquals(Long.parseLong(wire, 16), DiameterTime.wire(time.getEpochSecond()));
    }
}
