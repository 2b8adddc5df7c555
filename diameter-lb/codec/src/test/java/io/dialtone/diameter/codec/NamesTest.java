package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Numbers with names, and bounds. */
@SuppressWarnings("EnumOrdinal") // Of this run only.
class NamesTest {
    @Test
    void shouldGiveEachBaseAvpACodeOfItsOwn() {
        final Set<Integer> codes = new HashSet<>();

        for (final BaseAvp avp : BaseAvp.values()) {
            assertTrue(codes.add(avp.code()));
            assertEquals(avp.ordinal(), BaseAvp.ordinalOf(avp.code()));
        }

        assertEquals(BaseAvp.NONE, BaseAvp.ordinalOf(-1));
        assertEquals(BaseAvp.NONE, BaseAvp.ordinalOf(1024));
        assertEquals(BaseAvp.NONE, BaseAvp.ordinalOf(0));
    }

    @Test
    void shouldAnswerEveryFaultWithAnErrorOfRfc6733() {
        for (final Malformation malformation : Malformation.values()) {
            final int resultCode = malformation.resultCode();

            assertTrue(malformation == Malformation.NONE
                    || ResultCode.isProtocolError(resultCode)
                    || resultCode / 1000 == 5);
            assertFalse(malformation.sentence().isEmpty());
            assertFalse(malformation.closes() && malformation.hasFailedAvp());
        }
        assertFalse(Malformation.NONE.closes());
    }

    @Test
    void shouldTellResultCodesByTheirThousands() {
        assertTrue(ResultCode.isSuccess(ResultCode.LIMITED_SUCCESS));
        assertFalse(ResultCode.isSuccess(ResultCode.TOO_BUSY));
        assertFalse(ResultCode.isSuccess(-1));
        assertTrue(ResultCode.isProtocolError(ResultCode.LOOP_DETECTED));
        assertFalse(ResultCode.isProtocolError(ResultCode.MISSING_AVP));
        assertFalse(ResultCode.isProtocolError(0xFFFF_FFFFL));
        assertTrue(ResultCode.isTransientFailure(ResultCode.ELECTION_LOST));
        assertFalse(ResultCode.isTransientFailure(ResultCode.RATING_FAILED));
    }

    @Test
    void shouldRefuseLimitsThatNoMessageCanKeep() {
        final IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new DiameterLimits(19, 256, 8));

        assertEquals("messageBytesMax: 19 (expected: 20 to 16777212)", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new DiameterLimits(1 << 24, 256, 8));
        assertThrows(IllegalArgumentException.class, () -> new DiameterLimits(20, 0, 8));
        assertThrows(IllegalArgumentException.class, () -> new DiameterLimits(20, 1, -1));
        assertEquals(new DiameterLimits(65_536, 256, 8), DiameterLimits.defaults());
    }
}
