package io.dialtone.registrar;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a registrar allows. Values only.
 *
 * @param domains hosts whose addresses of record can be registered; all if there are none
 * @param expiresMin shortest life of a binding; who asks for less is answered 423 (RFC 3261 section 10.3 step 7)
 * @param expiresMax longest life; who asks for more gets this
 * @param expiresDefault life of a binding whose REGISTER does not say how long
 * @param bindingsMax bindings of one address of record
 * @param contactCharsMax length of a Contact, URI and parameters
 * @param pathCharsMax length of all Path values of a REGISTER
 * @param firstHopKeepsFlows whether whoever is in front of the registrar keeps connections open for phones that register directly, as RFC 5626 section 5 wants. An edge does
 *     not: then {@code reg-id} of such phones is ignored, as section 6 has it
 */
public record RegistrarSettings(
        Set<String> domains,
        Duration expiresMin,
        Duration expiresMax,
        Duration expiresDefault,
        int bindingsMax,
        int contactCharsMax,
        int pathCharsMax,
        boolean firstHopKeepsFlows) {
    /** Each binding has a timer of its session, of which there are 16. */
    public static final int BINDINGS_MAX_MAX = 12;

    public static final int BINDINGS_MAX_DEFAULT = 10;
    public static final int CONTACT_CHARS_MAX_DEFAULT = 512;
    public static final int PATH_CHARS_MAX_DEFAULT = 1024;

    private static final int CHARS_MAX_MAX = 2048;

    public RegistrarSettings {
        domains = domains.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        if (expiresMin.toSeconds() < 1) {
            throw wrong("expires-min", expiresMin, "at least 1 s", "60 s");
        }
        if (expiresMax.compareTo(expiresMin) < 0) {
            throw wrong("expires-max", expiresMax, "at least expires-min, " + expiresMin, "2 h");
        }
        if (expiresDefault.compareTo(expiresMin) < 0 || expiresDefault.compareTo(expiresMax) > 0) {
            throw wrong("expires-default", expiresDefault, expiresMin + " to " + expiresMax, "1 h");
        }
        check("bindings-max", bindingsMax, BINDINGS_MAX_MAX, BINDINGS_MAX_DEFAULT);
        check("contact-chars-max", contactCharsMax, CHARS_MAX_MAX, CONTACT_CHARS_MAX_DEFAULT);
        check("path-chars-max", pathCharsMax, CHARS_MAX_MAX, PATH_CHARS_MAX_DEFAULT);
    }

    /** Bindings of 1 min to 2 h, 1 h unless asked for otherwise; 10 of them. */
    public static RegistrarSettings of(final String... domains) {
        return new RegistrarSettings(
                Set.of(domains),
                Duration.ofMinutes(1),
                Duration.ofHours(2),
                Duration.ofHours(1),
                BINDINGS_MAX_DEFAULT,
                CONTACT_CHARS_MAX_DEFAULT,
                PATH_CHARS_MAX_DEFAULT,
                false);
    }

    public RegistrarSettings withExpires(final Duration min, final Duration max, final Duration usual) {
        return new RegistrarSettings(
                domains, min, max, usual, bindingsMax, contactCharsMax, pathCharsMax, firstHopKeepsFlows);
    }

    public RegistrarSettings withBindingsMax(final int max) {
        return new RegistrarSettings(
                domains,
                expiresMin,
                expiresMax,
                expiresDefault,
                max,
                contactCharsMax,
                pathCharsMax,
                firstHopKeepsFlows);
    }

    public RegistrarSettings withFirstHopKeepsFlows(final boolean keeps) {
        return new RegistrarSettings(
                domains, expiresMin, expiresMax, expiresDefault, bindingsMax, contactCharsMax, pathCharsMax, keeps);
    }

    private static void check(final String name, final int value, final int max, final int usual) {
        if (value < 1 || value > max) {
            throw wrong(name, value, "1 to " + max, String.valueOf(usual));
        }
    }

    private static IllegalArgumentException wrong(
            final String name, final Object value, final String expected, final String usual) {
        return new IllegalArgumentException(
                "registrar." + name + ": " + value + " (expected: " + expected + "). Maybe " + usual + ".");
    }
}
