package io.dialtone.diameter.peer;

import java.util.Locale;

/**
 * Who a Diameter node is: its Origin-Host and Origin-Realm (DiameterIdentity, RFC 6733 section 4.3.1). Immutable; kept in lower case, because identities are
 * compared without case.
 *
 * @param host its Origin-Host, a fully qualified domain name
 * @param realm its Origin-Realm
 */
public record PeerIdentity(String host, String realm) {
    /** As in DNS. */
    public static final int LENGTH_MAX = 255;

    public PeerIdentity {
        host = checked("identity", host);
        realm = checked("realm", realm);
    }

    /** The identity of a host whose realm is what follows its first dot, as it mostly is. */
    public static PeerIdentity of(final String host) {
        final int dot = host.indexOf('.');
        return new PeerIdentity(host, dot < 0 ? host : host.substring(dot + 1));
    }

    /** Whether these bytes could be a DiameterIdentity: printable, without spaces, and not too long. */
    static boolean isIdentity(final CharSequence text) {
        final int length = text.length();
        if (length == 0 || length > LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            final char c = text.charAt(i);
            final boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '.' && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static String checked(final String what, final String text) {
        final String stripped = text.strip();
        if (!isIdentity(stripped)) {
            throw new IllegalArgumentException(what + ": \"" + text + "\" (expected: a domain name of at most "
                    + LENGTH_MAX + " letters, digits, dots and hyphens). Maybe relay.example.net.");
        }
        return stripped.toLowerCase(Locale.ROOT);
    }
}
