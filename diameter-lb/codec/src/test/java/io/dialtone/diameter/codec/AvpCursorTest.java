package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvpCursorTest {
    private static final int TGPP = 10_415;
    private static final int SUBSCRIPTION_ID_DATA = 444;
    private static final int CC_TOTAL_OCTETS = 421;
    private static final int EVENT_TIMESTAMP = 55;
    private static final int MEDIA_COMPONENT_DESCRIPTION = 517;
    private static final int MEDIA_SUB_COMPONENT = 519;
    private static final int FLOW_DESCRIPTION = 507;

    private final AvpCursor cursor = new AvpCursor();
    private final AvpCursor members = new AvpCursor();
    private final AvpCursor deeper = new AvpCursor();

    private void wrap(final String hex) {
        final UnsafeBuffer buffer = Messages.direct(hex);
        cursor.wrap(buffer, 0, buffer.capacity());
    }

    private static boolean find(final AvpCursor in, final int code, final int vendorId) {
        while (in.next()) {
            if (in.is(code, vendorId)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void shouldGoOverTheAvpsOfAMessageInTheirOrder() {
        Messages.parsed(Messages.hex(Messages.CER)).avps(cursor);

        final List<Integer> codes = new ArrayList<>();
        while (cursor.next()) {
            codes.add(cursor.code());
        }

        assertEquals(List.of(264, 296, 257, 266, 269, 278, 265, 265, 258, 299, 259, 260, 267), codes);
        assertFalse(cursor.isMalformed());
        assertFalse(cursor.next());
    }

    @Test
    void shouldReadTheHeaderOfAnAvp() {
        wrap("00000001 4000000d 616c6963 65000000 000001f8 c0000011 000028af 696d7321 21000000");

        assertTrue(cursor.next());
        assertEquals(1, cursor.code());
        assertEquals(AvpFlags.MANDATORY, cursor.flags());
        assertTrue(cursor.isMandatory());
        assertFalse(cursor.isVendorSpecific());
        assertEquals(0, cursor.vendorId());
        assertEquals(0, cursor.avpOffset());
        assertEquals(13, cursor.avpLength());
        assertEquals(16, cursor.paddedLength());
        assertEquals(8, cursor.valueOffset());
        assertEquals(5, cursor.valueLength());
        assertEquals(0, cursor.depth());

        assertTrue(cursor.next());
        assertTrue(cursor.is(504, TGPP));
        assertFalse(cursor.is(504, 0));
        assertTrue(cursor.isVendorSpecific());
        assertEquals(TGPP, cursor.vendorId());
        assertEquals(16, cursor.avpOffset());
        assertEquals(28, cursor.valueOffset());
        assertEquals("ims!!", Messages.text(cursor));

        assertFalse(cursor.next());
        assertEquals(-1, cursor.avpOffset());
        assertEquals(-1, cursor.valueOffset());
        assertEquals(0, cursor.valueLength());
        assertEquals(0, cursor.paddedLength());
    }

    @Test
    void shouldReadNumbersOnlyOfTheirLength() {
        wrap(
                "000001a5 00000010 ffffffff ffffffff 00000001 0000000c ffffffff 00000001 00000009 01000000 00000001 00000008");

        cursor.next();
        assertEquals(-1, cursor.unsigned64(5));
        assertEquals(-1, cursor.unsigned32());
        assertEquals(5, cursor.epochSecond(5));

        cursor.next();
        assertEquals(0xFFFF_FFFFL, cursor.unsigned32());
        assertEquals(5, cursor.unsigned64(5));

        cursor.next();
        assertEquals(-1, cursor.unsigned32());

        cursor.next();
        assertEquals(0, cursor.valueLength());
        assertEquals(-1, cursor.unsigned32());
        assertTrue(cursor.valueEquals(new byte[0]));

        cursor.next();
        assertEquals(-1, cursor.unsigned32());
        assertEquals(5, cursor.unsigned64(5));
        assertFalse(cursor.valueEquals(new byte[0]));
        assertFalse(cursor.valueEqualsIgnoreCase(new byte[0]));
        assertFalse(cursor.enter(members));
    }

    @Test
    void shouldReadATime() {
        Messages.parsed(Messages.hex(Messages.CCR)).avps(cursor);

        assertTrue(find(cursor, EVENT_TIMESTAMP, 0));

        assertEquals(1_700_102_528L, cursor.epochSecond(-1));
    }

    @Test
    void shouldEnterGroups() {
        Messages.parsed(Messages.hex(Messages.CCR)).avps(cursor);
        final List<String> identities = new ArrayList<>();

        while (find(cursor, BaseAvp.SUBSCRIPTION_ID.code(), 0)) {
            assertTrue(cursor.enter(members));
            assertTrue(find(members, SUBSCRIPTION_ID_DATA, 0));
            assertEquals(1, members.depth());
            identities.add(Messages.text(members));
            assertFalse(members.next());
        }

        assertEquals(List.of("491700000001", "262010000000001"), identities);
    }

    @Test
    void shouldEnterGroupsOfVendorsWithinEachOther() {
        Messages.parsed(Messages.hex(Messages.AAR)).avps(cursor);

        assertTrue(find(cursor, MEDIA_COMPONENT_DESCRIPTION, TGPP));
        assertTrue(cursor.enter(members));
        assertTrue(find(members, MEDIA_SUB_COMPONENT, TGPP));
        assertTrue(members.enter(deeper));
        assertTrue(find(deeper, FLOW_DESCRIPTION, TGPP));
        assertEquals("permit out 17 from 192.0.2.1 to 192.0.2.2", Messages.text(deeper));
        assertTrue(find(deeper, FLOW_DESCRIPTION, TGPP));
        assertEquals("permit in 17 from 192.0.2.2 to 192.0.2.1", Messages.text(deeper));
        assertFalse(deeper.next());
        assertEquals(2, deeper.depth());
    }

    @Test
    void shouldReadEightBytesInAGroupWithinAGroup() {
        Messages.parsed(Messages.hex(Messages.CCR)).avps(cursor);

        find(cursor, 456, 0);
        cursor.enter(members);
        find(members, 437, 0);
        members.enter(deeper);

        assertTrue(find(deeper, CC_TOTAL_OCTETS, 0));
        assertEquals(1L << 33, deeper.unsigned64(-1));
    }

    @Test
    void shouldEnterAGroupWithoutMembers() {
        wrap("00000117 40000008");
        cursor.next();

        assertTrue(cursor.enter(members));

        assertFalse(members.next());
        assertFalse(members.isMalformed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000117 40000009 61000000", // too short for an AVP
                "00000117 4000000f 61616161 61616100",
                "00000117 40000010 61616161 61616161", // text
                "00000117 40000010 00000001 00000000", // length of nothing
                "00000117 40000010 00000001 80000008", // a vendor that is not there
                "00000117 40000010 00000001 00000009", // beyond the group, though within the message
            })
    void shouldNotEnterWhatCannotBeAGroup(final String avp) {
        wrap(avp + " 00000001 00000009 61000000");
        cursor.next();

        assertFalse(cursor.enter(members));

        assertFalse(members.next());
        assertEquals(-1, members.avpOffset());
        assertTrue(cursor.next());
    }

    @Test
    void shouldStopInAGroupWhereALengthReachesBeyondIt() {
        wrap("00000117 4000001c 00000001 00000009 61000000 00000001 0000000c 00000001 0000000c 62626262");
        cursor.next();
        assertTrue(cursor.enter(members));

        assertTrue(members.next());
        assertEquals("a", Messages.text(members));
        assertFalse(members.next());

        assertTrue(members.isMalformed());
        assertEquals(-1, members.avpOffset());
        assertFalse(members.next());
        assertTrue(members.isMalformed());
    }

    /** Some count the last padding of a group as the group's own. */
    @Test
    void shouldTakeTheLastMemberOfAGroupWithoutItsPadding() {
        wrap("00000117 40000011 00000001 00000009 61000000 00000001 00000009 62000000");
        cursor.next();
        assertTrue(cursor.enter(members));

        assertTrue(members.next());
        assertEquals("a", Messages.text(members));
        assertEquals(9, members.paddedLength());
        assertFalse(members.next());
        assertFalse(members.isMalformed());
        assertTrue(cursor.next());
        assertEquals("b", Messages.text(cursor));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 8})
    void shouldEnterGroupsToTheirBoundAndNotBeyond(final int depthMax) {
        final StringBuilder hex = new StringBuilder();
        for (int level = depthMax + 3; level > 0; level--) {
            hex.append(String.format("00000117 40%06x ", 8 * level));
        }
        final byte[] bytes = Messages.request(hex.toString());
        final DiameterMessage message = new DiameterMessage(new DiameterLimits(4096, 256, depthMax));
        assertEquals(ParseResult.COMPLETE, message.parse(Messages.direct(bytes), 0, bytes.length));
        AvpCursor at = cursor;
        message.avps(at);

        int groups = 0;
        AvpCursor child = new AvpCursor();
        while (at.next() && at.enter(child)) {
            groups++;
            at = child;
            child = new AvpCursor();
        }

        assertEquals(depthMax, groups);
        assertFalse(child.next());
    }

    @Test
    void shouldBeginAgainWhenWrappedAgain() {
        wrap("00000001 00000001");
        assertFalse(cursor.next());
        assertTrue(cursor.isMalformed());

        wrap("00000001 00000009 61000000");

        assertFalse(cursor.isMalformed());
        assertTrue(cursor.next());
        assertTrue(cursor.valueEquals(Messages.ascii("a")));
        assertFalse(cursor.valueEquals(Messages.ascii("A")));
        assertTrue(cursor.valueEqualsIgnoreCase(Messages.ascii("A")));
    }

    @Test
    void shouldRefuseARangeThatIsNotInTheBuffer() {
        final UnsafeBuffer buffer = Messages.direct(new byte[8]);

        assertThrows(IndexOutOfBoundsException.class, () -> cursor.wrap(buffer, 4, 5));
    }
}
