package io.dialtone.runtime.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dialtone.placement.table.ClusterKey;
import io.dialtone.runtime.sip.Nonces.Worth;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class NoncesTest {
    private static final long NOW_MS = 1_795_000_000_000L;
    private static final long LIFE_MS = 300_000;
    private static final int SLOT = 5;

    private final Nonces nonces = nonces("a secret of tests\n", "example.com");

    @Test
    void shouldKnowItsOwnAgainUntilItsTimeIsOver() {
        final String nonce = issue(nonces, 7, "bob@example.com");

        assertEquals(Nonces.LENGTH, nonce.length());
        assertEquals(Worth.FRESH, judge(nonces, nonce, NOW_MS, "bob@example.com"));
        assertEquals(NOW_MS, nonces.issuedMs());
        assertEquals(7, nonces.unique());
        assertEquals(Worth.FRESH, judge(nonces, nonce, NOW_MS + LIFE_MS, "bob@example.com"));
        assertEquals(Worth.STALE, judge(nonces, nonce, NOW_MS + LIFE_MS + 1, "bob@example.com"));
    }

    @Test
    void shouldKnowThoseOfAnotherNodeAgain() {
        final String nonce = issue(nonces, 7, "bob@example.com");

        assertEquals(
                Worth.FRESH, judge(nonces("a secret of tests\n", "example.com"), nonce, NOW_MS, "bob@example.com"));
    }

    @Test
    void shouldTakeNoneOfAnotherSessionRealmOrCluster() {
        final String nonce = issue(nonces, 7, "bob@example.com");

        assertEquals(Worth.FOREIGN, judge(nonces, nonce, NOW_MS, "eve@example.com"));
        assertEquals(
                Worth.FOREIGN, judge(nonces("a secret of tests\n", "example.org"), nonce, NOW_MS, "bob@example.com"));
        assertEquals(
                Worth.FOREIGN, judge(nonces("another secret....\n", "example.com"), nonce, NOW_MS, "bob@example.com"));
    }

    @Test
    void shouldTakeNoneInAnotherSlotWhereATokenMayLead() {
        final String nonce = issue(nonces, 7, "bob@example.com");
        final byte[] key = "bob@example.com".getBytes(StandardCharsets.UTF_8);

        assertEquals(Worth.FOREIGN, nonces.judge(nonce, NOW_MS, SLOT + 1, new UnsafeBuffer(key), 0, key.length));
    }

    @Test
    void shouldTakeThoseOfThePreviousSecretWhileKeysAreChanged() {
        final String nonce = issue(nonces, 7, "bob@example.com");
        final Nonces changed = nonces("another secret....\na secret of tests\n", "example.com");

        assertEquals(Worth.FRESH, judge(changed, nonce, NOW_MS, "bob@example.com"));
        assertEquals(Worth.FOREIGN, judge(nonces, issue(changed, 7, "bob@example.com"), NOW_MS, "bob@example.com"));
    }

    @Test
    void shouldTakeNoneThatComesFromTheFuture() {
        final String nonce = issue(nonces, 7, "bob@example.com");

        assertEquals(Worth.FRESH, judge(nonces, nonce, NOW_MS - Nonces.CLOCKS_DIFFER_MS_MAX, "bob@example.com"));
        assertEquals(Worth.STALE, judge(nonces, nonce, NOW_MS - Nonces.CLOCKS_DIFFER_MS_MAX - 1, "bob@example.com"));
    }

    @Test
    void shouldTakeNoneThatWasTamperedWith() {
        final String nonce = issue(nonces, 7, "bob@example.com");
        for (int i = 0; i < nonce.length(); i++) {
            final char other = nonce.charAt(i) == 'A' ? 'B' : 'A';
            final String forged = nonce.substring(0, i) + other + nonce.substring(i + 1);

            assertEquals(Worth.FOREIGN, judge(nonces, forged, NOW_MS, "bob@example.com"), forged);
        }
    }

    @Test
    void shouldNotThrowWhateverTheNonceIs() {
        final Random random = new Random(20_261_127);
        for (int i = 0; i < 5_000; i++) {
            final byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);

            assertEquals(
                    Worth.FOREIGN,
                    judge(nonces, new String(bytes, StandardCharsets.ISO_8859_1), NOW_MS, "bob@example.com"));
        }
    }

    @Test
    void shouldMakeAnotherOneEachTime() {
        assertNotEquals(issue(nonces, 1, "bob@example.com"), issue(nonces, 2, "bob@example.com"));
    }

    private static Nonces nonces(final String secrets, final String realm) {
        final List<byte[]> derived = ClusterKey.parse(secrets).deriveSecrets("digest nonces");
        return new Nonces(derived, realm, LIFE_MS);
    }

    private static String issue(final Nonces nonces, final long random, final String key) {
        final byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return nonces.issue(NOW_MS, random, SLOT, new UnsafeBuffer(bytes), 0, bytes.length);
    }

    private static Worth judge(final Nonces nonces, final String nonce, final long nowMs, final String key) {
        final byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return nonces.judge(nonce, nowMs, SLOT, new UnsafeBuffer(bytes), 0, bytes.length);
    }
}
