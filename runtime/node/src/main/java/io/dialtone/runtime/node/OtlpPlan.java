package io.dialtone.runtime.node;

import io.dialtone.sip.trace.SpanLimits;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * To which collector of OpenTelemetry spans are sent, and which. Immutable, for any thread.
 *
 * @param collector with its path
 * @param headers what every request says besides, an API key for instance; never shown
 * @param name what the process is called, if it was given a name
 */
record OtlpPlan(URI collector, List<Header> headers, Optional<String> name, SpanLimits limits) {
    private static final String TRACES = "/v1/traces";
    private static final String EXPECTED = "http://HOST:PORT or https://HOST:PORT, with a path if it is not " + TRACES;

    /** A header of a request. */
    record Header(String name, String value) {
        @Override
        public String toString() {
            return name + ": ***";
        }
    }

    /** The collector in a line of the log; a query may be a secret. */
    String place() {
        return collector.getScheme() + "://" + collector.getRawAuthority() + collector.getRawPath();
    }

    static SettingType<URI> url() {
        return SettingType.of("URL", EXPECTED, OtlpPlan::parse);
    }

    /** The collector's address with the path that the protocol names, if there is none. */
    static URI parse(final String text) throws WrongValueException {
        final URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new WrongValueException(EXPECTED);
        }
        final boolean isHttp = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        if (!isHttp || uri.getHost() == null || uri.getFragment() != null) {
            throw new WrongValueException(EXPECTED);
        }
        if (uri.getRawUserInfo() != null) {
            throw new WrongValueException(EXPECTED + "; a secret has its place in trace.otlp-headers-file");
        }
        final boolean hasPath = uri.getRawPath() != null && uri.getRawPath().length() > 1;
        return hasPath
                ? uri
                : URI.create(uri.getScheme() + "://" + uri.getRawAuthority() + TRACES
                        + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
    }

    static Optional<OtlpPlan> of(final Settings settings, final Problems problems) {
        final Optional<URI> collector = settings.find(TraceSettings.OTLP);
        if (collector.isEmpty()) {
            return Optional.empty();
        }
        final List<Header> headers = settings.find(TraceSettings.OTLP_HEADERS_FILE)
                .flatMap(file -> SecretFile.readText(file, problems).map(text -> headers(file, text, problems)))
                .orElse(List.of());
        return Optional.of(new OtlpPlan(
                collector.get(),
                headers,
                settings.find(CommonSettings.NAME),
                new SpanLimits(
                        settings.get(TraceSettings.OTLP_OPEN_MAX),
                        settings.get(TraceSettings.OTLP_ONE_IN),
                        settings.get(TraceSettings.OTLP_SILENCE_MAX))));
    }

    private static List<Header> headers(final Path file, final String text, final Problems problems) {
        final List<Header> headers = new ArrayList<>();
        int number = 0;
        for (final String line : text.lines().map(String::strip).toList()) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            final int colon = line.indexOf(':');
            final Header header = new Header(
                    line.substring(0, Math.max(0, colon)).strip(),
                    line.substring(colon + 1).strip());
            if (colon <= 0 || header.value().isEmpty() || !isAllowed(header)) {
                // The line may be the secret itself.
                problems.add(file + ", line " + number + " is no header that can be sent (expected: NAME: VALUE).");
            } else {
                headers.add(header);
            }
        }
        return List.copyOf(headers);
    }

    private static boolean isAllowed(final Header header) {
        try {
            HttpRequest.newBuilder().header(header.name(), header.value());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
