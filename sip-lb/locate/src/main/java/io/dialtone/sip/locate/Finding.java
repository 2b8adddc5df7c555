package io.dialtone.sip.locate;

import java.util.List;
import java.util.Set;

/** How far the finding of a server has come. Immutable. */
sealed interface Finding {
    /**
     * These are to be tried, in this order.
     *
     * @param targets at least one
     */
    record Found(List<Target> targets) implements Finding {}

    /**
     * There is nobody.
     *
     * @param why in words, for people
     */
    record Nobody(String why) implements Finding {}

    /**
     * These must be asked first.
     *
     * @param questions at least one
     */
    record Asks(Set<Question> questions) implements Finding {}
}
