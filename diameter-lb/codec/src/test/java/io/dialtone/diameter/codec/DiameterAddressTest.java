package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiameterAddressTest {
    private static Optional<InetAddress> read(final String hex) {
        final UnsafeBuffer buffer = Messages.direct(hex);
        return DiameterAddress.read(buffer, 0, buffer.capacity());
    }

    @Test
    void shouldReadAddressesOfBothFamilies() {
        assertEquals(Optional.of(InetAddress.ofLiteral("192.0.2.1")), read("0001 c0000201"));
        assertEquals(
                Optional.of(InetAddress.ofLiteral("2001:db8::1")), read("0002 20010db8 00000000 00000000 00000001"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0001",
                "0001 c00002",
                "0001 c0000201 00",
                "0002 c0000201",
                "0001 20010db8 00000000 00000000 00000001",
                "0008 34393137 30303030",
                "ff01 c0000201"
            })
    void shouldTakeNothingElseForAnAddress(final String hex) {
        assertTrue(read(hex).isEmpty());
    }
}
