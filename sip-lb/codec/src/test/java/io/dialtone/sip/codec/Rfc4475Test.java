package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The 49 torture messages of RFC 4475 against parser and grammar, judged by the table that lies beside them. */
class Rfc4475Test {
    private final SipSyntax syntax = new SipSyntax();
    private final SipMessage message = new SipMessage(SipLimits.defaults());

    record Verdict(String file, String syntax, String endpoint) {
        /** Whether an endpoint refuses for its form, rather than for what it does not support. */
        boolean refusedForForm() {
            return syntax.equals("reject") || endpoint.equals("400");
        }
    }

    static List<Verdict> verdicts() {
        return new String(resource("verdicts.tsv"), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .map(line -> line.split("\t", -1))
                .map(cells -> new Verdict(cells[0], cells[2], cells[3]))
                .toList();
    }

    static byte[] resource(final String name) {
        try (InputStream in = Objects.requireNonNull(Rfc4475Test.class.getResourceAsStream("/rfc4475/" + name))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Malformation check(final byte[] bytes) {
        message.parseDatagram(Messages.direct(bytes), Messages.ROOM, bytes.length);
        return syntax.check(message);
    }

    @Test
    void shouldKnowAllMessages() {
        assertEquals(49, verdicts().size());
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void shouldJudgeSyntaxAsTheRfc(final Verdict verdict) {
        final Malformation fault = check(resource(verdict.file()));

        if (verdict.syntax().equals("accept")) {
            assertEquals(Malformation.NONE, fault);
        } else {
            assertNotEquals(Malformation.NONE, fault);
            final int answer = message.answerStatus(fault);
            assertEquals(
                    verdict.endpoint().equals("discard")
                            ? "0"
                            : verdict.endpoint().substring(0, 3),
                    "" + answer);
        }
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void shouldJudgeAsAnEndpointWhatIsMissingOrRepeated(final Verdict verdict) {
        Malformation fault = check(resource(verdict.file()));
        if (fault == Malformation.NONE) {
            fault = syntax.checkEndpoint(message);
        }

        assertEquals(verdict.refusedForForm(), fault != Malformation.NONE, fault::sentence);
    }

    static Stream<String> forwarded() {
        return Stream.of("baddate.dat", "badaspec.dat", "regbadct.dat", "quotbal.dat", "badinv01.dat");
    }

    /** Faults in what a proxy does not read are none of its business. */
    @ParameterizedTest
    @MethodSource("forwarded")
    void shouldParseWhatOnlyAnEndpointRefuses(final String file) {
        final byte[] bytes = resource(file);

        assertEquals(ParseResult.COMPLETE, message.parseDatagram(Messages.direct(bytes), Messages.ROOM, bytes.length));
    }
}
