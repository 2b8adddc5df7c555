package io.dialtone.diameter.routing;

import java.util.Locale;
import java.util.OptionalInt;

/**
 * A line of the route table: requests for a realm and an application go to a group. Immutable.
 *
 * @param realm {@code example.net} for that realm, {@code .example.net} for all below it, {@code *} for any
 * @param applicationId which application, unsigned; empty for any
 * @param group the name of a {@link PeerGroup}
 */
public record Route(String realm, OptionalInt applicationId, String group) {
    static final String ANY_REALM = "*";

    public Route {
        realm = realm.strip().toLowerCase(Locale.ROOT);
        if (realm.isEmpty() || (realm.contains(ANY_REALM) && !realm.equals(ANY_REALM))) {
            throw new IllegalArgumentException("route: realm \"" + realm
                    + "\" (expected: REALM, .REALM for all below it, or *). Maybe ." + realm.replace("*", "")
                    + " is meant.");
        }
    }

    /** For all applications. */
    public static Route of(final String realm, final String group) {
        return new Route(realm, OptionalInt.empty(), group);
    }

    public static Route of(final String realm, final int applicationId, final String group) {
        return new Route(realm, OptionalInt.of(applicationId), group);
    }

    boolean isSuffix() {
        return realm.startsWith(".");
    }

    boolean isAny() {
        return realm.equals(ANY_REALM);
    }
}
