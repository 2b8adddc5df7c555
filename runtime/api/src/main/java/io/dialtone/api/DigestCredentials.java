package io.dialtone.api;

import java.util.Map;
import java.util.Optional;

/**
 * Knows the users of a service. Asked by workers while a request waits, so it must answer from memory: it never blocks, and any thread may call it.
 */
@FunctionalInterface
public interface DigestCredentials {
    /**
     * H(user:realm:password) in hexadecimal digits, as {@link DigestAlgorithm#ha1} makes it; empty if there is no such user, or if for this user nothing is kept for this
     * algorithm.
     */
    Optional<String> ha1(String user, String realm, DigestAlgorithm algorithm);

    /** Users with their passwords in the clear, for tests and examples. */
    static DigestCredentials ofPasswords(final Map<String, String> passwords) {
        final Map<String, String> known = Map.copyOf(passwords);
        return (user, realm, algorithm) ->
                Optional.ofNullable(known.get(user)).map(password -> algorithm.ha1(user, realm, password));
    }
}
