package io.dialtone.diameter.dictionary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator can write into dictionary files, and what is said when it is wrong. */
class DictionaryFilesTest {
    @TempDir
    Path directory;

    @Test
    void shouldKnowAnOperatorsAvpsBesideOurOwn() {
        final Path file = write(
                "acme.dict",
                "# ours",
                "vendor 4711 Acme",
                "avp Acme:1 Acme-Tariff Grouped M   # a tariff",
                "    { Acme-Class } *[ Rating-Group ]",
                "    0*3[ CC-Time ]",
                "avp Acme:2 Acme-Class Enumerated -M P",
                "    value 0 GOLD 1 SILVER",
                "    value -1 NONE");

        final Dictionary dictionary = Dictionary.load(List.of(file));

        final AvpDefinition group = dictionary.avp(4711, 1);
        assertEquals("Acme-Tariff", group.name());
        assertEquals(
                "[{ Acme-Class }, *[ Rating-Group ], *3[ CC-Time ]]",
                group.members().toString());
        assertEquals(new AvpFlagRules(FlagRule.MUST, FlagRule.MUST, FlagRule.MAY), group.flags());
        final AvpDefinition value = dictionary.avp("Acme:Acme-Class").orElseThrow();
        assertEquals(new AvpFlagRules(FlagRule.MUST, FlagRule.MUST_NOT, FlagRule.MUST), value.flags());
        assertEquals("SILVER", value.valueName(1));
        assertEquals("NONE", value.valueName(-1));
        assertEquals(new DictionaryPlace(file.toString(), 3), group.place());
        assertEquals("Session-Id", dictionary.avp(0, 263).name());
    }

    @Test
    void shouldAddToWhatOurFilesDefineWhenAFileExtendsIt() {
        write(
                "a.dict",
                "vendor 4711 Acme",
                "command 9000 Acme-Query AQR AQA",
                "application 99 Acme Acme",
                "extend application Gx",
                "    uses Acme-Query",
                "extend avp Service-Information",
                "    [ Acme:Info ]",
                "extend avp RAT-Type",
                "    value 3000 SATELLITE",
                "result Acme:5555 ACME_SAYS_NO");
        write("b.dict", "avp Acme:7 Info UTF8String");
        write("c.txt", "this is read by nobody");

        final Dictionary dictionary = Dictionary.load(List.of(directory));

        assertEquals("SATELLITE", dictionary.avp(10415, 1032).valueName(3000));
        assertTrue(dictionary.avp(10415, 873).members().stream()
                .anyMatch(member -> member.vendorId() == 4711 && member.code() == 7));
        assertTrue(dictionary.application("Gx").orElseThrow().commands().stream()
                .anyMatch(command -> command.name().equals("Acme-Query")));
        assertEquals(4711, dictionary.application(99).vendorId());
        assertEquals("ACME_SAYS_NO", dictionary.result(4711, 5555).name());
    }

    @Test
    void shouldNameBothPlacesWhenAnAvpIsThereTwice() {
        final Path one = write("a.dict", "vendor 4711 Acme", "avp Acme:1 Acme-One Unsigned32");
        final Path two = write("b.dict", "", "avp Acme:1 Acme-Two Unsigned32");

        final DictionaryFault fault = assertThrows(DictionaryFault.class, () -> Dictionary.load(List.of(one, two)));

        assertEquals(two.toString(), fault.file());
        assertEquals(2, fault.line());
        assertEquals(
                two + ":2: avp Acme:1 is there already, at " + one + ":2 (expected: each once; extend adds to one)",
                fault.getMessage());
    }

    @Test
    void shouldNameOurFileWhenAnOperatorsSaysWhatItSays() {
        assertFault("mine.dict:1: avp 263 is there already, at base.dict:", "avp 263 My-Session-Id UTF8String");
        assertFault("mine.dict:1: avp Session-Id is there already, at base.dict:", "avp 9999 Session-Id UTF8String");
        assertFault("mine.dict:1: command 272 is there already, at credit-control.dict:", "command 272 Mine MIR MIA");
        assertFault("mine.dict:1: command Credit-Control is there", "command 9272 Credit-Control MIR MIA");
        assertFault("mine.dict:1: application 4 is there already, at credit-control.dict:", "application 4 Mine");
        assertFault("mine.dict:1: application Gx is there already, at gx.dict:", "application 400 Gx");
        assertFault("mine.dict:1: vendor 10415 is there already, at base.dict:", "vendor 10415 3gpp");
        assertFault("mine.dict:1: vendor TGPP is there already, at base.dict:", "vendor 10416 TGPP");
        assertFault("mine.dict:1: result 2001 is there already, at base.dict:", "result 2001 FINE");
        assertFault("mine.dict:2: value 1004 is there", "extend avp RAT-Type", "value 1004 LTE");
        assertFault("mine.dict:2: value EUTRAN is there", "extend avp RAT-Type", "value 5000 EUTRAN");
    }

    @Test
    void shouldLetTwoVendorsUseOneNameAndTwoCommandsOneAbbreviation() {
        final Dictionary dictionary =
                dictionary("vendor 4711 Acme", "avp Acme:1 Session-Id UTF8String", "command 9000 Mine CCR CCA");

        assertEquals(0, dictionary.avp("Session-Id").orElseThrow().vendorId());
        assertEquals(4711, dictionary.avp("Acme:Session-Id").orElseThrow().vendorId());
        assertEquals(2, dictionary.avpsNamed("Session-Id").size());
        assertEquals(2, dictionary.commandsAbbreviated("CCR").size());
    }

    @Test
    void shouldSayWhatMayBeMeantWhenAWordIsUnknown() {
        assertFault(
                "mine.dict:2: Subscripton-Id: no such AVP (expected: the name of one that a file defines). Maybe Subscription-Id.",
                "avp 9999 Mine Grouped",
                "[ Subscripton-Id ]");
        assertFault("Maybe Grouped.", "avp 9999 Mine grouped");
        assertFault("Maybe avp.", "avps 9999 Mine Grouped");
        assertFault("Maybe TGPP.", "avp TGP:9999 Mine Grouped");
        assertFault("Maybe Credit-Control.", "application 9999 Mine", "uses Credit-Controll");
        assertFault("Maybe Credit-Control.", "extend application CreditControl");
    }

    @Test
    void shouldNameTheLineWhenAStatementIsWrong() {
        assertFault("mine.dict:3: 12 is no name", "", "# fine", "avp 9999 12 Grouped");
        assertFault("mine.dict:1: a/b is no name", "avp 9999 a/b Grouped");
        assertFault("mine.dict:1: x is no number (expected: the AVP's code, 0 to 4294967295)", "avp x Mine Grouped");
        assertFault("mine.dict:1: 4294967296 is no number", "avp 4294967296 Mine Grouped");
        assertFault("mine.dict:1: avp with 2 words after it (expected: avp [VENDOR:]CODE NAME TYPE", "avp 9999 Mine");
        assertFault("mine.dict:1: V says nothing of a flag", "avp 9999 Mine Grouped V");
        assertFault("mine.dict:1: a value stands alone", "value 1 ONE");
        assertFault("mine.dict:2: a value stands alone", "vendor 4711 Acme", "value 1 ONE");
        assertFault("mine.dict:2: a number or a name is missing", "avp 9999 Mine Enumerated", "value 1 ONE 2");
        assertFault("mine.dict:2: ONE is no number", "avp 9999 Mine Enumerated", "value ONE 1");
        assertFault("mine.dict:2: Mine is of type Grouped and has no named", "avp 9999 Mine Grouped", "value 1 ONE");
        assertFault("mine.dict:1: a member stands alone", "{ Session-Id }");
        assertFault("mine.dict:2: { is no member", "avp 9999 Mine Grouped", "{ Session-Id ]");
        assertFault("mine.dict:2: [ is no member", "avp 9999 Mine Grouped", "[ Session-Id");
        assertFault("mine.dict:2: 2[ are no bounds", "avp 9999 Mine Grouped", "2[ Session-Id ]");
        assertFault("mine.dict:2: x*[ are no bounds", "avp 9999 Mine Grouped", "x*[ Session-Id ]");
        assertFault("mine.dict:2: 2*1{ are no bounds", "avp 9999 Mine Grouped", "2*1{ Session-Id }");
        assertFault("mine.dict:2: 1*[ are no bounds", "avp 9999 Mine Grouped", "1*[ Session-Id ]");
        assertFault("mine.dict:2: Mine is of type Time and has no members", "avp 9999 Mine Time", "{ Session-Id }");
        assertFault("mine.dict:3: Class is a member already", "avp 9999 Mine Grouped", "[ Class ]", "{ Class }");
        assertFault("mine.dict:1: uses stands alone", "uses Credit-Control");
        assertFault("mine.dict:1: command cannot be extended", "extend command Credit-Control");
        assertFault("mine.dict:1: a long line", "avp " + " ".repeat(1000));
    }

    @Test
    void shouldAskForTheVendorWhenSeveralHaveAName() {
        assertFault(
                "mine.dict:5: Twin: which one? (expected: VENDOR:NAME, as several vendors have it)",
                "vendor 4711 Acme",
                "avp Acme:1 Twin UTF8String",
                "avp TGPP:65000 Twin UTF8String",
                "avp 9999 Mine Grouped",
                "[ Twin ]");
    }

    @Test
    void shouldNameTheFileWhenItCannotBeRead() throws IOException {
        final Path missing = directory.resolve("missing.dict");
        final Path binary = Files.write(directory.resolve("binary.dict"), new byte[] {'a', (byte) 0xFF, '\n'});

        final DictionaryFault ofMissing = assertThrows(DictionaryFault.class, () -> Dictionary.load(List.of(missing)));
        final DictionaryFault ofBinary = assertThrows(DictionaryFault.class, () -> Dictionary.load(List.of(binary)));

        assertEquals(
                missing + ": no such file (expected: a dictionary file, or a directory of them)",
                ofMissing.getMessage());
        assertEquals(0, ofMissing.line());
        assertEquals(binary + ": not text (expected: characters in UTF-8)", ofBinary.getMessage());
    }

    @Test
    void shouldAnswerUnknownWhenACodeIsInNoFile() {
        final Dictionary dictionary = Dictionary.standard();

        assertFalse(dictionary.avp(4711, 263).isKnown());
        assertSame(AvpDefinition.UNKNOWN, dictionary.avp(0, 1_000_000));
        assertFalse(dictionary.command(1).isKnown());
        assertFalse(dictionary.application(12345).isKnown());
        assertFalse(dictionary.vendor(4711).isKnown());
        assertFalse(dictionary.result(0, 9999).isKnown());
        assertTrue(dictionary.avp("No-Such-Avp").isEmpty());
        assertTrue(dictionary.avp("Nobody:Session-Id").isEmpty());
        assertTrue(dictionary.avp("TGPP:Session-Id").isEmpty());
        assertTrue(dictionary.avp("").isEmpty());
        assertTrue(dictionary.avp(":").isEmpty());
    }

    private static void assertFault(final String message, final String... lines) {
        final DictionaryFault fault = assertThrows(DictionaryFault.class, () -> dictionary(lines));

        assertTrue(
                String.valueOf(fault.getMessage()).contains(message), () -> fault.getMessage() + "\nlacks\n" + message);
    }

    private static Dictionary dictionary(final String... lines) {
        final DictionaryBuilder builder = new DictionaryBuilder();
        DictionaryFiles.readOwn(builder);
        builder.read("mine.dict", List.of(lines));
        return builder.build();
    }

    private Path write(final String name, final String... lines) {
        try {
            return Files.write(directory.resolve(name), List.of(lines));
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }
}
