package io.dialtone.sip.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PrivacyTest {
    private static String shown(final Privacy privacy, final String message) {
        return new String(privacy.apply(message.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
    }

    private static String masked(final String message) {
        return shown(Privacy.MASKED, message);
    }

    @Test
    void shouldMaskDigestCredentialsAndLeaveTheNamesOfParameters() {
        assertEquals(
                "REGISTER sip:a SIP/2.0\r\nAuthorization: Digest username=\"***\", nc=********, response=\"****\"\r\nCSeq: 1 REGISTER\r\n\r\n",
                masked(
                        "REGISTER sip:a SIP/2.0\r\nAuthorization: Digest username=\"bob\", nc=00000001, response=\"6629\"\r\nCSeq: 1 REGISTER\r\n\r\n"));
    }

    @Test
    void shouldMaskOtherSchemesWhole() {
        assertEquals(
                "X\r\nproxy-AUTHORIZATION \t: Basic ****************\r\n\r\n",
                masked("X\r\nproxy-AUTHORIZATION \t: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"));
        assertEquals(
                "X\r\nAuthorization: Bearer *******\r\n\r\n", masked("X\r\nAuthorization: Bearer a.b.c=d\r\n\r\n"));
    }

    @Test
    void shouldMaskFoldedLinesAndWhatHasNoName() {
        assertEquals(
                "X\nAuthorization: Digest realm=\"*\",\n\tresponse=\"***\", ******\nVia: v\n",
                masked("X\nAuthorization: Digest realm=\"r\",\n\tresponse=\"a,b\", secret\nVia: v\n"));
    }

    @Test
    void shouldMaskWhatIsBrokenOff() {
        assertEquals("X\r\nAuthorization:", masked("X\r\nAuthorization:"));
        assertEquals("X\r\nAuthorization: Digest", masked("X\r\nAuthorization: Digest"));
        assertEquals("X\r\nAuthorization: Digest response=\"***", masked("X\r\nAuthorization: Digest response=\"abc"));
        assertEquals("X\r\nAuthorization: Digest response=\"***", masked("X\r\nAuthorization: Digest response=\"ab\\"));
    }

    @Test
    void shouldLeaveOthersAsTheyAre() {
        final String message = "INVITE sip:a SIP/2.0\r\nAuthorization-Info: x\r\nSubject: Authorization: y\r\n\r\nbody";
        assertEquals(message, masked(message));
        assertEquals("", masked(""));
        final String open = "X\r\nAuthorization: Digest response=\"abc\"\r\n\r\n";
        assertEquals(open, shown(Privacy.OPEN, open));
    }

    @Test
    void shouldLeaveOutBodies() {
        assertEquals("A\r\nB: c\r\n\r\n", shown(Privacy.MASKED_WITHOUT_BODIES, "A\r\nB: c\r\n\r\nv=0\r\n"));
        assertEquals("A\nB: c\n\n", shown(Privacy.MASKED_WITHOUT_BODIES, "A\nB: c\n\nv=0"));
        assertEquals("A\r\nB: c", shown(Privacy.OPEN_WITHOUT_BODIES, "A\r\nB: c"));
    }
}
