package io.dialtone.sip.locate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the servers of a destination (RFC 3263): at once from what DNS has said before, or else by asking, on the record source's thread. Any thread.
 *
 * <p>Who pauses, who resumes: nobody. A search beyond the limit is refused, a question beyond the limit fails, and both are told so; who waits for a search has a timer of
 * its own.
 */
public final class Locator implements AutoCloseable {
    /** Questions for one request; a domain that wants more is not worth it. */
    private static final int QUESTIONS_PER_SEARCH_MAX = 64;

    private final LocateSettings settings;
    private final StaticRoutes routes;
    private final RecordSource source;
    private final LongSupplier clockNs;
    private final AnswerCache cache;
    private final ShunnedTargets shunned;
    private final AtomicInteger waiting = new AtomicInteger();
    /** Filled once, and never changed. */
    private final Map<LocateCounter, LongAdder> counters = new EnumMap<>(LocateCounter.class);
    /** Questions under way, and who wants to know; touched by the source's thread only. */
    private final Map<Question, List<Consumer<Answer>>> underWay = new HashMap<>();

    /**
     * Makes one that asks this source, which is its own from now on.
     *
     * @param clockNs monotonic time
     */
    public Locator(
            final LocateSettings settings,
            final StaticRoutes routes,
            final RecordSource source,
            final LongSupplier clockNs) {
        this.settings = settings;
        this.routes = routes;
        this.source = source;
        this.clockNs = clockNs;
        cache = new AnswerCache(settings);
        shunned = new ShunnedTargets(settings);
        for (final LocateCounter counter : LocateCounter.values()) {
            counters.put(counter, new LongAdder());
        }
    }

    /** Knows nobody. */
    public static Locator none() {
        return new Locator(LocateSettings.defaults(), StaticRoutes.none(), RecordSource.none(), System::nanoTime);
    }

    /**
     * What is known without a question; null if somebody must be asked.
     *
     * @param seed decides among servers of the same priority
     */
    public @Nullable Located tryLocate(
            final Destination destination, final Ways ways, final long seed, final long nowNs) {
        final Finding finding =
                ServerFinder.find(destination, ways, routes, question -> cache.get(question, nowNs), seed);
        if (finding instanceof Finding.Asks) {
            return null;
        }
        increment(LocateCounter.CACHE_HITS);
        return located(finding, nowNs);
    }

    /**
     * Asks DNS.
     *
     * @param onLocated is called once, on another thread as a rule, and says whether there was room for it where it is wanted
     * @return false, and no call, if as many wait as may wait
     */
    public boolean locate(
            final Destination destination, final Ways ways, final long seed, final Predicate<Located> onLocated) {
        if (waiting.incrementAndGet() > settings.waitingMax()) {
            waiting.decrementAndGet();
            increment(LocateCounter.SEARCHES_REFUSED);
            return false;
        }
        increment(LocateCounter.SEARCHES);
        final Search search = new Search(destination, ways, seed, onLocated);
        source.execute(search::step);
        return true;
    }

    /** A target has not answered, could not be reached, or has said 503. */
    public void onFailed(final Target target, final long nowNs) {
        increment(LocateCounter.TARGETS_SHUNNED);
        shunned.add(target, nowNs);
    }

    /** True if a target has failed, and not answered since, so short a time ago that others come before it. */
    public boolean isShunned(final Target target, final long nowNs) {
        return shunned.contains(target, nowNs);
    }

    /** A target has answered. */
    public void onAnswered(final Target target) {
        shunned.remove(target);
    }

    public long count(final LocateCounter counter) {
        return switch (counter) {
            case CACHE_ANSWERS -> cache.size();
            case WAITING -> waiting.get();
            default -> adder(counter).sum();
        };
    }

    @Override
    public void close() {
        source.close();
    }

    private void increment(final LocateCounter counter) {
        adder(counter).increment();
    }

    private LongAdder adder(final LocateCounter counter) {
        return Objects.requireNonNull(counters.get(counter));
    }

    private Located located(final Finding finding, final long nowNs) {
        return switch (finding) {
            case Finding.Found found -> new Located(shunned.last(found.targets(), nowNs), "");
            case Finding.Nobody nobody -> {
                increment(LocateCounter.NOBODY_FOUND);
                yield new Located(List.of(), nobody.why());
            }
            case Finding.Asks asks -> throw new IllegalStateException("still to be asked: " + asks.questions());
        };
    }

    /** Asks, unless the same is being asked already. On the source's thread. */
    private void ask(final Question question, final Consumer<Answer> onAnswer) {
        final List<Consumer<Answer>> others = underWay.get(question);
        if (others != null) {
            others.add(onAnswer);
        } else if (underWay.size() >= settings.questionsMax()) {
            increment(LocateCounter.QUESTIONS_REFUSED);
            onAnswer.accept(Answer.failed());
        } else {
            final List<Consumer<Answer>> waiters = new ArrayList<>();
            waiters.add(onAnswer);
            underWay.put(question, waiters);
            increment(LocateCounter.QUESTIONS);
            source.ask(question, answer -> onAnswer(question, answer));
        }
    }

    private void onAnswer(final Question question, final Answer answer) {
        if (answer.kind() == Answer.Kind.FAILED) {
            increment(LocateCounter.QUESTIONS_FAILED);
        }
        cache.put(question, answer, clockNs.getAsLong());
        final List<Consumer<Answer>> waiters = underWay.remove(question);
        if (waiters != null) {
            waiters.forEach(each -> each.accept(answer));
        }
    }

    /** One request's way through DNS; on the source's thread. What it has heard it keeps to its end, whatever the TTL says. */
    private final class Search {
        private final Destination destination;
        private final Ways ways;
        private final long seed;
        private final Predicate<Located> onLocated;
        private final Map<Question, Answer> heard = new HashMap<>();
        private int open;

        Search(final Destination destination, final Ways ways, final long seed, final Predicate<Located> onLocated) {
            this.destination = destination;
            this.ways = ways;
            this.seed = seed;
            this.onLocated = onLocated;
        }

        void step() {
            final long nowNs = clockNs.getAsLong();
            Finding finding = ServerFinder.find(destination, ways, routes, question -> known(question, nowNs), seed);
            if (finding instanceof Finding.Asks asks) {
                if (heard.size() + asks.questions().size() <= QUESTIONS_PER_SEARCH_MAX) {
                    open = asks.questions().size();
                    asks.questions().forEach(question -> ask(question, answer -> onHeard(question, answer)));
                    return;
                }
                finding = new Finding.Nobody(destination + ": more than " + QUESTIONS_PER_SEARCH_MAX + " questions");
            }
            waiting.decrementAndGet();
            if (!onLocated.test(located(finding, nowNs))) {
                increment(LocateCounter.RESULTS_LOST);
            }
        }

        private @Nullable Answer known(final Question question, final long nowNs) {
            final Answer answer = heard.get(question);
            return answer != null ? answer : cache.get(question, nowNs);
        }

        private void onHeard(final Question question, final Answer answer) {
            heard.put(question, answer);
            open--;
            if (open == 0) {
                step();
            }
        }
    }
}
