package io.dialtone.runtime.sip;

import io.dialtone.api.SipLeg;

/** Names of legs: those that came in have a number, those that a service has begun the name it gave. */
final class LegNames {
    /** No leg. */
    static final int NO_CALLER = 0;

    static final int NAME_CHARACTERS_MAX = 64;
    private static final String FURTHER_CALLER = SipLeg.CALLER + "-";

    private LegNames() {}

    /** The name of a call that came in, by its number in the session, from 1; empty for {@link #NO_CALLER}. */
    static String ofCaller(final int number) {
        return switch (number) {
            case NO_CALLER -> "";
            case 1 -> SipLeg.CALLER;
            default -> FURTHER_CALLER + number;
        };
    }

    /**
     * Looks at a name that a service gives.
     *
     * @throws IllegalArgumentException if it is none
     */
    static void check(final String name) {
        if (name.isEmpty()
                || name.length() > NAME_CHARACTERS_MAX
                || !name.chars().allMatch(LegNames::isFit)) {
            throw new IllegalArgumentException("leg: \"" + name + "\" (expected: 1 to " + NAME_CHARACTERS_MAX
                    + " letters, digits, - or _). Maybe callee?");
        }
        if (name.equals(SipLeg.CALLER) || name.startsWith(FURTHER_CALLER)) {
            throw new IllegalArgumentException(
                    "leg: \"" + name + "\" is what calls are named that come in. Maybe callee?");
        }
    }

    private static boolean isFit(final int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
