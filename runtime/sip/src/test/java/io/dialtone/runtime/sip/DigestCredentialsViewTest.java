package io.dialtone.runtime.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.runtime.sip.DigestCredentialsView.Found;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestCredentialsViewTest {
    private static final String REST =
            "realm=\"r\", nonce=\"n\", uri=\"sip:example.com\", response=\"00\", cnonce=\"c\", qop=auth, nc=0000000A";

    private final DigestCredentialsView view = new DigestCredentialsView();

    @Test
    void shouldReadWhatStandsThere() {
        assertEquals(
                Found.DIGEST,
                wrap("dIgEsT\tUserName = \"bob\" ,, " + REST
                        + ",\r\n algorithm=SHA-256,opaque=\"\", extra=1,auth=\"x\""));

        assertEquals("bob", view.user());
        assertEquals("r", view.realm());
        assertEquals("n", view.nonce());
        assertEquals("sip:example.com", view.uri());
        assertEquals("00", view.response());
        assertEquals("c", view.cnonce());
        assertEquals("auth", view.qop());
        assertEquals("0000000A", view.nonceCountText());
        assertEquals(10, view.nonceCount());
        assertEquals("SHA-256", view.algorithm());
        assertEquals("", view.opaque());
    }

    @Test
    void shouldTakeMd5WhenNoAlgorithmIsNamed() {
        assertEquals(Found.DIGEST, wrap("Digest username=\"bob\"," + REST));

        assertEquals("MD5", view.algorithm());
    }

    @Test
    void shouldReadEscapesAndUtf8InTheUsersName() {
        assertEquals(Found.DIGEST, wrap("Digest username=\"b\\\"\\\\o\u00e9\"," + REST));

        assertEquals("b\"\\o\u00e9", view.user());
    }

    @Test
    void shouldForgetTheHeaderBefore() {
        wrap("Digest username=\"bob\", opaque=\"o\", algorithm=SHA-256, " + REST);
        assertEquals(Found.DIGEST, wrap("Digest username=\"eve\"," + REST));

        assertEquals("eve", view.user());
        assertEquals("", view.opaque());
        assertEquals("MD5", view.algorithm());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "Basic dXNlcjpwYXNz", "NTLM", "Digestive username=\"bob\"", "\"Digest\" realm=1"})
    void shouldTellOtherSchemes(final String header) {
        assertEquals(Found.OTHER_SCHEME, wrap(header));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Digest",
                "Digest ",
                "Digest ,,,",
                "Digest username",
                "Digest username=",
                "Digest username=\"bob",
                "Digest username=\"bob\\",
                "Digest username=\"bob\"realm=\"r\"",
                "Digest =\"bob\"",
                "Digest \"bob\"",
                "Digest username=\"bob\";realm=\"r\""
            })
    void shouldRefuseWhatIsNoListOfParameters(final String header) {
        assertEquals(Found.MALFORMED, wrap(header));
    }

    @ParameterizedTest
    @ValueSource(strings = {"username", "realm", "nonce", "uri", "response", "cnonce", "qop", "nc"})
    void shouldRefuseCredentialsWithoutOneOfTheirParts(final String part) {
        final String all = "Digest username=\"bob\", " + REST;

        assertEquals(Found.MALFORMED, wrap(all.replace(part + "=", "x-" + part + "=")));
        assertEquals(Found.MALFORMED, wrap(all + ", " + part + "=00000001"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "000000001", "0000000g", "00000000", "-0000001"})
    void shouldRefuseACountThatIsNotEightDigitsOrNone(final String count) {
        assertEquals(Found.MALFORMED, wrap("Digest username=\"bob\", " + REST.replace("0000000A", count)));
    }

    @Test
    void shouldRefuseWhatIsTooLong() {
        final String longest = "u".repeat(DigestCredentialsView.VALUE_BYTES_MAX);

        assertEquals(Found.DIGEST, wrap("Digest username=\"" + longest + "\", " + REST));
        assertEquals(Found.MALFORMED, wrap("Digest username=\"" + longest + "u\", " + REST));
        assertEquals(
                Found.MALFORMED,
                wrap("Digest username=\"bob\", " + REST + ", a=b".repeat(DigestCredentialsView.PARAMS_MAX)));
    }

    @Test
    void shouldNotThrowWhateverStandsThere() {
        final Random random = new Random(20_261_127);
        final byte[] good = ("Digest username=\"bob\\\"\", opaque=\"\", algorithm=MD5, " + REST)
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 20_000; i++) {
            final byte[] bytes = good.clone();
            for (int change = random.nextInt(1, 6); change > 0; change--) {
                bytes[random.nextInt(7, bytes.length)] =
                        random.nextBoolean() ? (byte) random.nextInt() : (byte) "\"\\=, \r".charAt(random.nextInt(6));
            }
            view.wrap(new UnsafeBuffer(bytes), 0, random.nextInt(bytes.length + 1));
        }
    }

    private Found wrap(final String header) {
        final byte[] bytes = ("x" + header + "\"").getBytes(StandardCharsets.UTF_8);
        return view.wrap(new UnsafeBuffer(bytes), 1, bytes.length - 2);
    }
}
