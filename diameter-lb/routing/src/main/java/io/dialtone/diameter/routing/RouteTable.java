package io.dialtone.diameter.routing;

import io.dialtone.diameter.peer.Expect;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go: rules first, then by realm and application (RFC 6733 section 2.7). Immutable: any thread may read it; it is replaced as a whole by {@link
 * Relay#routes(RouteTable)}.
 *
 * <p>Of the routes the one with the most exact realm holds that has the application: the realm itself, then the longest suffix, then any realm.
 */
public final class RouteTable {
    public static final int GROUPS_MAX = 1_024;
    public static final int RULES_MAX = 256;
    public static final int ROUTES_MAX = 65_536;
    /** Realms with a dot in front, which are looked at one by one. */
    public static final int SUFFIXES_MAX = 256;

    /** What {@link #group} says: no route knows the realm. */
    static final int NO_REALM = -1;
    /** What {@link #group} says: the realm is known, the application is not. */
    static final int NO_APPLICATION = -2;

    private final List<PeerGroup> groups;
    private final List<RouteRule> rules;
    private final int[] ruleGroups;
    private final @Nullable RealmRoutes[] exact;
    private final RealmRoutes[] suffixes;
    private final @Nullable RealmRoutes anyRealm;

    /** All routes of one realm. */
    private static final class RealmRoutes {
        final byte[] realm;
        final long hash;
        private int[] applications = new int[0];
        private int[] groups = new int[0];
        private int anyApplication = NO_APPLICATION;

        RealmRoutes(final String realm) {
            this.realm = Names.bytes(realm);
            this.hash = Names.hash(this.realm);
        }

        void add(final Route route, final int group) {
            if (route.applicationId().isEmpty()) {
                anyApplication = anyApplication == NO_APPLICATION ? group : anyApplication;
                return;
            }
            applications = Arrays.copyOf(applications, applications.length + 1);
            groups = Arrays.copyOf(groups, groups.length + 1);
            applications[applications.length - 1] = route.applicationId().getAsInt();
            groups[groups.length - 1] = group;
        }

        int group(final int applicationId) {
            for (int i = 0; i < applications.length; i++) {
                if (applications[i] == applicationId) {
                    return groups[i];
                }
            }
            return anyApplication;
        }

        boolean isSuffixOf(final DirectBuffer buffer, final int offset, final int length) {
            return length > realm.length && Names.equal(realm, buffer, offset + length - realm.length, realm.length);
        }
    }

    public RouteTable(final List<PeerGroup> groups, final List<RouteRule> rules, final List<Route> routes) {
        Expect.between("groups", groups.size(), 0, GROUPS_MAX, 1);
        Expect.between("rules", rules.size(), 0, RULES_MAX, 0);
        Expect.between("routes", routes.size(), 0, ROUTES_MAX, 1);
        final Map<String, Integer> indexes = new HashMap<>();
        for (final PeerGroup group : groups) {
            if (indexes.put(group.name(), indexes.size()) != null) {
                throw new IllegalArgumentException(
                        "group " + group.name() + ": there are two (expected: each name once)");
            }
        }
        this.groups = List.copyOf(groups);
        this.rules = List.copyOf(rules);
        this.ruleGroups = rules.stream()
                .mapToInt(rule -> rule.action() instanceof RouteAction.ToGroup to
                        ? indexOf(indexes, "rule " + rule.name(), to.group())
                        : NO_REALM)
                .toArray();
        final Map<String, RealmRoutes> realms = new HashMap<>();
        for (final Route route : routes) {
            realms.computeIfAbsent(route.realm(), RealmRoutes::new)
                    .add(route, indexOf(indexes, "route of " + route.realm(), route.group()));
        }
        this.anyRealm = realms.remove(Route.ANY_REALM);
        this.exact = new @Nullable RealmRoutes[Integer.highestOneBit(Math.max(4, realms.size())) * 4];
        final List<RealmRoutes> ends = new ArrayList<>();
        realms.forEach((realm, of) -> {
            if (realm.startsWith(".")) {
                ends.add(of);
            } else {
                putExact(of);
            }
        });
        Expect.between("realms that stand for all below them", ends.size(), 0, SUFFIXES_MAX, 0);
        ends.sort(Comparator.comparingInt((RealmRoutes of) -> of.realm.length).reversed());
        this.suffixes = ends.toArray(RealmRoutes[]::new);
    }

    /** No routes: each realm is unknown. */
    public static RouteTable empty() {
        return new RouteTable(List.of(), List.of(), List.of());
    }

    private static int indexOf(final Map<String, Integer> indexes, final String user, final String group) {
        final Integer index = indexes.get(group);
        if (index == null) {
            throw new IllegalArgumentException(
                    user + ": there is no group \"" + group + "\" (expected: one of " + indexes.keySet() + ")");
        }
        return index;
    }

    private void putExact(final RealmRoutes of) {
        int place = (int) of.hash & (exact.length - 1);
        while (exact[place] != null) {
            place = (place + 1) & (exact.length - 1);
        }
        exact[place] = of;
    }

    public List<PeerGroup> groups() {
        return groups;
    }

    List<RouteRule> rules() {
        return rules;
    }

    /** The group that a rule sends to, if it does. */
    int groupOfRule(final int n) {
        return ruleGroups[n];
    }

    /** The group for a realm and an application, or NO_REALM, or NO_APPLICATION. Does not allocate. */
    int group(final DirectBuffer buffer, final int offset, final int length, final int applicationId) {
        boolean isKnown = false;
        final RealmRoutes ofRealm = exact(buffer, offset, length);
        if (ofRealm != null) {
            isKnown = true;
            final int group = ofRealm.group(applicationId);
            if (group >= 0) {
                return group;
            }
        }
        for (final RealmRoutes suffix : suffixes) {
            if (suffix.isSuffixOf(buffer, offset, length)) {
                isKnown = true;
                final int group = suffix.group(applicationId);
                if (group >= 0) {
                    return group;
                }
            }
        }
        if (anyRealm != null) {
            return anyRealm.group(applicationId);
        }
        return isKnown ? NO_APPLICATION : NO_REALM;
    }

    private @Nullable RealmRoutes exact(final DirectBuffer buffer, final int offset, final int length) {
        final long hash = Names.hash(buffer, offset, length);
        int place = (int) hash & (exact.length - 1);
        RealmRoutes routes = exact[place];
        while (routes != null) {
            if (routes.hash == hash && Names.equal(routes.realm, buffer, offset, length)) {
                return routes;
            }
            place = (place + 1) & (exact.length - 1);
            routes = exact[place];
        }
        return null;
    }
}
