package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.sip.trace.TraceFilter;
import io.dialtone.sip.trace.Tracer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;

/** The memory of messages of a process, who reads it, and who is sent it. Built and closed by the main thread; pages and commands are for the admin server's threads. */
final class TraceRoom implements AutoCloseable {
    private static final int SECONDS_MAX = 7 * 24 * 3600;
    private static final int SECONDS_DEFAULT = 600;
    private static final long PARK_MAX_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final TracePlan plan;
    private final String process;
    private final Supplier<SessionNames> names;
    private final IntFunction<String> nodes;
    private final Tracer tracer;
    private final TracePage page;
    private final List<AgentThread> threads = new ArrayList<>();
    private @Nullable HepSender hepSender;
    private @Nullable OtlpSender otlpSender;

    /**
     * @param process its name
     * @param names tells sessions apart; each reader has its own
     * @param nodes name of a member by its number
     */
    TraceRoom(
            final TracePlan plan,
            final int loops,
            final String process,
            final Supplier<SessionNames> names,
            final IntFunction<String> nodes) {
        this.plan = plan;
        this.process = process;
        this.names = names;
        this.nodes = nodes;
        tracer = new Tracer(plan.bytesMax(), loops, plan.usual(), SystemEpochNanoClock.INSTANCE);
        page = new TracePage(tracer, names, nodes, plan.showsBodies());
    }

    Tracer tracer() {
        return tracer;
    }

    /** Begins to send, if there is somebody to send to; the I/O threads have their memory. */
    void start() throws IOException {
        if (!tracer.isOn()) {
            return;
        }
        if (plan.hep().isPresent()) {
            hepSender = HepSender.open(tracer, names.get(), plan.hep().get(), plan.showsBodies());
            startThread(hepSender);
        }
        if (plan.otlp().isPresent()) {
            otlpSender = OtlpSender.open(
                    tracer, names.get(), nodes, plan.otlp().get(), process, SystemEpochNanoClock.INSTANCE);
            startThread(otlpSender);
        }
    }

    private void startThread(final Agent sender) {
        threads.add(
                AgentThread.start(sender, PARK_MAX_NS, failure -> {})); // calls go on without it; the log has said why
    }

    ObjectNode answer(final TraceQuery query) {
        return page.answer(query);
    }

    void status(final ObjectNode status) {
        page.describe(status.putObject("trace"));
    }

    void metrics(final MetricsPage metrics) {
        page.metrics(metrics);
        HepSender.metrics(metrics, hepSender);
        OtlpSender.metrics(metrics, otlpSender);
    }

    /** Keeps something else for a while, or what is usual again. */
    ObjectNode command(final JsonNode request) throws AdminRefusal {
        if (!tracer.isOn()) {
            throw new AdminRefusal(
                    AdminRefusal.CONFLICT,
                    "nothing can be kept here (expected: " + TraceSettings.MEMORY_MAX.key()
                            + " of at least 256k for each loop)");
        }
        if (request.path("stop").asBoolean()) {
            tracer.stop();
            return Json.object().put("done", "keeps " + tracer.filter(System.nanoTime()) + ", as it is set");
        }
        final int seconds = request.path("seconds").asInt(SECONDS_DEFAULT);
        if (seconds < 1 || seconds > SECONDS_MAX) {
            throw new AdminRefusal(
                    AdminRefusal.BAD_REQUEST, "seconds: " + seconds + " (expected: 1 to " + SECONDS_MAX + ")");
        }
        final TraceFilter filter = filter(request);
        tracer.start(filter, TimeUnit.SECONDS.toNanos(seconds), System.nanoTime());
        return Json.object().put("done", "keeps " + filter + " for " + StatusText.duration(seconds));
    }

    private static TraceFilter filter(final JsonNode request) throws AdminRefusal {
        final int oneIn = request.path("oneIn").asInt(1);
        if (oneIn < 1 || oneIn > TraceFilter.ONE_IN_MAX) {
            throw new AdminRefusal(
                    AdminRefusal.BAD_REQUEST, "oneIn: " + oneIn + " (expected: 1 to " + TraceFilter.ONE_IN_MAX + ")");
        }
        final String user = request.path("user").asText("");
        return new TraceFilter(
                oneIn,
                user.isEmpty() ? Optional.empty() : Optional.of(user),
                address(request.path("address").asText("")));
    }

    private static Optional<InetAddress> address(final String text) throws AdminRefusal {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) { // a name would be looked up
            try {
                return Optional.of(InetAddress.getByName(text));
            } catch (UnknownHostException e) {
                // said below
            }
        }
        throw new AdminRefusal(AdminRefusal.BAD_REQUEST, "address: " + text + " (expected: an IPv4 or IPv6 address)");
    }

    @Override
    public void close() {
        threads.forEach(AgentThread::close);
    }
}
