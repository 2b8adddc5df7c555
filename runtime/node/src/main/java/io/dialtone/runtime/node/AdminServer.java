package io.dialtone.runtime.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The door for operators: {@code /metrics}, {@code /status}, {@code /trace}, {@code /healthz}, {@code /readyz}, and commands by POST. Its threads are its own,
 * and never those of the message path. Opened and closed by the main thread.
 */
final class AdminServer implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(AdminServer.class.getName());
    private static final int REQUEST_BYTES_MAX = 64 * 1024;
    private static final int BACKLOG = 16;
    private static final int THREADS = 2;
    private static final String JSON = "application/json; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String TRACE = "trace";
    private static final Set<String> COMMANDS = Set.of("backends", "peers", "drain", "reload", TRACE);

    private final HttpServer server;
    private final ExecutorService threads;
    private final Access access;
    private final ProcessFacts facts;
    private final AdminPages pages;

    /**
     * Who may ask.
     *
     * @param address where to listen
     * @param lastPort the last port to try if the first is taken; the same for no other
     * @param token what commands must carry; empty for none
     */
    record Access(Endpoint address, int lastPort, Optional<String> token) {}

    private AdminServer(
            final HttpServer server,
            final ExecutorService threads,
            final Access access,
            final ProcessFacts facts,
            final AdminPages pages) {
        this.server = server;
        this.threads = threads;
        this.access = access;
        this.facts = facts;
        this.pages = pages;
    }

    /** Listens and answers from now on. */
    static AdminServer open(final Access access, final ProcessFacts facts, final AdminPages pages)
            throws IOException, UnavailableException {
        final ExecutorService threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().daemon().name("admin-", 0).factory());
        final HttpServer server = bind(access);
        final AdminServer admin = new AdminServer(server, threads, access, facts, pages);
        server.setExecutor(threads);
        server.createContext("/", admin::handle);
        server.start();
        return admin;
    }

    private static HttpServer bind(final Access access) throws IOException, UnavailableException {
        final InetAddress host = InetAddress.getByName(access.address().host());
        for (int port = access.address().port(); ; port++) {
            try {
                return HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
            } catch (BindException e) {
                if (port >= access.lastPort()) {
                    throw new UnavailableException("the admin address " + access.address() + " cannot be bound ("
                            + e.getMessage() + "). Choose another: --admin HOST:PORT");
                }
            }
        }
    }

    Endpoint address() {
        return new Endpoint(access.address().host(), server.getAddress().getPort());
    }

    private void handle(final HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                route(exchange);
            } catch (AdminRefusal refusal) {
                answer(
                        exchange,
                        refusal.status(),
                        JSON,
                        Json.write(Json.object().put("error", refusal.getMessage())));
            } catch (RuntimeException e) {
                LOGGER.log(System.Logger.Level.ERROR, "an admin request failed: " + exchange.getRequestURI(), e);
                answer(exchange, 500, JSON, Json.write(Json.object().put("error", "a fault of ours: " + e)));
            }
        }
    }

    private void route(final HttpExchange exchange) throws IOException, AdminRefusal {
        refuseStrangers(exchange);
        final String path = exchange.getRequestURI().getPath();
        final String command = path.substring(1);
        switch (exchange.getRequestMethod()) {
            case "GET", "HEAD" -> {
                switch (path) {
                    case "/metrics" -> {
                        final MetricsPage page = new MetricsPage();
                        facts.metrics(page);
                        pages.metrics(page);
                        answer(exchange, 200, MetricsPage.CONTENT_TYPE, page.toString());
                    }
                    case "/status" -> answer(exchange, 200, JSON, Json.write(status()));
                    case "/" + TRACE -> {
                        // What people have said to each other is not for everybody who may see how a process is.
                        requireToken(exchange);
                        final TraceQuery query =
                                TraceQuery.parse(exchange.getRequestURI().getRawQuery());
                        answer(
                                exchange,
                                200,
                                JSON,
                                Json.write(pages.trace(query).put("name", facts.name())));
                    }
                    case "/healthz" -> answer(exchange, 200, TEXT, "alive\n");
                    case "/readyz" -> {
                        final String why = pages.whyNotReady();
                        answer(exchange, why.isEmpty() ? 200 : 503, TEXT, (why.isEmpty() ? "ready" : why) + "\n");
                    }
                    default ->
                        throw new AdminRefusal(
                                AdminRefusal.NOT_FOUND,
                                "there is no " + path + " (expected: /metrics, /status, /trace, /healthz or /readyz)");
                }
            }
            case "POST" -> {
                if (!COMMANDS.contains(command)) {
                    throw new AdminRefusal(AdminRefusal.NOT_FOUND, "there is no command " + path);
                }
                requireToken(exchange);
                answer(exchange, 200, JSON, Json.write(pages.command(command, body(exchange))));
            }
            default -> throw new AdminRefusal(405, exchange.getRequestMethod() + " (expected: GET or POST)");
        }
    }

    ObjectNode status() {
        final ObjectNode status = Json.object();
        facts.status(status);
        status.put("admin", address().toString());
        final String why = pages.whyNotReady();
        status.put("ready", why.isEmpty());
        if (!why.isEmpty()) {
            status.put("notReady", why);
        }
        pages.status(status);
        return status;
    }

    /** A page in a browser must not command us: it gives itself away by its origin, or by a name for our address that is none of ours. */
    private void refuseStrangers(final HttpExchange exchange) throws AdminRefusal {
        if (exchange.getRequestHeaders().containsKey("Origin")) {
            throw new AdminRefusal(403, "not for pages of other sites");
        }
        final String host = exchange.getRequestHeaders().getFirst("Host");
        if (host != null
                && exchange.getLocalAddress().getAddress().isLoopbackAddress()
                && !host.matches("(localhost|[0-9.]+|\\[[0-9a-fA-F:.]+])(:\\d+)?")
                && !host.equals(access.address().toString())) {
            throw new AdminRefusal(403, "Host: " + host + " (expected: an address, or localhost)");
        }
    }

    private void requireToken(final HttpExchange exchange) throws AdminRefusal {
        if (access.token().isEmpty()) {
            return;
        }
        final String given = exchange.getRequestHeaders().getFirst("Authorization");
        final byte[] wanted = ("Bearer " + access.token().get()).getBytes(StandardCharsets.UTF_8);
        if (given == null || !MessageDigest.isEqual(wanted, given.getBytes(StandardCharsets.UTF_8))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            throw new AdminRefusal(401, "commands here need the secret of admin.token-file");
        }
    }

    private static JsonNode body(final HttpExchange exchange) throws IOException, AdminRefusal {
        final byte[] bytes = exchange.getRequestBody().readNBytes(REQUEST_BYTES_MAX + 1);
        if (bytes.length > REQUEST_BYTES_MAX) {
            throw new AdminRefusal(413, "more than " + REQUEST_BYTES_MAX + " bytes");
        }
        if (bytes.length == 0) {
            return Json.object();
        }
        try {
            return Json.read(new String(bytes, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new AdminRefusal(AdminRefusal.BAD_REQUEST, "no JSON: " + e.getOriginalMessage());
        }
    }

    private static void answer(
            final HttpExchange exchange, final int status, final String contentType, final String body)
            throws IOException {
        final byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        final boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, head || bytes.length == 0 ? -1 : bytes.length);
        if (!head && bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
