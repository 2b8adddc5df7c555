package io.dialtone.runtime.testsupport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A SIP message as text, read by a few lines of code that know nothing of the platform's own parser. Immutable. */
public final class SipText {
    private static final Map<String, String> COMPACT = Map.of(
            "v",
            "via",
            "f",
            "from",
            "t",
            "to",
            "i",
            "call-id",
            "m",
            "contact",
            "l",
            "content-length",
            "c",
            "content-type");

    /** A header line, its name in lower case and long form. */
    private record Header(String name, String value) {}

    private final byte[] bytes;
    private final String startLine;
    private final List<Header> headers = new ArrayList<>();
    private final String body;

    private SipText(final byte[] bytes) {
        this.bytes = bytes;
        final String text = new String(bytes, StandardCharsets.ISO_8859_1);
        final int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("no empty line after the headers:\n" + text);
        }
        final String[] lines =
                text.substring(0, end).replaceAll("\r\n[ \t]+", " ").split("\r\n", -1);
        startLine = lines[0];
        for (int i = 1; i < lines.length; i++) {
            final int colon = lines[i].indexOf(':');
            if (colon <= 0) {
                throw new AssertionError("no header: " + lines[i]);
            }
            final String name = lines[i].substring(0, colon).trim().toLowerCase(Locale.ROOT);
            headers.add(new Header(
                    COMPACT.getOrDefault(name, name),
                    lines[i].substring(colon + 1).trim()));
        }
        body = new String(bytes, end + 4, bytes.length - end - 4, StandardCharsets.UTF_8);
    }

    /** True if these bytes have the form of a message: lines that are headers, and an empty one. */
    static boolean isReadable(final byte[] bytes) {
        final String text = new String(bytes, StandardCharsets.ISO_8859_1);
        final int end = text.indexOf("\r\n\r\n");
        return end > 0
                && text.substring(0, end)
                        .replaceAll("\r\n[ \t]+", " ")
                        .lines()
                        .skip(1)
                        .allMatch(line -> line.indexOf(':') > 0);
    }

    /** Reads a message, or fails the test. */
    public static SipText of(final byte[] bytes) {
        return new SipText(bytes.clone());
    }

    public String startLine() {
        return startLine;
    }

    public boolean isResponse() {
        return startLine.startsWith("SIP/2.0 ");
    }

    /** Method of a request. */
    public String method() {
        if (isResponse()) {
            throw new AssertionError("a request was expected, not: " + startLine);
        }
        return startLine.substring(0, startLine.indexOf(' '));
    }

    /** Request-URI of a request. */
    public String requestUri() {
        return startLine.split(" ", -1)[1];
    }

    /** Status of a response. */
    public int status() {
        if (!isResponse()) {
            throw new AssertionError("a response was expected, not: " + startLine);
        }
        return Integer.parseInt(startLine.substring(8, 11));
    }

    /** Value of the first header of this name, given in long form. */
    public Optional<String> header(final String name) {
        return headers(name).stream().findFirst();
    }

    /** Values of all headers of this name, given in long form. */
    public List<String> headers(final String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }

    /** The tag of From or To, or nothing. */
    public Optional<String> tag(final String name) {
        return header(name).flatMap(value -> {
            final int at = value.indexOf(";tag=");
            return at < 0
                    ? Optional.empty()
                    : Optional.of(value.substring(at + 5).split(";", 2)[0].trim());
        });
    }

    public String callId() {
        return header("Call-ID").orElse("");
    }

    public String body() {
        return body;
    }

    /** Copy of the message as it came. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
