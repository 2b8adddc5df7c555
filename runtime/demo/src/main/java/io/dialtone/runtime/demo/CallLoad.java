package io.dialtone.runtime.demo;

import java.net.InetSocketAddress;

/**
 * What calls to make, for {@link LoadRunner}. Immutable.
 *
 * @param target where new calls go; any SIP user agent, proxy or edge that speaks UDP
 * @param callsPerSecond new calls per second, each at its own moment whatever the answers do (open loop)
 * @param seconds how long new calls are started
 * @param holdMs from the answer to the BYE, in ms
 * @param inDialogEvery one call in so many asks something within its dialog (OPTIONS and re-INVITE in turns); 0 is none
 * @param inDialogGapMs pause between the questions of such a call (OPTIONS, INFO and re-INVITE in turns), in ms; 0 for one question, in its middle
 * @param calledUser user part of the Request-URI
 * @param timers RFC 3261 timers
 */
public record CallLoad(
        InetSocketAddress target,
        double callsPerSecond,
        int seconds,
        int holdMs,
        int inDialogEvery,
        int inDialogGapMs,
        String calledUser,
        Timers timers) {

    /** More calls than this in one run are refused, so that a typing error does not fill the memory. */
    public static final long CALLS_MAX = 100_000_000;

    /**
     * Timers of a caller over UDP (RFC 3261 17.1, table 4).
     *
     * @param t1Ns round-trip estimate; first retransmission
     * @param t2Ns longest pause between retransmissions of a request other than INVITE
     * @param giveUpNs 64 T1: no answer until then is a failure (timers B and F)
     * @param lingerNs how long an ended call is remembered, to notice late and doubled answers (T4)
     */
    public record Timers(long t1Ns, long t2Ns, long giveUpNs, long lingerNs) {
        /** As the RFC has them. */
        public static final Timers RFC_3261 = new Timers(500_000_000L, 4_000_000_000L, 32_000_000_000L, 5_000_000_000L);

        /** The same, but giving up earlier: for tests that do not want to wait out what cannot succeed. */
        public Timers givingUpAfterNs(final long value) {
            return new Timers(t1Ns, t2Ns, value, lingerNs);
        }
    }

    public CallLoad {
        if (target.isUnresolved()) {
            throw new IllegalArgumentException(
                    "target: " + target.getHostString() + " (expected: a name or address that resolves)");
        }
        require(
                callsPerSecond > 0 && callsPerSecond <= 1_000_000,
                "rate",
                callsPerSecond,
                "> 0, at most 1000000 calls/s",
                "100");
        require(seconds > 0, "seconds", seconds, "> 0", "10");
        require(holdMs >= 0, "hold", holdMs, ">= 0 ms", "1000");
        require(inDialogEvery >= 0, "in-dialog-every", inDialogEvery, ">= 0", "10");
        require(inDialogGapMs >= 0, "in-dialog-gap", inDialogGapMs, ">= 0 ms", "1000");
        require(
                callsPerSecond * seconds <= CALLS_MAX,
                "rate x seconds",
                callsPerSecond * seconds,
                "at most " + CALLS_MAX,
                "a lower rate");
        if (!calledUser.matches("[A-Za-z0-9_.!~*'()&=+$,;?/-]+")) {
            throw new IllegalArgumentException(
                    "user: " + calledUser + " (expected: the user part of a SIP URI). Maybe answer");
        }
    }

    public static CallLoad to(final InetSocketAddress target) {
        return new CallLoad(target, 100, 10, 1000, 10, 0, "answer", Timers.RFC_3261);
    }

    public CallLoad withRate(final double value) {
        return new CallLoad(target, value, seconds, holdMs, inDialogEvery, inDialogGapMs, calledUser, timers);
    }

    public CallLoad withSeconds(final int value) {
        return new CallLoad(target, callsPerSecond, value, holdMs, inDialogEvery, inDialogGapMs, calledUser, timers);
    }

    public CallLoad withHoldMs(final int value) {
        return new CallLoad(target, callsPerSecond, seconds, value, inDialogEvery, inDialogGapMs, calledUser, timers);
    }

    public CallLoad withInDialogEvery(final int value) {
        return new CallLoad(target, callsPerSecond, seconds, holdMs, value, inDialogGapMs, calledUser, timers);
    }

    public CallLoad withInDialogGapMs(final int value) {
        return new CallLoad(target, callsPerSecond, seconds, holdMs, inDialogEvery, value, calledUser, timers);
    }

    public CallLoad withCalledUser(final String value) {
        return new CallLoad(target, callsPerSecond, seconds, holdMs, inDialogEvery, inDialogGapMs, value, timers);
    }

    public CallLoad withTimers(final Timers value) {
        return new CallLoad(target, callsPerSecond, seconds, holdMs, inDialogEvery, inDialogGapMs, calledUser, value);
    }

    /** How many calls the whole run makes. */
    long calls() {
        return Math.max(1, Math.round(callsPerSecond * seconds));
    }

    /** When call {@code number} is due, counted from the start of the run. */
    long dueNs(final long number) {
        return (long) (number * (1e9 / callsPerSecond));
    }

    private static void require(
            final boolean holds, final String setting, final double value, final String expected, final String maybe) {
        if (!holds) {
            final String shown = value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
            throw new IllegalArgumentException(
                    setting + ": " + shown + " (expected: " + expected + "). Maybe " + maybe);
        }
    }
}
