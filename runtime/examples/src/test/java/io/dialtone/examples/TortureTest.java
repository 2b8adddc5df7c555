package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The messages of RFC 4475 against a worker that runs the answering service. */
class TortureTest {
    private static final String FOLDER = "/rfc4475/";

    /** A line of verdicts.tsv. */
    record Verdict(String file, String endpoint) {
        @Override
        public String toString() {
            return file + " " + endpoint;
        }
    }

    private final TestCluster cluster = TestCluster.of(AnsweringService::new).start();
    private final SipPeer peer = cluster.peer("torturer");

    @ParameterizedTest
    @MethodSource("verdicts")
    void shouldAnswerAsTheVerdictSays(final Verdict verdict) throws IOException {
        final byte[] datagram = read(verdict.file());

        peer.send(datagram);

        if (verdict.endpoint().equals("discard") || isResponse(datagram)) {
            peer.expectNothing();
            return;
        }
        final SipText answer = skipRinging();
        assertIsWellFormed(answer);
        if (verdict.endpoint().equals("-")) {
            assertNotEquals(400, answer.status(), answer::toString);
        } else {
            assertTrue(
                    List.of(verdict.endpoint().split("/")).contains(String.valueOf(answer.status())),
                    () -> verdict + " was answered:\n" + answer);
        }
        assertNamesWhatIsWrong(answer);
    }

    private SipText skipRinging() {
        final SipText first = peer.receive();
        return first.status() == 180 ? peer.receive() : first;
    }

    @Test
    void shouldKnowAll49Messages() throws IOException {
        assertEquals(49, verdicts().count());
    }

    private static void assertNamesWhatIsWrong(final SipText answer) {
        switch (answer.status()) {
            case 420 ->
                assertEquals(
                        Optional.of("nothingSupportsThis, nothingSupportsThisEither"), answer.header("Unsupported"));
            case 415 -> assertEquals(Optional.of("application/sdp"), answer.header("Accept"));
            case 401 -> assertTrue(answer.header("WWW-Authenticate").orElse("").startsWith("Digest "));
            case 405, 501 -> assertFalse(answer.headers("Allow").isEmpty());
            default -> {}
        }
    }

    private static void assertIsWellFormed(final SipText answer) {
        final byte[] bytes = answer.bytes();
        final SipMessage parsed = new SipMessage(SipLimits.defaults());
        assertEquals(
                ParseResult.COMPLETE,
                parsed.parseDatagram(new UnsafeBuffer(bytes), 0, bytes.length),
                () -> parsed.malformation() + " in our own answer:\n" + answer);
    }

    static Stream<Verdict> verdicts() throws IOException {
        return new String(read("verdicts.tsv"), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .map(line -> line.split("\t"))
                .map(TortureTest::verdict);
    }

    private static Verdict verdict(final String[] columns) {
        return new Verdict(columns[0], columns[3].replace("accept", "200"));
    }

    private static boolean isResponse(final byte[] datagram) {
        return new String(datagram, 0, 8, StandardCharsets.ISO_8859_1).startsWith("SIP/2.0 ");
    }

    private static byte[] read(final String file) throws IOException {
        try (InputStream in = TortureTest.class.getResourceAsStream(FOLDER + file)) {
            assertTrue(in != null, file);
            return in.readAllBytes();
        }
    }
}
