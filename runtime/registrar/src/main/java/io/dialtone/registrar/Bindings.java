package io.dialtone.registrar;

import java.util.List;

/**
 * All bindings of a subscriber: the state of a session, or a part of it. Immutable.
 *
 * @param all the one made or refreshed last comes last
 */
public record Bindings(List<Binding> all) {
    /** None. */
    public static final Bindings NONE = new Bindings(List.of());

    public Bindings {
        all = List.copyOf(all);
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }
}
