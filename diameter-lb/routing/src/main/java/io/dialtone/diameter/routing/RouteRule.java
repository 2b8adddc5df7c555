package io.dialtone.diameter.routing;

import io.dialtone.diameter.dictionary.AvpPath;
import io.dialtone.diameter.peer.Expect;
import java.util.List;
import java.util.OptionalInt;

/**
 * A rule that is asked before the route table. Immutable.
 *
 * @param name for status and logs
 * @param applicationId which application it is for, unsigned; empty for any
 * @param conditions all must hold
 * @param action what happens then
 */
public record RouteRule(String name, OptionalInt applicationId, List<Condition> conditions, RouteAction action) {
    public static final int CONDITIONS_MAX = 8;

    /** An AVP that must be there and have a value; of several at a path any may. */
    public record Condition(AvpPath path, AvpMatch match) {}

    public RouteRule {
        conditions = List.copyOf(conditions);
        Expect.between("conditions of rule " + name, conditions.size(), 0, CONDITIONS_MAX, 1);
    }

    public static RouteRule of(final String name, final AvpPath path, final AvpMatch match, final RouteAction action) {
        return new RouteRule(name, OptionalInt.empty(), List.of(new Condition(path, match)), action);
    }
}
