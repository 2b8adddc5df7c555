package io.dialtone.runtime.node;

import io.dialtone.sip.trace.SpanBook;
import io.dialtone.sip.trace.SpanReader;
import io.dialtone.sip.trace.Tracer;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans of what I/O threads have kept and sends them to a collector of OpenTelemetry, on a thread of its own. It reads behind them and holds up none. Called only by its thread, but for the counts.
 */
final class OtlpSender implements Agent {
    private static final long CLOSE_WAIT_NS = TimeUnit.SECONDS.toNanos(2);

    private final OtlpClient client;
    private final SpanBook book;
    private final SpanReader reader;
    private final EpochNanoClock wallClock;

    // Copies for who asks.
    private volatile long overwritten;
    private volatile long unrelated;
    private volatile long cut;
    private volatile int openCalls;
    private volatile int openTransactions;

    private OtlpSender(
            final OtlpClient client, final SpanBook book, final SpanReader reader, final EpochNanoClock wallClock) {
        this.client = client;
        this.book = book;
        this.reader = reader;
        this.wallClock = wallClock;
    }

    /** Begins with what comes from now on. */
    static OtlpSender open(
            final Tracer tracer,
            final SessionNames names,
            final IntFunction<String> nodes,
            final OtlpPlan plan,
            final String process,
            final EpochNanoClock wallClock) {
        final OtlpClient client = new OtlpClient(
                plan,
                new OtlpEncoder(
                        plan.name().orElse(process), ProcessHandle.current().pid()));
        final SpanBook book =
                new SpanBook(plan.limits(), names::sessionOf, nodes, span -> client.offer(span, System.nanoTime()));
        return new OtlpSender(client, book, new SpanReader(tracer, book), wallClock);
    }

    @Override
    public int doWork() {
        final int work = reader.doWork(wallClock.nanoTime()) + client.doWork(System.nanoTime());
        if (work > 0) {
            count();
        }
        return work;
    }

    private void count() {
        overwritten = reader.missed();
        unrelated = book.unrelated();
        cut = book.cut();
        openCalls = book.openCalls();
        openTransactions = book.openTransactions();
    }

    @Override
    public String roleName() {
        return "otlp-sender";
    }

    @Override
    public void onClose() {
        reader.close(wallClock.nanoTime());
        client.flush(CLOSE_WAIT_NS);
        client.close();
    }

    /** Adds what it counts; nothing where none is. */
    static void metrics(final MetricsPage page, final @Nullable OtlpSender sender) {
        OtlpClient.metrics(page, sender == null ? null : sender.client);
        page.counter(
                        "dialtone_otlp_spans_cut_total",
                        "Spans that were written down before their end was seen, as there was no room for what came after.")
                .sample(sender == null ? 0 : sender.cut);
        page.counter(
                        "dialtone_otlp_messages_missed_total",
                        "Messages of which no span tells: they were overwritten before they were read, or say too little, or answer what was not seen.")
                .sample(sender == null ? 0 : sender.overwritten, "why", "overwritten")
                .sample(sender == null ? 0 : sender.unrelated, "why", "unrelated");
        page.gauge("dialtone_otlp_open", "Calls and transactions whose end has not been seen, or only just.")
                .sample(sender == null ? 0 : sender.openCalls, "what", "call")
                .sample(sender == null ? 0 : sender.openTransactions, "what", "transaction");
    }
}
