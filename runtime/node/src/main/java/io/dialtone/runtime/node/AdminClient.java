package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the admin server of a process. Used by the main thread of a command. */
final class AdminClient {
    private static final int TIMEOUT_MS = 3_000;
    private static final int SLOW_MS = 30_000;

    private final Endpoint admin;
    private final Optional<String> token;

    AdminClient(final Endpoint admin, final Optional<String> token) {
        this.admin = admin;
        this.token = token;
    }

    static AdminClient of(final RunFile process) throws UnavailableException {
        try {
            return new AdminClient(Endpoint.parse(process.admin()), token(process.tokenFile()));
        } catch (WrongValueException e) {
            throw new UnavailableException("the run file of process " + process.pid() + " names no admin address");
        }
    }

    private static Optional<String> token(final String file) {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(Path.of(file)).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    JsonNode get(final String path) throws UnavailableException, AdminRefusal {
        return ask("GET", path, null, TIMEOUT_MS);
    }

    /** The same for what a process may take longer to find. */
    JsonNode getSlowly(final String path) throws UnavailableException, AdminRefusal {
        return ask("GET", path, null, SLOW_MS);
    }

    JsonNode post(final String path, final JsonNode request) throws UnavailableException, AdminRefusal {
        return ask("POST", path, request, TIMEOUT_MS);
    }

    private JsonNode ask(final String method, final String path, final @Nullable JsonNode request, final int timeoutMs)
            throws UnavailableException, AdminRefusal {
        try {
            final HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://" + admin + path).toURL().openConnection(java.net.Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(timeoutMs);
            connection.setRequestMethod(method);
            token.ifPresent(secret -> connection.setRequestProperty("Authorization", "Bearer " + secret));
            if (request != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                connection.getOutputStream().write(Json.write(request).getBytes(StandardCharsets.UTF_8));
            }
            final int status = connection.getResponseCode();
            try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                final String text = body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
                if (status >= 400) {
                    throw new AdminRefusal(status, refusal(text, status));
                }
                return Json.read(text);
            }
        } catch (IOException e) {
            throw new UnavailableException("nothing answers at " + admin + ": " + e.getMessage());
        }
    }

    private static String refusal(final String text, final int status) throws IOException {
        return text.startsWith("{")
                ? Json.read(text).path("error").asText(text)
                : text.isBlank() ? "status " + status : text.strip();
    }
}
