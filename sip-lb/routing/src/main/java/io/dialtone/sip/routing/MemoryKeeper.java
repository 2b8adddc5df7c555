package io.dialtone.sip.routing;

/**
 * Goes through the memories bit by bit: holds requests against their backends that stay unanswered, ends those whose response will not come, and
 * forgets keys that are not met any more. Driven by {@link BackendHealth}; called only by the thread that probes.
 *
 * <p>A pass takes a second, or longer if the memory is so large that a step would hold up messages.
 */
final class MemoryKeeper {
    static final long STEP_INTERVAL_NS = 50_000_000;

    /** Timers B and F of RFC 3261: the client gives up then. */
    static final long UNANSWERED_MAX_NS = 32_000_000_000L;

    /** Beyond timer C of RFC 3261 (section 16.6 step 11, more than 3 minutes): an INVITE may ring so long. */
    static final long RINGING_MAX_NS = 300_000_000_000L;

    private static final int STEPS = 20;
    private static final int ENTRIES_MAX = 16_384;

    private final AffinityMemory transactions;
    private final KeyMemory keys;
    private final BackendTable table;
    private final ProxyCounters counters;
    private final long noAnswerNs;
    private final int entriesAtATime;
    private final Transactions review = new Transactions();
    private Backends backends;
    private long stepNs;

    MemoryKeeper(final Balancer balancer, final ProxyCounters counters) {
        this.transactions = balancer.memory();
        this.keys = balancer.keyMemory();
        this.table = balancer.table();
        this.counters = counters;
        this.noAnswerNs = balancer.config().health().ejection().noAnswer().toNanos();
        this.entriesAtATime = Math.min(ENTRIES_MAX, Math.max(1, transactions.size() / STEPS));
        this.backends = table.current();
    }

    /** Looks at the next entries if it is time. */
    void doWork(final Backends now, final long nowNs) {
        if (nowNs - stepNs < STEP_INTERVAL_NS && stepNs != 0) {
            return;
        }
        stepNs = nowNs;
        backends = now;
        transactions.sweep(entriesAtATime, nowNs, review);
        keys.sweep(entriesAtATime, nowNs);
    }

    /** What becomes of a transaction's entry. */
    private final class Transactions implements AffinityMemory.Review {
        @Override
        public long decide(final long entry, final long ageNs) {
            if (!AffinityMemory.isOpen(entry)) {
                return entry;
            }
            final boolean answered = AffinityMemory.isAnswered(entry);
            final long wanted = !answered && ageNs >= noAnswerNs ? AffinityMemory.overdue(entry) : entry;
            return ageNs >= (answered ? RINGING_MAX_NS : UNANSWERED_MAX_NS) ? AffinityMemory.closed(wanted) : wanted;
        }

        @Override
        public void onChanged(final long before, final long after) {
            final int id = AffinityMemory.backend(before);
            if (!AffinityMemory.isOverdue(before) && AffinityMemory.isOverdue(after)) {
                onOverdue(id, stepNs - AffinityMemory.ageNs(before, stepNs));
            }
            if (!AffinityMemory.isOpen(after)) {
                counters.increment(ProxyCounter.EXPIRED);
                table.onClosed(backends, id);
            }
        }

        /**
         * One that went unanswered speaks against its backend only if nothing succeeded that was asked later: single requests are lost on the way, too. What was
         * asked before the backend was last taken into use was judged already.
         */
        private void onOverdue(final int id, final long askedNs) {
            final Backend backend = backends.byId(id);
            if (backend == null) {
                return;
            }
            final BackendVitals vitals = backend.vitals();
            final boolean succeededSince = vitals.lastSuccessNs() != 0 && vitals.lastSuccessNs() - askedNs >= 0;
            if (!succeededSince && askedNs - vitals.judgedFromNs() >= 0) {
                counters.increment(ProxyCounter.FAILED_NO_ANSWER);
                vitals.onFailure();
            }
        }
    }
}
