package io.dialtone.runtime.sip;

import io.dialtone.api.DigestAlgorithm;
import java.util.List;

/**
 * How requests are asked for credentials on one worker. Values only; finished before the worker starts.
 *
 * @param realm which users are meant, as they are shown to people (RFC 3261 section 22.1)
 * @param algorithms which hashes are offered; the strongest is offered first, whatever the order here
 * @param nonceLifeNs how long after it was issued a nonce is taken
 * @param protectsBodies whether protection of bodies is offered beside plain authentication (qop auth-int)
 * @param challengesPerSecond most challenges of a worker in a second; beyond it requests without right credentials are dropped and counted
 * @param noncesPerSessionMax nonces of a session whose counts are remembered; with one more the oldest is not taken any longer
 */
public record DigestSettings(
        String realm,
        List<DigestAlgorithm> algorithms,
        long nonceLifeNs,
        boolean protectsBodies,
        int challengesPerSecond,
        int noncesPerSessionMax) {
    public static final int CHALLENGES_PER_SECOND_DEFAULT = 10_000;
    public static final int NONCES_PER_SESSION_MAX_DEFAULT = 8;
    public static final int NONCES_PER_SESSION_MAX_MAX = 256;
    public static final int REALM_CHARS_MAX = 128;

    private static final long NONCE_LIFE_NS_DEFAULT = 300_000_000_000L;

    public DigestSettings {
        checkRealm(realm);
        algorithms = algorithms.stream().distinct().sorted().toList();
        if (algorithms.isEmpty()) {
            throw new IllegalArgumentException("digest-algorithms: none (expected: at least one). Maybe SHA-256, MD5.");
        }
        if (nonceLifeNs <= 0) {
            throw new IllegalArgumentException("nonce-life: " + nonceLifeNs + " ns (expected: > 0). Maybe 5 min.");
        }
        if (challengesPerSecond <= 0) {
            throw new IllegalArgumentException("challenges-per-second: " + challengesPerSecond
                    + " (expected: > 0). Maybe " + CHALLENGES_PER_SECOND_DEFAULT + ".");
        }
        if (noncesPerSessionMax < 1 || noncesPerSessionMax > NONCES_PER_SESSION_MAX_MAX) {
            throw new IllegalArgumentException("nonces-per-session-max: " + noncesPerSessionMax + " (expected: 1 to "
                    + NONCES_PER_SESSION_MAX_MAX + "). Maybe " + NONCES_PER_SESSION_MAX_DEFAULT + ".");
        }
    }

    public static DigestSettings defaults(final String realm) {
        return new DigestSettings(
                realm,
                List.of(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5),
                NONCE_LIFE_NS_DEFAULT,
                false,
                CHALLENGES_PER_SECOND_DEFAULT,
                NONCES_PER_SESSION_MAX_DEFAULT);
    }

    /**
     * Returns what can be a realm.
     *
     * @throws IllegalArgumentException with a sentence for the operator
     */
    public static String checkRealm(final String realm) {
        if (realm.isEmpty()
                || realm.length() > REALM_CHARS_MAX
                || !realm.chars().allMatch(DigestSettings::isPlain)) {
            throw new IllegalArgumentException("realm: \"" + realm + "\" (expected: 1 to " + REALM_CHARS_MAX
                    + " printable ASCII characters without quotes and backslashes). Maybe example.com.");
        }
        return realm;
    }

    private static boolean isPlain(final int c) {
        return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
    }
}
