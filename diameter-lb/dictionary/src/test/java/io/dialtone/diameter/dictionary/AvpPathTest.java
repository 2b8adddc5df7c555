package io.dialtone.diameter.dictionary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Places in messages that operators name, and what is found there. */
class AvpPathTest {
    private static final Dictionary DICTIONARY = Dictionary.standard();
    private static final int SEED = 20_261_128;
    private static final int TURNS = 3000;
    private static final String IMSI = "Subscription-Id[Subscription-Id-Type=END_USER_IMSI]/Subscription-Id-Data";

    @Test
    void shouldFindAnAvpByNameByCodeAndByVendor() {
        assertEquals("gw.example.net", found("Origin-Host"));
        assertEquals("gw.example.net", found("264"));
        assertEquals("internet", found("Service-Information/PS-Information/Called-Station-Id"));
        assertEquals("internet", found("TGPP:873/TGPP:PS-Information/30"));
        assertEquals("internet", found("10415:873/10415:874/IETF:30"));
        assertEquals("", found("873/874/30"));
        assertEquals("", found("User-Name"));
    }

    @Test
    void shouldFindTheGroupWhoseMemberHasAValue() {
        assertEquals("262010000000001", found(IMSI));
        assertEquals("262010000000001", found("443[450=1]/444"));
        assertEquals("491700000001", found("Subscription-Id[Subscription-Id-Type=0]/Subscription-Id-Data"));
        assertEquals("491700000001", found("Subscription-Id/Subscription-Id-Data"));
        assertEquals("", found("Subscription-Id[Subscription-Id-Type=3]/Subscription-Id-Data"));
        assertEquals("", found("Subscription-Id[450=0][444=262010000000001]/444"));
        assertEquals("491700000001", found("Subscription-Id[450=0][444='491700000001']/444"));
    }

    @Test
    void shouldFindAnAvpThatHasAValueItself() {
        assertEquals("32251@3gpp.org", found("Service-Context-Id[=32251@3gpp.org]"));
        assertEquals("", found("Service-Context-Id[=32260@3gpp.org]"));
        assertEquals("gw.example.net", found("Origin-Host[=GW.Example.Net]"));
        assertEquals("", found("Called-Station-Id[=internet]"));
        assertEquals("262010000000001", found("Subscription-Id/Subscription-Id-Data[=262010000000001]"));
    }

    @Test
    void shouldCompareByTheTypeOfTheAvp() {
        assertTrue(isFound("Multiple-Services-Credit-Control/Requested-Service-Unit/CC-Total-Octets[=1000000]"));
        assertTrue(isFound("Multiple-Services-Credit-Control[Reporting-Reason=FINAL]"));
        assertTrue(isFound("Service-Information/PS-Information[PDP-Address=10.1.2.3]"));
        assertTrue(isFound("Service-Information/PS-Information/3GPP-Charging-Id[=0x00000fa1]"));
        assertFalse(isFound("Service-Information/PS-Information/3GPP-Charging-Id[=0x00000fa2]"));
    }

    @Test
    void shouldGoBackWhenAGroupThatFitsLacksTheRest() {
        final DiameterMessage message = message(writer -> {
            writer.beginGroup(443, Messages.M, 0);
            writer.unsigned32(450, Messages.M, 0, 1);
            writer.endGroup();
            Messages.subscription(writer, 1, "second");
            Messages.subscription(writer, 1, "third");
        });
        final AvpFinder finder = AvpPath.parse(IMSI, DICTIONARY).finder();

        final boolean isFirst = finder.find(message);
        final String first = value(finder);
        final boolean isNext = finder.findNext();
        final String next = value(finder);
        final boolean isMore = finder.findNext();

        assertTrue(isFirst);
        assertEquals("second", first);
        assertTrue(isNext);
        assertEquals("third", next);
        assertFalse(isMore);
        assertEquals(-1, finder.valueOffset());
        assertEquals(0, finder.valueLength());
        assertEquals(-1, finder.unsigned32());
        assertFalse(finder.isGivenUp());
    }

    @Test
    void shouldSayWhatIsWrongWithAPath() {
        assertFault("'Subscripton-Id' is no AVP (expected: NAME, CODE, VENDOR:NAME", "Subscripton-Id");
        assertFault("Maybe Subscription-Id.", "Subscripton-Id/444");
        assertFault("'' is no AVP", "");
        assertFault("'' is no AVP", "443/");
        assertFault("'' is no AVP", "/443");
        assertFault("'Nobody:1' is no AVP", "Nobody:1");
        assertFault("Session-Id is of type UTF8String and has no members", "Session-Id/User-Name");
        assertFault("Session-Id is of type UTF8String and has no members", "Session-Id[User-Name=x]");
        assertFault("']' is left", "443]");
        assertFault("[Subscription-Id-Type without a value", "443[450]");
        assertFault("a condition without end", "443[450=1");
        assertFault("a condition without end", "443[450='1]");
        assertFault("'END_USER_IMSII' is no value of Subscription-Id-Type", "443[450=END_USER_IMSII]");
        assertFault("Maybe END_USER_IMSI.", "443[450=END_USER_IMSII]");
        assertFault("'x' is no value of CC-Total-Octets", "CC-Total-Octets[=x]");
        assertFault("'0x1' is no value of Class", "Class[=0x1]");
        assertFault("'home' is no value of Host-IP-Address", "Host-IP-Address[=home]");
        assertFault("Event-Timestamp is of type Time, which is not compared", "Event-Timestamp[=1]");
        assertFault("too long", "443/".repeat(9) + "444");
        assertFault("too long", "443" + "[450=1]".repeat(5));
        assertFault("too long", "x".repeat(1001));
    }

    @Test
    void shouldKnowWhatAPathLeadsTo() {
        final AvpPath path = AvpPath.parse(IMSI, DICTIONARY);
        final AvpPath unknown = AvpPath.parse("4711:1/4711:2[=text]", DICTIONARY);

        assertEquals("Subscription-Id-Data", path.target().name());
        assertEquals(IMSI, path.toString());
        assertEquals(AvpType.OCTET_STRING, unknown.target().type());
    }

    @Test
    void shouldGiveUpWhenAMessageIsFullOfGroupsThatNearlyFit() {
        final DiameterMessage message = message(writer -> {
            for (int i = 0; i < 100; i++) {
                writer.beginGroup(443, Messages.M, 0);
                for (int j = 0; j < 8; j++) {
                    writer.unsigned32(450, Messages.M, 0, 2);
                }
                writer.endGroup();
            }
            Messages.subscription(writer, 1, "late");
        });
        final AvpFinder bounded =
                AvpPath.parse("443[450=0][450=1]/444", DICTIONARY).finder();
        final AvpFinder costly =
                AvpPath.parse("443[450=2][450=2][444=x]/444", DICTIONARY).finder();

        final boolean isFoundByOne = bounded.find(message);
        final boolean isFoundByOther = costly.find(message);

        assertFalse(isFoundByOne);
        assertFalse(bounded.isGivenUp());
        assertFalse(isFoundByOther);
        assertFalse(costly.isGivenUp());
    }

    @Test
    void shouldLookAtNoMoreAvpsThanItMay() {
        final UnsafeBuffer avps = new UnsafeBuffer(new byte[8 * (AvpFinder.VISITS_MAX + 1)]);
        for (int i = 0; i <= AvpFinder.VISITS_MAX; i++) {
            avps.putInt(8 * i, i == AvpFinder.VISITS_MAX ? 1 : 2, ByteOrder.BIG_ENDIAN);
            avps.putInt(8 * i + 4, 8, ByteOrder.BIG_ENDIAN);
        }
        final AvpFinder finder = AvpPath.parse("User-Name", DICTIONARY).finder();

        final boolean isFound = finder.find(avps, 0, avps.capacity());

        assertFalse(isFound);
        assertTrue(finder.isGivenUp());
        assertTrue(finder.find(avps, 8, avps.capacity() - 8));
        assertFalse(finder.isGivenUp());
    }

    @Test
    void shouldFindNothingBehindALengthThatLies() {
        final UnsafeBuffer avps = Messages.ccr();
        final AvpFinder finder = AvpPath.parse(IMSI, DICTIONARY).finder();
        final int from = Messages.ROOM + DiameterMessage.HEADER_BYTES;

        for (final int length : new int[] {0, 1, 7, 0xFF_FFFF, 4000}) {
            // Of the first AVP, so that no other can be reached.
            avps.putInt(from + 4, length, ByteOrder.BIG_ENDIAN);

            assertFalse(finder.find(avps, from, avps.capacity() - from), "length " + length);
        }
    }

    @Test
    void shouldNotThrowWhateverTheBytesAre() {
        final Random random = new Random(SEED);
        final UnsafeBuffer wire = Messages.ccr();
        final UnsafeBuffer avps = new UnsafeBuffer(new byte[wire.capacity()]);
        final AvpFinder finder = AvpPath.parse(IMSI, DICTIONARY).finder();
        final AvpFinder deep = AvpPath.parse("TGPP:873/TGPP:874[TGPP:2=0x00000fa1]/30[=internet]", DICTIONARY)
                .finder();
        final int from = Messages.ROOM + DiameterMessage.HEADER_BYTES;
        int found = 0;

        for (int turn = 0; turn < TURNS; turn++) {
            avps.putBytes(0, wire, 0, wire.capacity());
            for (int i = 0; i < 4; i++) {
                final int at = from + random.nextInt(wire.capacity() - from - Integer.BYTES);
                avps.putInt(at, random.nextInt() >>> random.nextInt(32), ByteOrder.BIG_ENDIAN);
            }
            found += finder.find(avps, from, avps.capacity() - from) ? 1 : 0;
            found += deep.find(avps, from, avps.capacity() - from) ? 1 : 0;

            assertTrue(finder.valueOffset() + finder.valueLength() <= avps.capacity());
        }

        assertTrue(found > 100 && found < 2 * TURNS, "found " + found);
    }

    @Test
    void shouldNotAllocateWhenFindingInMessageAfterMessage() {
        final DiameterMessage message = Messages.parsed(Messages.ccr());
        final AvpFinder imsi = AvpPath.parse(IMSI, DICTIONARY).finder();
        final AvpFinder deep = AvpPath.parse(
                        "Service-Information/PS-Information[PDP-Address=10.1.2.3]/Called-Station-Id[=internet]",
                        DICTIONARY)
                .finder();
        final AvpFinder none =
                AvpPath.parse("Subscription-Id[450=4]/444", DICTIONARY).finder();
        final int[] found = new int[1];

        final long bytes = Allocation.leastBytes(500, () -> {
            found[0] += imsi.find(message) ? 1 : 0;
            found[0] += deep.find(message) ? 1 : 0;
            found[0] += none.find(message) ? 1 : 0;
        });

        assertEquals(0, bytes);
        assertTrue(found[0] > 1000);
    }

    @Test
    void shouldNotAllocateWhenLookingUpCodes() {
        final int[] known = new int[1];

        final long bytes = Allocation.leastBytes(500, () -> {
            known[0] += DICTIONARY.avp(10415, 1032).isKnown() ? 1 : 0;
            known[0] += DICTIONARY.avp(0, 123_456).isKnown() ? 1 : 0;
            known[0] += DICTIONARY.command(272).isKnown() ? 1 : 0;
            known[0] += DICTIONARY.application(16777238).isKnown() ? 1 : 0;
            known[0] += DICTIONARY.result(0, 2001).isKnown() ? 1 : 0;
            known[0] += DICTIONARY.vendor(10415).isKnown() ? 1 : 0;
        });

        assertEquals(0, bytes);
        assertTrue(known[0] > 1000);
    }

    private static void assertFault(final String message, final String path) {
        final DictionaryFault fault = assertThrows(DictionaryFault.class, () -> AvpPath.parse(path, DICTIONARY));

        assertTrue(
                String.valueOf(fault.getMessage()).contains(message), () -> fault.getMessage() + "\nlacks\n" + message);
    }

    private static boolean isFound(final String path) {
        return AvpPath.parse(path, DICTIONARY).finder().find(Messages.parsed(Messages.ccr()));
    }

    private static String found(final String path) {
        final AvpFinder finder = AvpPath.parse(path, DICTIONARY).finder();
        return finder.find(Messages.parsed(Messages.ccr())) ? value(finder) : "";
    }

    private static String value(final AvpFinder finder) {
        return finder.buffer().getStringWithoutLengthUtf8(finder.valueOffset(), finder.valueLength());
    }

    private static DiameterMessage message(final Consumer<DiameterWriter> avps) {
        return Messages.parsed(Messages.message(CommandFlags.REQUEST, 272, 4, avps));
    }
}
