package io.dialtone.diameter.dictionary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The files that we ship: RFC 6733 and its applications. */
class StandardDictionaryTest {
    private static final Dictionary DICTIONARY = Dictionary.standard();
    private static final int[] BASE_AVPS = {
        1, 25, 27, 33, 44, 50, 55, 85, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266, 267, 268, 269, 270, 271, 272,
        273, 274, 276, 277, 278, 279, 280, 281, 282, 283, 284, 285, 287, 291, 292, 293, 294, 295, 296, 297, 298, 299,
        480, 483, 485
    };

    @Test
    void shouldHaveEachAvpOfRfc6733Section45() {
        final List<Integer> missing = IntStream.of(BASE_AVPS)
                .filter(code -> !DICTIONARY.avp(0, code).isKnown())
                .boxed()
                .toList();

        assertEquals(List.of(), missing);
        assertEquals(BASE_AVPS.length, avpsOf("base.dict"));
    }

    @Test
    void shouldFindEachAvpByItsCodeAndByItsName() {
        for (final AvpDefinition avp : DICTIONARY.avps()) {
            final String vendor = DICTIONARY.vendor(avp.vendorId()).name();

            assertEquals(avp, DICTIONARY.avp(avp.vendorId(), avp.code()));
            assertEquals(avp, DICTIONARY.avp(vendor + ":" + avp.name()).orElseThrow());
            assertEquals(avp, DICTIONARY.avp(vendor + ":" + avp.code()).orElseThrow());
            assertEquals(avp.name(), DICTIONARY.avp(avp.name()).orElseThrow().name());
        }
    }

    @Test
    void shouldFindEachNamedValueByNumberAndByName() {
        int values = 0;
        for (final AvpDefinition avp : DICTIONARY.avps()) {
            for (final EnumeratedValue value : avp.values()) {
                values++;

                assertEquals(value.name(), avp.valueName(value.value()), avp.name());
                assertEquals(value, avp.value(value.name()).orElseThrow(), avp.name());
            }
        }
        assertTrue(values > 500, "named values: " + values);
        assertEquals("", DICTIONARY.avp(0, 416).valueName(77));
        assertTrue(DICTIONARY.avp(0, 416).value("initial_request").isEmpty());
    }

    @Test
    void shouldNameMembersThatItKnows() {
        for (final AvpDefinition avp : DICTIONARY.avps()) {
            for (final AvpMember member : avp.members()) {
                assertEquals(
                        member.name(),
                        DICTIONARY.avp(member.vendorId(), member.code()).name());
            }
        }
        assertEquals(
                "[{ Subscription-Id-Type }, { Subscription-Id-Data }]",
                DICTIONARY.avp(0, 443).members().toString());
    }

    @Test
    void shouldHaveTheCommandsOfEachApplication() {
        assertEquals("CCR CCA, RAR RAA", commandsOf(16777238));
        assertEquals("AAR AAA, RAR RAA, STR STA, ASR ASA", commandsOf(16777236));
        assertEquals("UAR UAA, SAR SAA, LIR LIA, MAR MAA, RTR RTA, PPR PPA", commandsOf(16777216));
        assertEquals("UDR UDA, PUR PUA, SNR SNA, PNR PNA", commandsOf(16777217));
        assertEquals("ULR ULA, CLR CLA, AIR AIA, IDR IDA, DSR DSA, PUR PUA, RSR RSA, NOR NOA", commandsOf(16777251));
        assertEquals("Relay", DICTIONARY.application(0xFFFF_FFFF).name());
        assertEquals(10415, DICTIONARY.application(16777238).vendorId());
    }

    private static String commandsOf(final int applicationId) {
        return DICTIONARY.application(applicationId).commands().stream()
                .map(command -> command.requestAbbreviation() + " " + command.answerAbbreviation())
                .collect(Collectors.joining(", "));
    }

    @Test
    void shouldTellResultsOfVendorsFromThoseOfTheIetf() {
        assertEquals("DIAMETER_SUCCESS", DICTIONARY.result(0, 2001).name());
        assertEquals(
                "DIAMETER_FIRST_REGISTRATION", DICTIONARY.result(10415, 2001).name());
        assertFalse(DICTIONARY.result(0, 5420).isKnown());
    }

    @Test
    void shouldHaveTheCountsThatTheReferenceNames() throws IOException {
        final String reference = Files.readString(Path.of("../../docs/reference/diameter-dictionary.md"));

        for (final String file : DictionaryFiles.OWN) {
            final String counts = "| " + commandsOf(file) + " | " + avpsOf(file) + " |";
            final List<String> row = reference
                    .lines()
                    .filter(line -> line.startsWith("| `" + file + "` |"))
                    .toList();

            assertEquals(1, row.size(), file);
            assertTrue(row.getFirst().endsWith(counts), row.getFirst() + " does not end with " + counts);
        }
        for (final ApplicationDefinition application : DICTIONARY.applications()) {
            final String row = "| " + Integer.toUnsignedString(application.id()) + " | " + application.name() + " |";
            assertTrue(reference.contains(row), row);
        }
    }

    private static long commandsOf(final String file) {
        return DICTIONARY.commands().stream()
                .filter(command -> command.place().file().equals(file))
                .count();
    }

    private static long avpsOf(final String file) {
        return DICTIONARY.avps().stream()
                .filter(avp -> avp.place().file().equals(file))
                .count();
    }
}
