package io.dialtone.api;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which requests must prove who sent them, and to whom. A request outside any dialog with one of these methods reaches the handler only with right credentials; all
 * others are answered by the platform and leave nothing behind. Realm, algorithms and the life of a nonce are the operator's settings.
 *
 * @param credentials who knows the users
 * @param methods which requests are asked; ACK and CANCEL never are (RFC 3261 section 22.1)
 * @param role in what role the service asks
 */
public record DigestPolicy(DigestCredentials credentials, Set<SipMethod> methods, Role role) {
    /** In what role a service asks for credentials (RFC 3261 section 22.2 and 22.3). */
    public enum Role {
        /** 401, WWW-Authenticate, Authorization. Registrars, redirect servers and what ends calls. */
        USER_AGENT(401, "WWW-Authenticate", "Authorization"),
        /** 407, Proxy-Authenticate, Proxy-Authorization. What passes calls on. */
        PROXY(407, "Proxy-Authenticate", "Proxy-Authorization");

        private final int status;
        private final String challengeHeader;
        private final String credentialsHeader;

        Role(final int status, final String challengeHeader, final String credentialsHeader) {
            this.status = status;
            this.challengeHeader = challengeHeader;
            this.credentialsHeader = credentialsHeader;
        }

        public int status() {
            return status;
        }

        public String challengeHeader() {
            return challengeHeader;
        }

        public String credentialsHeader() {
            return credentialsHeader;
        }
    }

    public DigestPolicy {
        methods = Set.copyOf(methods);
        if (methods.isEmpty()) {
            throw new IllegalArgumentException("digest: no methods (expected: at least one). Maybe REGISTER.");
        }
        if (methods.contains(SipMethod.ACK) || methods.contains(SipMethod.CANCEL)) {
            throw new IllegalArgumentException(
                    "digest: ACK and CANCEL cannot be asked for credentials, as they cannot be sent again (RFC 3261 section 22.1)");
        }
    }

    /** Asks as a user agent does, with 401. */
    public static DigestPolicy of(final DigestCredentials credentials, final SipMethod first, final SipMethod... more) {
        return new DigestPolicy(credentials, setOf(first, more), Role.USER_AGENT);
    }

    /** Asks as a proxy does, with 407. */
    public static DigestPolicy ofProxy(
            final DigestCredentials credentials, final SipMethod first, final SipMethod... more) {
        return new DigestPolicy(credentials, setOf(first, more), Role.PROXY);
    }

    private static Set<SipMethod> setOf(final SipMethod first, final SipMethod... more) {
        final Set<SipMethod> methods = EnumSet.of(first, more);
        return Set.copyOf(methods);
    }
}
