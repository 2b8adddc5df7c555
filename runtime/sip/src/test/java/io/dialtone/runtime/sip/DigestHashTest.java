package io.dialtone.runtime.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class DigestHashTest {
    private static final String MUFASA =
            "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\","
                    + " nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001,"
                    + " cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth,"
                    + " opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", ";

    private final DigestHash hash = new DigestHash();

    @Test
    void shouldComputeTheMd5ResponseOfRfc7616Section391() {
        assertRightResponse(
                MUFASA + "algorithm=MD5, response=\"8ca523f5e9506fed4657c9700eebdbec\"", "Circle of Life", "GET");
    }

    @Test
    void shouldComputeTheSha256ResponseOfRfc7616Section391() {
        assertRightResponse(
                MUFASA + "algorithm=SHA-256,"
                        + " response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"",
                "Circle of Life",
                "GET");
    }

    /** The example of RFC 7616 section 3.9.2 was computed with the wrong hash, as its errata say; these numbers are another implementation's. */
    @Test
    void shouldComputeWithTheRightOneOfTheHashesThatAreNamedLikeSha512() {
        final byte[] text = "J\u00e4s\u00f8n Doe:api@example.org".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b",
                hash.ofRange(DigestAlgorithm.SHA_512_256, new UnsafeBuffer(text), 0, text.length));
        assertRightResponse(
                "Digest username=\"J\u00e4s\u00f8n Doe\", realm=\"api@example.org\", uri=\"/doe.json\","
                        + " algorithm=SHA-512-256, nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", nc=00000001,"
                        + " cnonce=\"NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm\", qop=auth,"
                        + " response=\"7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c\"",
                "Secret, or not?",
                "GET");
    }

    @Test
    void shouldComputeTheResponseOfRfc2617Section35() {
        assertRightResponse(
                "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\","
                        + " uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\","
                        + " response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
                "Circle Of Life",
                "GET");
    }

    @Test
    void shouldBindMethodAndBodyToTheResponse() {
        final DigestCredentialsView credentials = parse(MUFASA + "response=\"0\"");
        final String ha1 = DigestAlgorithm.MD5.ha1("Mufasa", credentials.realm(), "Circle of Life");

        final String get = hash.response(DigestAlgorithm.MD5, ha1, credentials, "GET", "");

        assertFalse(DigestHash.isSame(get, hash.response(DigestAlgorithm.MD5, ha1, credentials, "PUT", "")));
        final String body = hash.ofRange(DigestAlgorithm.MD5, new UnsafeBuffer(0, 0), 0, 0);
        assertEquals("d41d8cd98f00b204e9800998ecf8427e", body);
        assertFalse(DigestHash.isSame(get, hash.response(DigestAlgorithm.MD5, ha1, credentials, "GET", body)));
    }

    @Test
    void shouldCompareWithoutRegardToCase() {
        assertTrue(DigestHash.isSame("00ab", "00AB"));
        assertFalse(DigestHash.isSame("00ab", "00ac"));
        assertFalse(DigestHash.isSame("00ab", "00ab00"));
    }

    private void assertRightResponse(final String header, final String password, final String method) {
        final DigestCredentialsView credentials = parse(header);
        final DigestAlgorithm algorithm =
                DigestAlgorithm.ofToken(credentials.algorithm()).orElseThrow();

        final String response = hash.response(
                algorithm, algorithm.ha1(credentials.user(), credentials.realm(), password), credentials, method, "");

        assertEquals(credentials.response(), response);
    }

    private static DigestCredentialsView parse(final String header) {
        final byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        final DigestCredentialsView view = new DigestCredentialsView();
        assertEquals(DigestCredentialsView.Found.DIGEST, view.wrap(new UnsafeBuffer(bytes), 0, bytes.length), header);
        return view;
    }
}
