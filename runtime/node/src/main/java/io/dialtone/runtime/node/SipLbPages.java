package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.routing.Algorithm;
import io.dialtone.sip.routing.BackendControl;
import io.dialtone.sip.routing.BackendSpec;
import io.dialtone.sip.routing.BackendState;
import io.dialtone.sip.routing.BackendStatus;
import io.dialtone.sip.routing.Balancer;
import io.dialtone.sip.routing.ProxyCounter;
import io.dialtone.sip.routing.ProxyStatus;
import io.dialtone.sip.routing.RequestClass;
import io.dialtone.sip.routing.SipListener;
import io.dialtone.sip.transport.SipTransport;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What operators see of a stand-alone balancer, and what they may change. Called by the admin server's threads. */
final class SipLbPages implements AdminPages {
    private static final System.Logger LOGGER = System.getLogger("io.dialtone.sip-lb");

    private final Balancer balancer;
    private final SipTransport transport;
    private final TraceRoom trace;
    private final SipTransportPages transportPages;
    private final Optional<Path> backendsFile;
    private final List<BackendSpec> fixedBackends;

    /**
     * @param backendsFile what a reload reads
     * @param fixedBackends backends from elsewhere, which a reload keeps
     */
    SipLbPages(
            final Balancer balancer,
            final SipTransport transport,
            final TraceRoom trace,
            final Optional<Path> backendsFile,
            final List<BackendSpec> fixedBackends) {
        this.balancer = balancer;
        this.transport = transport;
        this.trace = trace;
        this.transportPages = new SipTransportPages(transport);
        this.backendsFile = backendsFile;
        this.fixedBackends = List.copyOf(fixedBackends);
    }

    @Override
    public void metrics(final MetricsPage page) {
        trace.metrics(page);
        final ProxyStatus status = balancer.status();
        for (final ProxyCounter counter : ProxyCounter.values()) {
            page.counter("dialtone_sip_lb_" + snake(counter.text()) + "_total", counter.meaning())
                    .sample(status.counter(counter));
        }
        page.histogram(
                        "dialtone_sip_lb_invite_first_response_seconds",
                        "Time from an INVITE to its first response, whichever it is.")
                .sample(status.inviteFirstResponse());
        page.histogram(
                        "dialtone_sip_lb_invite_final_response_seconds",
                        "Time from an INVITE to its first final response.")
                .sample(status.inviteFinalResponse());
        page.histogram(
                        "dialtone_sip_lb_other_first_response_seconds",
                        "Time from another request outside of dialogs to its first response.")
                .sample(status.otherFirstResponse());
        page.histogram(
                        "dialtone_sip_lb_forwarding_seconds",
                        "Time a message spends in the balancer's own code; a sample of all messages.")
                .sample(status.forwarding());
        backendMetrics(page, status.backends());
        transportPages.metrics(page);
    }

    private static void backendMetrics(final MetricsPage page, final List<BackendStatus> backends) {
        page.gauge("dialtone_sip_lb_backend_state", "1 for the state a backend is in, 0 for the others.");
        for (final BackendStatus backend : backends) {
            for (final BackendState state : BackendState.values()) {
                page.sample(backend.state() == state ? 1 : 0, "backend", backend.name(), "state", lower(state));
            }
        }
        gauge(page, backends, "weight", "Weight of a backend as configured.", backend -> (long) backend.weight());
        gauge(page, backends, "share_percent", "How much of its weight counts now.", backend ->
                (long) backend.sharePercent());
        gauge(
                page,
                backends,
                "open_transactions",
                "Transactions that await a final response from a backend.",
                BackendStatus::open);
        gauge(
                page,
                backends,
                "open_transactions_max",
                "Most it may have; new ones are refused at that. 0 is no limit.",
                backend -> (long) backend.openMax());
        counter(page, backends, "requests", "Requests sent to a backend, probes not counted.", BackendStatus::requests);
        counter(
                page,
                backends,
                "responses",
                "Responses heard from a backend, those to probes not counted.",
                BackendStatus::responses);
        counter(
                page,
                backends,
                "new_calls",
                "Requests outside of dialogs given to a backend.",
                BackendStatus::newCalls);
        counter(page, backends, "probes_sent", "OPTIONS sent to a backend.", BackendStatus::probesSent);
        counter(
                page,
                backends,
                "probes_missed",
                "Probes a backend did not answer in time.",
                BackendStatus::probesMissed);
        counter(page, backends, "down", "How often a backend went down.", BackendStatus::timesDown);
        counter(
                page,
                backends,
                "ejected",
                "How often a backend was taken out of use because its requests failed.",
                BackendStatus::timesEjected);
        page.histogram(
                "dialtone_sip_lb_backend_first_response_seconds",
                "Time from a request to a backend's first response, by class of request.");
        for (final BackendStatus backend : backends) {
            for (final RequestClass kind : RequestClass.values()) {
                page.sample(backend.firstResponse(kind), "backend", backend.name(), "class", kind.text());
            }
        }
    }

    private static void gauge(
            final MetricsPage page,
            final List<BackendStatus> backends,
            final String name,
            final String help,
            final Function<BackendStatus, Long> value) {
        page.gauge("dialtone_sip_lb_backend_" + name, help);
        backends.forEach(backend -> page.sample(value.apply(backend), "backend", backend.name()));
    }

    private static void counter(
            final MetricsPage page,
            final List<BackendStatus> backends,
            final String name,
            final String help,
            final Function<BackendStatus, Long> value) {
        page.counter("dialtone_sip_lb_backend_" + name + "_total", help);
        backends.forEach(backend -> page.sample(value.apply(backend), "backend", backend.name()));
    }

    @Override
    public void status(final ObjectNode status) {
        transportPages.status(status);
        final ProxyStatus proxy = balancer.status();
        final Algorithm algorithm = balancer.config().balancing().algorithm();
        status.put("affinity", balancer.config().affinity().toString())
                .put("algorithm", lower(algorithm))
                .put("algorithmMeaning", algorithm.meaning());
        final ArrayNode backends = status.putArray("backends");
        for (final BackendStatus backend : proxy.backends()) {
            final ObjectNode entry = backends.addObject();
            entry.put("name", backend.name())
                    .put("address", backend.address())
                    .put("transport", backend.transport().scheme())
                    .put("state", lower(backend.state()))
                    .put("meaning", backend.state().meaning())
                    .put("draining", backend.draining())
                    .put("weight", backend.weight())
                    .put("sharePercent", backend.sharePercent())
                    .put("open", backend.open())
                    .put("openMax", backend.openMax())
                    .put("newCalls", backend.newCalls())
                    .put("requests", backend.requests())
                    .put("responses", backend.responses())
                    .put("probesSent", backend.probesSent())
                    .put("probesMissed", backend.probesMissed())
                    .put("timesDown", backend.timesDown())
                    .put("timesEjected", backend.timesEjected())
                    .put("silentMs", backend.silentMs());
            entry.set("firstResponseMs", LatencyJson.of(backend.firstResponse()));
            final ObjectNode byClass = entry.putObject("firstResponseMsByClass");
            for (final RequestClass kind : RequestClass.values()) {
                byClass.set(kind.text(), LatencyJson.of(backend.firstResponse(kind)));
            }
        }
        final ObjectNode latencies = status.putObject("latencyMs");
        latencies.set("inviteFirstResponse", LatencyJson.of(proxy.inviteFirstResponse()));
        latencies.set("inviteFinalResponse", LatencyJson.of(proxy.inviteFinalResponse()));
        latencies.set("otherFirstResponse", LatencyJson.of(proxy.otherFirstResponse()));
        latencies.set("forwarding", LatencyJson.of(proxy.forwarding()));
        final ObjectNode counters = status.putObject("counters");
        for (final ProxyCounter counter : ProxyCounter.values()) {
            counters.put(counter.text(), proxy.counter(counter));
        }
    }

    @Override
    public String whyNotReady() {
        if (!transport.isAlive()) {
            return "an I/O thread has ended";
        }
        return control().list().stream().anyMatch(backend -> backend.sharePercent() > 0)
                ? ""
                : "no backend is in use; new calls are answered 503";
    }

    @Override
    public ObjectNode trace(final TraceQuery query) {
        return trace.answer(query);
    }

    @Override
    public ObjectNode command(final String command, final JsonNode request) throws AdminRefusal {
        try {
            final String done = switch (command) {
                case "backends" -> changeBackends(request);
                case "drain" -> drain(request);
                case "reload" -> reload();
                case "trace" -> trace.command(request).path("done").asText();
                default -> throw new AdminRefusal(AdminRefusal.NOT_FOUND, "a balancer has no command " + command);
            };
            transport.wakeUp();
            LOGGER.log(System.Logger.Level.INFO, done);
            return Json.object().put("done", done);
        } catch (UnknownHostException e) {
            throw new AdminRefusal(
                    AdminRefusal.BAD_REQUEST, "nobody knows the host " + e.getMessage() + "; nothing has changed");
        }
    }

    private String changeBackends(final JsonNode request) throws AdminRefusal, UnknownHostException {
        if (request.has("add")) {
            final BackendSpec backend = spec(request.path("add").asText());
            final Problems problems = new Problems();
            SipLbRole.checkTransports(List.of(backend), spoken(), problems);
            if (!problems.isEmpty()) {
                throw new AdminRefusal(AdminRefusal.BAD_REQUEST, String.join(" ", problems.sentences()));
            }
            try {
                control().add(backend);
            } catch (IllegalArgumentException e) {
                throw new AdminRefusal(AdminRefusal.CONFLICT, String.valueOf(e.getMessage()));
            }
            return "backend " + backend + " added";
        }
        if (request.has("remove")) {
            final String name = name(request.path("remove"));
            require(control().remove(name), name);
            return "backend " + name + " removed";
        }
        if (request.has("weight")) {
            final String name = name(request.path("backend"));
            final int weight = request.path("weight").asInt();
            try {
                require(control().weight(name, weight), name);
            } catch (IllegalArgumentException e) {
                throw new AdminRefusal(AdminRefusal.BAD_REQUEST, String.valueOf(e.getMessage()));
            }
            return "backend " + name + " has weight " + weight;
        }
        throw new AdminRefusal(AdminRefusal.BAD_REQUEST, "expected: add, remove, or backend and weight");
    }

    private String drain(final JsonNode request) throws AdminRefusal {
        final String name = name(request.path("backend"));
        if (request.path("undo").asBoolean()) {
            require(control().undrain(name), name);
            return "backend " + name + " is used again";
        }
        require(control().drain(name), name);
        return "backend " + name + " gets no new calls; those it has go on";
    }

    /** Reads the backends file again: all of it or nothing. Also called when SIGHUP comes. */
    String reload() throws AdminRefusal, UnknownHostException {
        if (backendsFile.isEmpty()) {
            throw new AdminRefusal(
                    AdminRefusal.CONFLICT, "there is no backends file to read; start with --backends-file FILE");
        }
        final Problems problems = new Problems();
        final List<BackendSpec> backends =
                SipLbRole.merge(fixedBackends, BackendsFile.read(backendsFile.get(), problems), problems);
        SipLbRole.checkTransports(backends, spoken(), problems);
        if (!problems.isEmpty()) {
            throw new AdminRefusal(
                    AdminRefusal.BAD_REQUEST, "nothing has changed: " + String.join(" ", problems.sentences()));
        }
        final int changed = control().replaceAll(backends);
        return changed == 0
                ? backendsFile.get() + " says what is in use already"
                : changed + (changed == 1 ? " backend" : " backends") + " changed as " + backendsFile.get() + " says";
    }

    private Set<ViaTransport> spoken() {
        return transport.listeners().stream().map(SipListener::speaks).collect(Collectors.toSet());
    }

    private BackendControl control() {
        return balancer.control();
    }

    private static BackendSpec spec(final String text) throws AdminRefusal {
        try {
            return SipLbSettings.BACKEND.reader().read(text);
        } catch (WrongValueException e) {
            throw new AdminRefusal(AdminRefusal.BAD_REQUEST, "backend: " + text + " (expected: " + e.expected() + ")");
        }
    }

    private static String name(final JsonNode text) throws AdminRefusal {
        return spec(text.asText()).name();
    }

    private void require(final boolean found, final String name) throws AdminRefusal {
        if (!found) {
            final List<String> names =
                    control().list().stream().map(BackendStatus::name).toList();
            throw new AdminRefusal(
                    AdminRefusal.NOT_FOUND,
                    "there is no backend " + name + " (expected: one of " + String.join(", ", names) + ")");
        }
    }

    /** The numbers of a whole life in a line, for the end. */
    String lastWords() {
        final Map<ProxyCounter, Long> counters = balancer.status().counters();
        return counters.getOrDefault(ProxyCounter.REQUESTS_FORWARDED, 0L) + " requests and "
                + counters.getOrDefault(ProxyCounter.RESPONSES_FORWARDED, 0L) + " responses forwarded, "
                + counters.getOrDefault(ProxyCounter.NEW_CALLS, 0L) + " dispatched anew";
    }

    private static String lower(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String snake(final String name) {
        return name.replace('.', '_').replace('-', '_');
    }
}
