package io.dialtone.net;

/**
 * What a loop does when there is nothing to do.
 *
 * @param mode see there
 * @param spinUs how long after the last work the loop keeps looking before it rests, in microseconds; spends CPU for latency
 * @param parkMaxUs longest rest in {@link WaitMode#POLL}, in microseconds
 */
public record WaitSettings(WaitMode mode, int spinUs, int parkMaxUs) {
    static final int SPIN_US_MAX = 1_000_000;
    public static final int PARK_MAX_US_DEFAULT = 1_000;
    static final int PARK_MAX_US_MAX = 100_000;

    public WaitSettings {
        Expect.between("spin-us", spinUs, 0, SPIN_US_MAX, 20);
        Expect.between("park-max-us", parkMaxUs, 1, PARK_MAX_US_MAX, PARK_MAX_US_DEFAULT);
    }
}
