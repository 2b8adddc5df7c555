package io.dialtone.runtime.node;

import io.dialtone.sip.locate.Answer;
import io.dialtone.sip.locate.Question;
import io.dialtone.sip.locate.RecordSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A source that begins with the first question: its library takes a while to load, and most nodes never need it. Any thread. */
final class DnsOnDemand implements RecordSource {
    private static final System.Logger LOGGER = System.getLogger("io.dialtone.dns");

    private final Supplier<? extends RecordSource> starter;
    private final AtomicReference<@Nullable CompletableFuture<RecordSource>> source = new AtomicReference<>();

    DnsOnDemand(final Supplier<? extends RecordSource> starter) {
        this.starter = starter;
    }

    @Override
    public void execute(final Runnable task) {
        once(started(), its -> its.execute(task));
    }

    @Override
    public void ask(final Question question, final Consumer<Answer> onAnswer) {
        once(started(), its -> its.ask(question, onAnswer));
    }

    /** Nothing happens if it could not be started, which is in the log: whoever waits has a timer. */
    private static void once(final CompletableFuture<RecordSource> started, final Consumer<RecordSource> action) {
        final var _ = started.thenAccept(action);
    }

    private CompletableFuture<RecordSource> started() {
        final CompletableFuture<RecordSource> known = source.get();
        if (known != null) {
            return known;
        }
        final CompletableFuture<RecordSource> fresh = new CompletableFuture<>();
        final CompletableFuture<RecordSource> other = source.compareAndExchange(null, fresh);
        if (other != null) {
            return other;
        }
        Thread.ofPlatform().daemon().name("dns-start").start(() -> start(fresh));
        return fresh;
    }

    private void start(final CompletableFuture<RecordSource> fresh) {
        try {
            fresh.complete(starter.get());
        } catch (RuntimeException | LinkageError e) {
            LOGGER.log(System.Logger.Level.ERROR, "names cannot be looked up", e);
            fresh.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        final CompletableFuture<RecordSource> known = source.get();
        if (known != null) {
            once(known, RecordSource::close);
        }
    }
}
