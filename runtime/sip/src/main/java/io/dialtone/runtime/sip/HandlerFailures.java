package io.dialtone.runtime.sip;

import java.util.HashSet;
import java.util.Set;

/** Counts what handlers throw and logs each distinct kind once. Called only by the owning worker; off the common path. */
final class HandlerFailures {
    private static final System.Logger LOGGER = System.getLogger(HandlerFailures.class.getName());

    /** Kinds remembered; a further one is counted only. */
    private static final int KINDS_MAX = 64;

    private final String service;
    private final Set<String> kinds = new HashSet<>();

    HandlerFailures(final String service) {
        this.service = service;
    }

    void onFailure(final Throwable failure, final int slot) {
        final StackTraceElement[] trace = failure.getStackTrace();
        final String kind = failure.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
        if (kinds.size() < KINDS_MAX && kinds.add(kind)) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "service " + service + ", slot " + slot
                            + ": the handler threw; more of this kind are counted, not logged",
                    failure);
        }
    }
}
