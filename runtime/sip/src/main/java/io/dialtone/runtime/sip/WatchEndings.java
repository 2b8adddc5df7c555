package io.dialtone.runtime.sip;

import io.dialtone.api.SipWatch;

/** What follows from how a subscription of ours has ended (RFC 6665 sections 4.1.2.2 and 4.1.3): whether it is begun anew, and when. Decides only. */
final class WatchEndings {
    /** A notifier that ends what it has just accepted is asked again so often in a row. */
    static final int RETURNS_MAX = 5;

    private static final long S = 1_000_000_000L;
    /** What has lasted so long begins a new row. */
    private static final long LASTING_NS = 60 * S;
    /** Before it is begun anew, if nobody says how long; doubled each time in a row. */
    private static final long PAUSE_NS = 30 * S;

    private WatchEndings() {}

    /** True if a subscription is over when a SUBSCRIBE that refreshes it gets this; after other refusals it lasts as long as it was to last. */
    static boolean endsSubscription(final int status) {
        return switch (status) {
            case 404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604 -> true;
            default -> false;
        };
    }

    /** A subscription ends: if it has lasted, a new row begins. */
    static void noteLife(final Watch watch, final long nowNs) {
        if (watch.isBegun() && nowNs - watch.begunNs >= LASTING_NS) {
            watch.returns = 0;
        }
    }

    /** True if what has ended is to be begun anew: the service wants it, and nobody has said that it is in vain. */
    static boolean mayReturn(final Watch watch) {
        final SipWatch.Cause cause = watch.cause;
        if (!watch.isRenewed || watch.isLeaving || watch.returns >= RETURNS_MAX || cause == null) {
            return false;
        }
        return switch (cause) {
            case TERMINATED ->
                switch (watch.reason) {
                    case "rejected", "noresource", "invariant" -> false;
                    default -> true;
                };
            case REFUSED ->
                switch (watch.status) {
                    case 408, 480, 481, 482, 483, 500, 503, 504 -> true;
                    default -> false;
                };
            case SILENT, EXPIRED -> true;
            case LEFT -> false;
        };
    }

    /** How long to be away: as long as was said; else not at all where the cause leaves nothing to wait for, the first time in a row. */
    static long pauseNs(final Watch watch) {
        final boolean isAtOnce = isAtOnce(watch);
        final long usualNs = isAtOnce && watch.returns == 0 ? 0 : PAUSE_NS << watch.returns;
        return watch.retryAfterSeconds < 0 ? usualNs : Math.max(watch.retryAfterSeconds * S, isAtOnce ? usualNs : 0);
    }

    private static boolean isAtOnce(final Watch watch) {
        final SipWatch.Cause cause = watch.cause;
        return cause == SipWatch.Cause.EXPIRED
                || (cause == SipWatch.Cause.REFUSED && watch.status == 481)
                || (cause == SipWatch.Cause.TERMINATED
                        && (watch.reason.equals("deactivated") || watch.reason.equals("timeout")));
    }
}
