package io.dialtone.runtime.sip;

/**
 * Which of two final responses is the better one (RFC 3261 section 16.7 step 6): a 6xx before all others, then the lowest class; of the 4xx those that tell the caller how to ask again, and last
 * those that tell nothing; of the 5xx 503 last, because it speaks of one server only.
 */
final class BestResponse {
    private static final int CLASS = 100;

    private BestResponse() {}

    /** True if the first, which has just come, is to take the place of the second, which came before; 0 is none yet. */
    static boolean isBetter(final int status, final int before) {
        return before == 0 || rank(status) < rank(before);
    }

    /** True if its challenges go back with the best response, if that is one of these as well (step 7). */
    static boolean isChallenge(final int status) {
        return status == 401 || status == 407;
    }

    private static int rank(final int status) {
        final int itsClass = status / CLASS;
        return itsClass == 6 ? 0 : itsClass * CLASS + placeInClass(status);
    }

    private static int placeInClass(final int status) {
        return switch (status) {
            case 401, 407 -> 0;
            case 415, 420, 484 -> 1;
            case 408, 487 -> 3;
            case 503 -> 3;
            default -> 2;
        };
    }
}
