package io.dialtone.diameter.peer;

import java.util.List;
import java.util.Locale;

/** Compares the names of a certificate with an Origin-Host: equal without case, or with a {@code *} for its first label (RFC 6125 section 6.4.3). Any thread. */
final class CertificateNames {
    private CertificateNames() {}

    /** @param host in lower case */
    static boolean cover(final List<String> names, final String host) {
        final int dot = host.indexOf('.');
        final String wild = dot > 0 ? "*" + host.substring(dot) : "";
        for (final String name : names) {
            final String lower = name.toLowerCase(Locale.ROOT);
            // A star for all of a top-level domain is nobody's certificate.
            if (lower.equals(host) || (lower.equals(wild) && wild.indexOf('.', 2) > 0)) {
                return true;
            }
        }
        return false;
    }
}
