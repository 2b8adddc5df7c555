package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.dictionary.AvpFinder;
import java.util.List;

/** A rule of the route table with what looks for its AVPs. Called only by the relay's thread. */
final class BoundRule {
    private final RouteRule rule;
    private final AvpFinder[] finders;
    private final AvpMatch[] matches;

    BoundRule(final RouteRule rule) {
        final List<RouteRule.Condition> conditions = rule.conditions();
        this.rule = rule;
        this.finders = conditions.stream().map(each -> each.path().finder()).toArray(AvpFinder[]::new);
        this.matches = conditions.stream().map(RouteRule.Condition::match).toArray(AvpMatch[]::new);
    }

    RouteAction action() {
        return rule.action();
    }

    /** Whether all of its conditions are met. Does not allocate. */
    boolean holds(final DiameterMessage request) {
        if (rule.applicationId().isPresent() && rule.applicationId().getAsInt() != request.applicationId()) {
            return false;
        }
        for (int i = 0; i < finders.length; i++) {
            if (!isMet(finders[i], matches[i], request)) {
                return false;
            }
        }
        return true;
    }

    /** Of several AVPs at a place any may have the value. */
    private static boolean isMet(final AvpFinder finder, final AvpMatch match, final DiameterMessage request) {
        boolean isThere = finder.find(request);
        while (isThere) {
            if (match.matches(finder.buffer(), finder.valueOffset(), finder.valueLength())) {
                return true;
            }
            isThere = finder.findNext();
        }
        return false;
    }
}
